"""Where marking stands, who marks what, its rules, and telling all the marks at one moment. For instructors."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.errors import Refusal
from accounts.models import User
from accounts.telling import say
from courses.access import access_pair, course_of, require_instructor
from courses.models import Course
from marking import assignments, publishing
from marking.access import rules_of
from marking.assigning import Plan
from marking.forms import AssignForm, RulesForm
from marking.models import Assignment, Conflict, Publication
from marking.overview import agreement_of, rows_of, workloads
from marking.pile import pile_of
from marking.ruling import set_rules
from marking.versions import current_version

#: Two keys and a colon; Python reads no number of thousands of digits.
LONGEST_CHOICE = 40


@require_GET
@never_cache
@login_required
def marks(request: HttpRequest) -> HttpResponse:
    """Every capsule, its markers, how far apart they are, its mark; and what publishing would do."""
    person = _instructor(request)
    course = course_of(person)
    rows = rows_of(course, person)
    context = {
        "course": course,
        "zone": course.zone,
        "rows": rows,
        "workloads": workloads(rows),
        "agreement": agreement_of(rows),
        "rules": rules_of(course),
        "preview": publishing.preview(course),
        "publications": list(Publication.objects.filter(course=course).select_related("by")),
        "version": current_version(course),
        "pile": pile_of(person, course),
    }
    return render(request, "marking/teach_marks.html", context)


@require_POST
@login_required
def publish(request: HttpRequest) -> HttpResponse:
    """Tell what is ready, once the box is ticked; the list must still be the one that was read."""
    person = _instructor(request)
    if not request.POST.get("sure"):
        messages.error(request, _("Tick the box to say that you are sure."))
        return redirect("teach:marks")
    try:
        done = publishing.publish(
            instructor=person,
            course=course_of(person),
            fingerprint=request.POST.get("fingerprint", ""),
            without_some=request.POST.get("without_some") == "yes",
        )
    except Refusal as refusal:
        say(request, refusal)
    else:
        messages.success(request, ngettext("%d mark is published.", "%d marks are published.", done.marks) % done.marks)
    return redirect("teach:marks")


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def rules(request: HttpRequest) -> HttpResponse:
    person = _instructor(request)
    course = course_of(person)
    with timezone.override(course.zone):
        form = RulesForm(request.POST) if request.method == "POST" else RulesForm.of(rules_of(course))
        if form.is_bound and form.is_valid():
            set_rules(instructor=person, course=course, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("teach:marks")
        context = {"course": course, "form": form}
        return render(request, "marking/teach_rules.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def assign(request: HttpRequest) -> HttpResponse:
    """Say who marks, look at what that gives, then apply it."""
    person = _instructor(request)
    course = course_of(person)
    form = AssignForm(course, request.POST or None, initial=_initial(course))
    plan = None
    if request.method == "POST" and form.is_valid():
        wanted = form.wanted()
        if request.POST.get("action") == "apply":
            assignments.assign(instructor=person, course=course, wanted=wanted)
            set_rules(instructor=person, course=course, sample_percent=wanted.percent, sample_seed=wanted.seed)
            messages.success(request, _("Assigned."))
            return redirect("teach:assign")
        plan = assignments.plan_for(course, wanted)
    context = _assign_context(course) | {"form": form, "plan": _shown(course, plan) if plan else None, "drawn": plan}
    return render(request, "marking/teach_assign.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def set_marker(request: HttpRequest, pk: int) -> HttpResponse:
    """Move one pair by hand."""
    person = _instructor(request)
    pair = access_pair(person, pk)
    said = request.POST.get("marker", "")
    marker = pair.course.instructors.filter(pk=int(said)).first() if said.isdecimal() and len(said) < 16 else None
    try:
        assignments.set_marker(instructor=person, pair=pair, role=request.POST.get("role", ""), marker=marker)
    except Refusal as refusal:
        say(request, refusal)
    else:
        messages.success(request, _("Assigned."))
    return redirect("teach:assign")


@require_POST
@login_required
def conflicts(request: HttpRequest) -> HttpResponse:
    """Who must not mark whom: the boxes that are ticked, ``PAIR:MARKER`` each."""
    person = _instructor(request)
    said = [one.split(":") for one in request.POST.getlist("conflict") if len(one) < LONGEST_CHOICE]
    chosen = [(int(a), int(b)) for a, b in (one for one in said if len(one) == 2) if a.isdecimal() and b.isdecimal()]
    assignments.set_conflicts(instructor=person, course=course_of(person), conflicts=chosen)
    messages.success(request, _("Saved."))
    return redirect("teach:assign")


def _initial(course: Course) -> dict[str, Any]:
    rules = rules_of(course)
    groups = {
        f"group-{group}": marker
        for group, marker in Assignment.objects.filter(pair__course=course, role=Assignment.Role.FIRST).values_list(
            "pair__group", "marker"
        )
    }
    return {
        "markers": course.instructors.all(),
        "percent": rules.sample_percent,
        "seed": rules.sample_seed,
        "only_handed_in": bool(assignments.pairs_to_mark(course, only_handed_in=True)),
        **(groups if _is_by_group(course) else {}),
    }


def _is_by_group(course: Course) -> bool:
    """Whether each group has one first marker now: the form then starts from that."""
    rows = Assignment.objects.filter(pair__course=course, role=Assignment.Role.FIRST)
    pairs = set(rows.values_list("pair__group", "marker"))
    return bool(pairs) and len(pairs) == len({group for group, _marker in pairs}) > 1


def _assign_context(course: Course) -> dict[str, Any]:
    given: dict[int, dict[str, Assignment]] = {}
    for one in Assignment.objects.filter(pair__course=course).select_related("marker"):
        given.setdefault(one.pair_id, {})[one.role] = one
    pairs = course.pairs.select_related("group", "capsule").filter(members__isnull=False).distinct()
    conflicts = set(Conflict.objects.filter(pair__course=course).values_list("pair", "marker"))
    people = list(course.instructors.order_by("username"))
    return {
        "course": course,
        "people": people,
        "lines": [(pair, given.get(pair.pk, {})) for pair in pairs],
        "has_assignments": bool(given),
        "conflicts": [(pair, [(person, (pair.pk, person.pk) in conflicts) for person in people]) for pair in pairs],
        "conflict_count": len(conflicts),
    }


def _shown(course: Course, plan: Plan) -> list[dict[str, Any]]:
    """The plan as the page lists it, each line saying what would change."""
    people = {person.pk: person for person in course.instructors.all()}
    before = {
        (pair, role): marker
        for pair, role, marker in Assignment.objects.filter(pair__course=course).values_list("pair", "role", "marker")
    }
    pairs = course.pairs.select_related("group").filter(pk__in={*plan.first, *plan.second, *plan.unplaced})
    return [
        {
            "pair": pair,
            "first": people.get(plan.first.get(pair.pk, 0)),
            "second": people.get(plan.second.get(pair.pk, 0)),
            "is_new": plan.first.get(pair.pk) != before.get((pair.pk, "first"))
            or plan.second.get(pair.pk) != before.get((pair.pk, "second")),
            "is_unplaced": pair.pk in plan.unplaced,
        }
        for pair in pairs
    ]


def _instructor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    require_instructor(request.user)
    return request.user

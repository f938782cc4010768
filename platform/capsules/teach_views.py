"""Capsules, for those who teach: the list, one of them watched, the rules, more time for a pair. Anybody else: 404."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.errors import Refusal
from accounts.models import User
from accounts.telling import say
from capsules import commenting, ruling
from capsules.access import access_capsule, rules_of
from capsules.columns import columns
from capsules.forms import ExtensionForm, RulesForm, in_zone_of
from capsules.models import Extension, Phrase
from capsules.queries import LATE, earlier_comments, narrowed, rows_of
from capsules.showing import late_by, length_of, state_of
from courses.access import access_pair, course_of, require_instructor
from courses.models import Pair

#: What the list can be narrowed to.
SHOWN_STATES = ("nothing", "preparing", "ready", "link", LATE, "refused", "failed")


@require_GET
@never_cache
@login_required
def capsules(request: HttpRequest) -> HttpResponse:
    """Every pair and where its capsule stands: ``?group=…&state=…`` and other apps' columns."""
    person = _instructor(request)
    course = course_of(person)
    rules = rules_of(course)
    rows = rows_of(course, person, rules=rules)
    chosen = {column.slug: request.GET.get(column.slug, "") for column in columns()}
    group, state = request.GET.get("group", ""), request.GET.get("state", "")
    context = {
        "course": course,
        "rules": rules,
        "zone": course.zone,
        "rows": narrowed(rows, group=group, state=state, chosen=chosen),
        "total": len(rows),
        "handed_in": sum(row.version is not None for row in rows),
        "late": sum(row.is_late for row in rows),
        "columns": columns(),
        "filters": [
            (column, chosen[column.slug], choices) for column in columns() if (choices := column.choices(course))
        ],
        "groups": list(course.groups.values_list("name", flat=True)),
        "group": group,
        "state": state,
        "states": SHOWN_STATES,
        "is_narrowed": bool(group or state or any(chosen.values())),
    }
    with in_zone_of(course):
        return render(request, "capsules/teach_capsules.html", context)


@require_GET
@never_cache
@login_required
def capsule(request: HttpRequest, pk: int) -> HttpResponse:
    """One capsule: watched and commented."""
    person = _instructor(request)
    found = access_capsule(person, pk)
    pair, version = found.pair, found.current
    rules = rules_of(pair.course)
    appearances = {one.person_id: one.at_seconds for one in version.appearances.all()} if version else {}
    context = {
        "capsule": found,
        "pair": pair,
        "zone": pair.course.zone,
        "rules": rules,
        "version": version,
        "state": state_of(version),
        "length": length_of(version, rules),
        "late_by": late_by(version) if version else None,
        "members": [(one, appearances.get(one.pk)) for one in pair.members.order_by("username")],
        "extension": Extension.objects.filter(pair=pair).first(),
        "versions": list(found.versions.select_related("handed_in_by", "job")),
        "earlier_comments": earlier_comments(found, person),
        "marking": _address_of_marking(found.pk),
    }
    with in_zone_of(pair.course):
        return render(request, "capsules/teach_capsule.html", context)


def _address_of_marking(pk: int) -> str:
    """Where it is marked, if this site marks capsules: the room above has the name, and we do not know it."""
    try:
        return reverse("teach:marking", args=[pk])
    except NoReverseMatch:
        return ""


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def rules(request: HttpRequest) -> HttpResponse:
    """What is asked, until when, and by which rule."""
    person = _instructor(request)
    course = course_of(person)
    with in_zone_of(course):
        form = RulesForm(request.POST) if request.method == "POST" else RulesForm.of(rules_of(course))
        if form.is_bound and form.is_valid():
            ruling.set_rules(course=course, instructor=person, values=form.values())
            messages.success(request, _("Saved. The pairs read these rules at once."))
            return redirect("teach:capsule-rules")
        context = {"course": course, "zone": course.zone, "form": form, "rules": rules_of(course)}
        return render(request, "capsules/teach_rules.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def extension(request: HttpRequest, pk: int) -> HttpResponse:
    """More time for one pair, with a reason; ``withdraw`` takes it back."""
    person = _instructor(request)
    pair = access_pair(person, pk)
    with in_zone_of(pair.course):
        if request.method == "POST" and request.POST.get("withdraw"):
            ruling.withdraw_extension(pair=pair, instructor=person)
            messages.success(
                request, _("Withdrawn: the course’s deadline holds for pair %(pair)s.") % {"pair": pair.name}
            )
            return redirect("teach:capsules")
        return _extend(request, person, pair)


def _extend(request: HttpRequest, person: User, pair: Pair) -> HttpResponse:
    known = Extension.objects.filter(pair=pair).select_related("granted_by").first()
    course_due_at = rules_of(pair.course).due_at
    first = {"due_at": known.due_at if known else course_due_at, "reason": known.reason if known else ""}
    form = ExtensionForm(request.POST or None, initial=first)
    refusal = None
    if form.is_valid():
        try:
            ruling.extend_deadline(pair=pair, instructor=person, **form.cleaned_data)
        except Refusal as error:
            refusal = error
        else:
            messages.success(request, _("Pair %(pair)s has its new deadline.") % {"pair": pair.name})
            return redirect("teach:capsules")
    context = {"pair": pair, "zone": pair.course.zone, "form": form, "extension": known, "due_at": course_due_at}
    status = refusal.status if refusal else 422 if form.is_bound else 200
    return render(request, "capsules/teach_extension.html", context | {"refusal": refusal}, status=status)


@require_POST
@never_cache
@login_required
def phrases(request: HttpRequest) -> HttpResponse:
    """Keep a phrase for the next capsules; the list of them comes back."""
    person = _instructor(request)
    try:
        commenting.keep_phrase(course=course_of(person), owner=person, text=request.POST.get("text", ""))
    except Refusal as refusal:
        return _phrases(request, refusal)
    return _phrases(request)


@require_POST
@never_cache
@login_required
def remove_phrase(request: HttpRequest, phrase: int) -> HttpResponse:
    person = _instructor(request)
    commenting.remove_phrase(phrase=get_object_or_404(Phrase, pk=phrase, owner=person))
    return _phrases(request)


def _phrases(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    person = _instructor(request)
    if request.htmx:  # type: ignore[attr-defined]
        kept = Phrase.objects.filter(course=course_of(person), owner=person)
        return render(request, "capsules/_phrases.html", {"phrases": kept, "refusal": refusal})
    if refusal is not None:
        say(request, refusal)
    named = request.POST.get("next", "")
    is_ours = bool(named) and url_has_allowed_host_and_scheme(named, allowed_hosts=None)
    return redirect(named if is_ours else reverse("teach:capsules"))


def _instructor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    require_instructor(request.user)
    return request.user

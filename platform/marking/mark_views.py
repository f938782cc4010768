"""One mark, whole: what each marker gave, what is agreed, an override, individual parts, appeals, and its trace."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import Refusal
from accounts.models import User
from accounts.telling import say
from courses.access import require_instructor
from courses.models import AuditEntry
from marking import appeals, moderation, publishing, refusals
from marking.access import access_appeal, access_mark, access_marked, is_blind, rules_of
from marking.agreement import agreement, compare
from marking.computing import final_mark, personal_mark
from marking.forms import AdjustForm, OverrideForm
from marking.marks import counting
from marking.models import Mark, RubricVersion
from marking.sheet import lay_out

TRACE_LENGTH = 50


@require_GET
@never_cache
@login_required
def mark(request: HttpRequest, pk: int) -> HttpResponse:
    person = _instructor(request)
    capsule = access_marked(person, pk)
    if is_blind(person, capsule):
        return render(request, "marking/teach_mark.html", {"capsule": capsule, "pair": capsule.pair, "is_blind": True})
    found = Mark.objects.filter(capsule=capsule).first()
    if found is None:
        return render(request, "marking/teach_mark.html", {"capsule": capsule, "pair": capsule.pair})
    return render(request, "marking/teach_mark.html", _context(access_mark(person, pk)))


@require_POST
@login_required
def agree(request: HttpRequest, pk: int) -> HttpResponse:
    """The cells of the form: ``source:KEY``, and where one is typed ``level:KEY`` and ``reason:KEY``."""
    return _changed(
        request,
        pk,
        lambda person, found, revision: moderation.agree(
            instructor=person,
            mark=found,
            revision=revision,
            choices=_choices(request, found),
            comment=request.POST.get("comment"),
        ),
        said=_("Saved."),
    )


@require_POST
@login_required
def override(request: HttpRequest, pk: int) -> HttpResponse:
    def write(person: User, found: Mark, revision: int) -> Mark:
        form = OverrideForm(request.POST)
        if not form.is_valid():
            raise refusals.not_a_mark()
        data = form.cleaned_data
        return moderation.override(
            instructor=person, mark=found, revision=revision, value=data["value"], reason=data["reason"]
        )

    return _changed(request, pk, write, said=_("Saved."))


@require_POST
@login_required
def adjust(request: HttpRequest, pk: int, member: int) -> HttpResponse:
    def write(person: User, found: Mark, revision: int) -> Mark:
        form = AdjustForm(request.POST)
        who = found.capsule.pair.members.filter(pk=member).first()
        if who is None:
            raise refusals.not_a_member()
        if not form.is_valid():
            raise refusals.adjusted_too_far(rules_of(found.capsule.pair.course).adjustment_bound)
        data = form.cleaned_data
        return moderation.adjust(
            instructor=person,
            mark=found,
            revision=revision,
            person=who,
            delta=data["delta"] or Decimal(0),
            reason=data["reason"],
        )

    return _changed(request, pk, write, said=_("Saved."))


@require_POST
@login_required
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    return _changed(
        request,
        pk,
        lambda person, found, _revision: moderation.reopen(
            instructor=person, mark=found, reason=request.POST.get("reason", "")
        ),
        said=_("Opened again. The pair reads the earlier mark until you publish the change."),
    )


@require_POST
@login_required
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Tell a mark that was opened again."""
    return _changed(
        request,
        pk,
        lambda person, found, revision: publishing.publish_change(instructor=person, mark=found, revision=revision),
        said=_("Published. The pair is written to."),
    )


@require_POST
@login_required
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer an appeal."""
    person = _instructor(request)
    found = access_appeal(person, pk)
    try:
        appeals.answer(
            instructor=person,
            appeal=found,
            verdict=request.POST.get("verdict", ""),
            text=request.POST.get("answer", ""),
        )
    except Refusal as refusal:
        say(request, refusal)
    else:
        messages.success(request, _("Answered. The pair is written to."))
    return redirect("teach:mark", found.mark.capsule_id)


def _changed(request: HttpRequest, pk: int, write: Callable[[User, Mark, int], Mark], *, said: str) -> HttpResponse:
    person = _instructor(request)
    found = access_mark(person, pk)
    try:
        write(person, found, _revision(request))
    except Refusal as refusal:
        say(request, refusal)
    else:
        messages.success(request, said)
    return redirect("teach:mark", pk)


def _choices(request: HttpRequest, found: Mark) -> dict[str, dict[str, Any]]:
    """Of the cells whose choice differs from what stands there."""
    choices = {}
    for key in found.rubric_version.rubric.keys:
        source, before = request.POST.get(f"source:{key}"), found.cells.get(key, {})
        note = request.POST.get(f"note:{key}", before.get("note", "")).replace("\r\n", "\n")
        choice: dict[str, Any] = {"source": source or moderation.KEEP, "note": note}
        if source:
            choice["reason"] = request.POST.get(f"reason:{key}", "")
        if source == "typed":
            choice["level"] = _level(request.POST.get(f"level:{key}", ""))
        if _differs(choice, before):
            choices[key] = choice
    return choices


def _differs(choice: dict[str, Any], before: dict[str, Any]) -> bool:
    said = {name: value for name, value in choice.items() if value != moderation.KEEP}
    return any(before.get(name, "") != value for name, value in said.items())


def _level(said: str) -> float | int | None:
    try:
        level = float(said.replace(",", "."))
    except ValueError:
        return None
    return int(level) if level.is_integer() else level


def _revision(request: HttpRequest) -> int:
    said = request.POST.get("revision", "")
    return int(said) if said.isdecimal() and len(said) < 10 else -1


def _context(found: Mark) -> dict[str, Any]:
    capsule = found.capsule
    sides = counting(capsule)
    rubric = found.rubric_version.rubric
    rules = rules_of(capsule.pair.course)
    first, second = sides[0] if sides else None, sides[1] if len(sides) > 1 else None
    compared = compare(rubric, first.cells, second.cells) if first and second else []
    final = final_mark(found.computed, found.override)
    adjustments = {one.person_id: one for one in found.adjustments.all()}
    return {
        "capsule": capsule,
        "pair": capsule.pair,
        "mark": found,
        "final": final,
        "rubric": rubric,
        "sheet": lay_out(rubric, found.cells),
        "first": first,
        "second": second,
        "lines": _lines(found, compared, rules.difference_from),
        "agreement": agreement(compared) if compared else None,
        "rules": rules,
        "members": [
            (person, adjustments.get(person.pk), _personal(final, adjustments.get(person.pk)))
            for person in capsule.pair.members.order_by("username")
        ],
        "appeals": list(found.appeals.select_related("author", "answered_by")),
        "told": found.published,
        "trace": AuditEntry.objects.filter(course=capsule.pair.course, subject=found.subject)[:TRACE_LENGTH],
        "is_closed": found.state == Mark.State.PUBLISHED,
        "told_version": RubricVersion.objects.filter(pk=found.published["rubric"]).first() if found.published else None,
    }


def _lines(found: Mark, compared: list[Any], least: int) -> list[dict[str, Any]]:
    """Each cell of the sheet with what both gave, and whether to look at it."""
    by_key = {one.cell.key: one for one in compared}
    lines = []
    for cell in lay_out(found.rubric_version.rubric, found.cells).cells:
        pair = by_key.get(cell.key)
        agreed = found.cells.get(cell.key, {})
        lines.append(
            {
                "cell": cell,
                "pair": pair,
                "agreed": agreed,
                "is_apart": bool(pair and pair.differs(least)),
                "is_open": bool(cell.cell.weight) and agreed.get("level") is None,
            }
        )
    return lines


def _personal(final: Decimal | None, adjustment: Any) -> Decimal | None:
    if final is None:
        return None
    return personal_mark(final, adjustment.delta if adjustment else Decimal(0))


def _instructor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    require_instructor(request.user)
    return request.user

"""The mark that follows from what the markers wrote, as long as none was told."""

from collections.abc import Sequence
from typing import Any

from accounts.models import User
from capsules.models import Capsule
from courses import audit
from marking.agreement import agree, compare
from marking.computing import compute, final_mark, quantized
from marking.models import Adjustment, Assignment, Conflict, Mark, Marking

#: In what order two markings are the first and the second one.
ORDER: dict[str, int] = {Assignment.Role.FIRST: 0, Assignment.Role.SECOND: 1}


def follow(capsule: Capsule) -> Mark | None:
    """Make the mark follow the markings; inside the transaction that changed one.

    One marker's, once done, is the mark. Two markers' are compared once both are done: where they gave the same level
    the cell is settled, the others wait for whoever moderates. A mark that was told is left alone.
    """
    mark = Mark.objects.select_for_update().filter(capsule=capsule).first()
    if mark is not None and mark.published is not None:
        return mark
    done = counting(capsule)
    if not done:
        if mark is not None:
            mark.state, mark.computed = Mark.State.DRAFT, None
            mark.revision += 1
            mark.save()
        return mark
    mark = mark or Mark(capsule=capsule)
    _fill(mark, done)
    settle_state(mark)
    mark.revision += 1
    mark.save()
    return mark


def follow_for(capsule: Capsule, *, instructor: User, reason: str) -> None:
    """The same where no marking of its own says so in the trace: a mark that became another one leaves its entry."""
    before = _summary_of(capsule)
    mark = follow(capsule)
    if mark is None or (after := summary(mark)) == before:
        return
    audit.record(
        course=capsule.pair.course,
        actor=instructor,
        action="mark-computed-again",
        subject=mark.subject,
        pair=capsule.pair,
        before=before,
        after=after,
        reason=reason,
    )


def _summary_of(capsule: Capsule) -> dict[str, Any] | None:
    mark = Mark.objects.filter(capsule=capsule).first()
    return summary(mark) if mark else None


def summary(mark: Mark) -> dict[str, Any]:
    """What the trace keeps of a mark: plain JSON."""
    final = final_mark(mark.computed, mark.override)
    return {
        "mark": None if final is None else str(final),
        "computed": None if mark.computed is None else str(mark.computed),
        "override": None if mark.override is None else str(mark.override),
        "levels": mark.levels,
        "adjustments": {str(one.person_id): str(one.delta) for one in Adjustment.objects.filter(mark=mark)},
        "state": mark.state,
    }


def counting(capsule: Capsule) -> Sequence[Marking]:
    """The one or two markings that make the mark, first marker first; none while one that is due is not done.

    Whoever is assigned is waited for; whoever was not, and is done, counts as well, but for a conflict.
    """
    roles = dict(Assignment.objects.filter(pair=capsule.pair_id).values_list("marker", "role"))
    barred = Conflict.objects.filter(pair=capsule.pair_id).values("marker")
    done = list(
        Marking.objects.filter(capsule=capsule, state=Marking.State.DONE)
        .exclude(marker__in=barred)
        .select_related("rubric_version", "marker")
    )
    if set(roles) - {marking.marker_id for marking in done}:
        return ()
    return sorted(done, key=lambda one: (ORDER.get(roles.get(one.marker_id, ""), 2), one.done_at))[:2]


def settle_state(mark: Mark) -> None:
    """What the cells give, and whether that is ready to be told."""
    computed = compute(mark.rubric_version.rubric, mark.levels)
    mark.computed = None if computed.mark is None else quantized(computed.mark)
    if mark.state in (Mark.State.DRAFT, Mark.State.MODERATED):
        is_ready = computed.mark is not None
        mark.state = Mark.State.MODERATED if is_ready else Mark.State.DRAFT


def _fill(mark: Mark, done: Sequence[Marking]) -> None:
    first, second = done[0], done[1] if len(done) > 1 else None
    mark.rubric_version = first.rubric_version
    if second is None:
        mark.cells = {
            key: {**cell, "source": "first", "reason": "", "first": cell["level"], "second": None}
            for key, cell in first.cells.items()
        }
        mark.comment = first.comment
        mark.moderated_by, mark.moderated_at = first.marker, first.done_at
        return
    mark.cells = agree(compare(mark.rubric_version.rubric, first.cells, second.cells), mark.cells)
    said = (text.strip() for text in (first.comment, second.comment))
    mark.comment = "\n\n".join(dict.fromkeys(text for text in said if text))
    mark.moderated_by, mark.moderated_at = None, None

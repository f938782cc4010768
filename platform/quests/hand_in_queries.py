"""What people read about hand-ins: the pair that handed in, and whoever teaches it. Never a path, never a truth."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from challenges.key import AnswerKey, Material
from challenges.kinds import Part
from challenges.report import Report
from challenges.spec import Card, Quest
from courses.models import Pair
from grading.models import GradingJob
from grading.queries import files_are_taken, position
from quests import hand_in_figures
from quests.access import hand_ins_of
from quests.hand_in_figures import Drawn
from quests.models import HandIn, HandInFile, Variant
from quests.services import variant_of

#: How many of a pair's hand-ins its page lists; the newest ones.
LIST_LENGTH = 20


@dataclass(frozen=True)
class Shown:
    """One hand-in as a page shows it."""

    hand_in: HandIn
    report: Report | None
    drawn: tuple[Drawn, ...]
    files: tuple[HandInFile, ...]


@dataclass(frozen=True)
class Waiting:
    """Where an undecided hand-in stands. ``place`` is in the worker's queue, ``before`` in the instructors' pile."""

    hand_in: HandIn
    is_running: bool
    place: int | None
    before: int
    is_unattended: bool

    @property
    def token(self) -> str:
        """Changes whenever something else is to be read."""
        return f"{self.hand_in.status}-{self.is_running:d}-{self.place}-{self.before}-{self.is_unattended:d}"


@dataclass(frozen=True)
class Desk:
    """What a pair has before it on the page of a quest that is handed in."""

    variant: Variant | None
    material: Material | None
    parts: tuple[Part, ...]
    latest: Shown | None
    earlier: tuple[Shown, ...]
    waiting: Waiting | None


def desk_of(pair: Pair, card: Card, quest: Quest) -> Desk:
    """A fixed number of queries, however often the pair handed in."""
    variant = variant_of(pair, card.slug, quest.slug)
    rows: list[HandIn] = []
    if variant is not None:
        related = ("author", "reviewed_by", "attempt", "job", "variant__pair")
        rows = list(variant.hand_ins.select_related(*related).prefetch_related("files")[:LIST_LENGTH])
    shown = tuple(show(row) for row in rows)
    latest = shown[0] if shown else None
    return Desk(
        variant=variant,
        material=material_of(variant) if variant else None,
        parts=quest.rules.parts,
        latest=latest,
        earlier=shown[1:],
        waiting=waiting_of(latest.hand_in) if latest and latest.hand_in.is_undecided else None,
    )


def show(row: HandIn) -> Shown:
    report = Report.from_json(row.report) if row.report else None
    drawn = hand_in_figures.drawn_from(report.figures, within=f"hand-in-{row.pk}") if report else ()
    return Shown(row, report, drawn, tuple(row.files.all()))


def material_of(variant: Variant) -> Material | None:
    """The file that was made for this variant; None while it is being made, and where there is none."""
    key = variant.answer_key.key
    return AnswerKey.from_json(key).material if key and key.get("material") else None


def waiting_of(row: HandIn) -> Waiting:
    is_checking = row.status == HandIn.Status.CHECKING and row.job is not None
    place = position(row.job) if is_checking and row.job else None
    before = 0 if is_checking else _waiting_before(row)
    return Waiting(
        hand_in=row,
        is_running=bool(is_checking and row.job and row.job.status == GradingJob.Status.RUNNING),
        place=place,
        before=before,
        is_unattended=is_checking and not files_are_taken(),
    )


def _waiting_before(row: HandIn) -> int:
    """How many of the same course have waited longer for a person."""
    pile = HandIn.objects.filter(
        status=HandIn.Status.WAITING, variant__pair__course=row.variant.pair.course_id, created_at__lt=row.created_at
    )
    return pile.count()


def waiting_for(instructor: User) -> int:
    """How many hand-ins wait for a person in the courses that this one teaches."""
    return hand_ins_of(instructor).filter(status=HandIn.Status.WAITING).count()


def status_of(row: HandIn) -> dict[str, Any]:
    """One hand-in as the API gives it."""
    place = position(row.job) if row.status == HandIn.Status.CHECKING and row.job else None
    return {
        "id": row.pk,
        "card": row.variant.card,
        "quest": row.variant.quest,
        "status": str(row.status),
        "position": place,
        "report": _public(row.report),
        "remark": row.remark,
        "reviewed_by": row.reviewed_by.username if row.reviewed_by else None,
        "points": row.attempt.points if row.attempt else 0,
        "error_id": row.error_id or None,
        "text": row.text,
        "files": [
            {"part": file.part, "name": file.name, "size": file.size_bytes, "digest": file.digest}
            for file in row.files.all()
        ],
        "submitted_at": row.created_at,
    }


def _public(report: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return {name: value for name, value in report.items() if name != "version"} if report else None

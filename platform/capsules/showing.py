"""A version as pages and the API tell of it: where it stands, how long it is, what was said, and to whom that shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from accounts.models import User
from capsules import lengths
from capsules.access import reads_comments
from capsules.blinding import hidden_authors
from capsules.drawing import as_path
from capsules.models import CapsuleRules, CapsuleVersion, Chapter, Comment, Phrase
from capsules.timecodes import as_time
from courses.access import course_of
from grading.models import GradingJob

#: The frame a drawing is shown on where the film's own size is not known.
USUAL_SIZE: Final = (1280, 720)
_OF_JOBS: Final = {
    GradingJob.Status.QUEUED: "preparing",
    GradingJob.Status.RUNNING: "preparing",
    GradingJob.Status.REFUSED: "refused",
    GradingJob.Status.CANCELLED: "refused",
    GradingJob.Status.FAILED: "failed",
}
STATES: Final = ("nothing", "preparing", "ready", "link", "refused", "failed", "removed")


@dataclass(frozen=True)
class Thread:
    """A comment with its answers; ``path`` is its drawing in a view box of the film's size."""

    comment: Comment
    path: str
    replies: list[Comment] = field(default_factory=list)

    @property
    def time(self) -> str:
        return "" if self.comment.at_seconds is None else as_time(self.comment.at_seconds)


@dataclass(frozen=True)
class Segment:
    """A chapter on the bar: where it begins and ends, as shares of the film."""

    chapter: Chapter
    start: float
    end: float


def state_of(version: CapsuleVersion | None) -> str:
    """One of STATES."""
    if version is None:
        return "nothing"
    if version.kind == CapsuleVersion.Kind.LINK:
        return "link"
    if version.copy_id is not None:
        return "ready"
    if version.source_id is None and version.facts is not None:
        return "removed"
    return _OF_JOBS.get(GradingJob.Status(version.job.status), "removed") if version.job else "removed"


def length_of(version: CapsuleVersion | None, rules: CapsuleRules) -> str:
    """What the advice says of its length (a key of ``lengths.BADGES``); empty where that is not known."""
    if version is None or version.duration_seconds is None:
        return ""
    return lengths.verdict(version.duration_seconds, lengths_of(rules))


def lengths_of(rules: CapsuleRules) -> lengths.Lengths:
    return lengths.Lengths(
        rules.shortest_seconds, rules.ideal_low_seconds, rules.ideal_high_seconds, rules.longest_seconds
    )


def late_by(version: CapsuleVersion) -> timedelta | None:
    """How long after its deadline a late one counted."""
    return version.counted_at - version.due_at if version.is_late and version.due_at else None


def size_of(version: CapsuleVersion) -> tuple[int, int]:
    """Width and height of its pictures, pixels."""
    facts = version.facts or {}
    return (facts.get("width") or USUAL_SIZE[0], facts.get("height") or USUAL_SIZE[1])


def segments_of(version: CapsuleVersion) -> list[Segment]:
    """Its chapters on the bar; what comes before the first one is nobody's."""
    total = version.duration_seconds
    chapters = list(version.chapters.all())
    if not total or not chapters:
        return [Segment(one, 0, 0) for one in chapters]
    ends = [*(one.at_seconds for one in chapters[1:]), total]
    return [
        Segment(one, min(one.at_seconds / total, 1), min(end / total, 1))
        for one, end in zip(chapters, ends, strict=True)
    ]


def threads_of(version: CapsuleVersion, person: User) -> list[Thread]:
    """What this person may read of it, in the order of the film; nothing to whom nothing is published."""
    if not reads_comments(person, version):
        return []
    rows = version.comments.select_related("author").exclude(author__in=hidden_authors(version, person))
    return in_threads(rows, size=size_of(version))


def in_threads(comments: Iterable[Comment], *, size: tuple[int, int]) -> list[Thread]:
    """Comments in order → their threads: those on a moment by moment, then those of the whole film."""
    rows = list(comments)
    threads = {
        one.pk: Thread(one, as_path(one.drawing, width=size[0], height=size[1]))
        for one in rows
        if one.thread_id is None
    }
    for one in sorted((one for one in rows if one.thread_id is not None), key=lambda one: (one.created_at, one.pk)):
        if one.thread_id in threads and not one.is_removed:
            threads[one.thread_id].replies.append(one)
    return sorted(
        threads.values(),
        key=lambda thread: (
            thread.comment.at_seconds is None,
            thread.comment.at_seconds or 0,
            thread.comment.created_at,
            thread.comment.pk,
        ),
    )


def phrases_of(person: User) -> Sequence[Phrase]:
    """An instructor's saved phrases; none of anybody else."""
    if not person.is_instructor:
        return ()
    return list(Phrase.objects.filter(course=course_of(person), owner=person))


def list_context(version: CapsuleVersion, person: User) -> dict[str, Any]:
    """What ``capsules/_comments.html`` needs."""
    return {
        "version": version,
        "threads": threads_of(version, person),
        "reads_comments": reads_comments(person, version),
        "can_comment": person.is_instructor,
    }

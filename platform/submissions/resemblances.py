"""Which pairs' files hold the same or nearly the same weights: told to the instructor and to nobody else.

Two pairs that began from one published file are alike because of it: only what each training added is compared.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.conf import settings

import grader
from grading.handlers.backbone import sketch_of
from grading.models import GradingJob
from submissions.models import Checkpoint, Resemblance, Submission, Task

logger = logging.getLogger(__name__)
#: How many of the course's newest files a new one is compared with.
COMPARED: Final = 1_000


def compare_with_others(*, job: GradingJob) -> None:
    """Compare a submission's file with those of the course's other pairs, and keep what resembles. For the worker."""
    submission = Submission.objects.filter(job=job).select_related("task", "checkpoint").first()
    if submission is None or not submission.checkpoint.sketch:
        return
    mine = submission.checkpoint
    others = _others(submission)
    beginning = _beginning_of(mine.sketch, job.payload.get("pretrained", ()))
    for other in others:
        found = _likeness(mine.sketch, other.sketch, beginning)
        if found is not None and (found.same or found.nearly):
            first, second = sorted((mine, other), key=lambda one: one.pk)
            share = {"equal_share": found.equal_share, "cosine": found.cosine}
            Resemblance.objects.update_or_create(first=first, second=second, defaults=share)


def duplicates_of(task: Task) -> list[dict[str, Any]]:
    """For the instructor: ``{"first", "second"}`` (submissions), ``"equal_share"``, ``"cosine"``, ``"is_same"``.

    Only files that both were handed in for this task, by two pairs, the most alike first; three queries.
    """
    rows = Submission.objects.filter(task=task).select_related("pair", "pair__group", "checkpoint")
    by_file = {row.checkpoint_id: row for row in rows.defer(*Submission.HEAVY, "checkpoint__sketch")}
    same = _same_bytes(by_file)
    found = Resemblance.objects.filter(first__in=by_file, second__in=by_file)
    alike = [
        {
            "first": by_file[one.first_id],
            "second": by_file[one.second_id],
            "equal_share": one.equal_share,
            "cosine": one.cosine,
            "is_same": one.equal_share == 1,
        }
        for one in found
        if frozenset((one.first_id, one.second_id)) not in same
    ]
    return [*same.values(), *alike]


def _same_bytes(by_file: Mapping[int, Submission]) -> dict[frozenset[int], dict[str, Any]]:
    """Two pairs that handed in the very same file: known without any sketch."""
    by_digest: dict[str, list[Submission]] = {}
    for row in by_file.values():
        by_digest.setdefault(row.checkpoint.sha256, []).append(row)
    return {
        frozenset((first.checkpoint_id, second.checkpoint_id)): {
            "first": first, "second": second, "equal_share": 1.0, "cosine": None, "is_same": True,
        }
        for first, *rest in by_digest.values()
        for second in rest
    }  # fmt: skip


def _others(submission: Submission) -> list[Checkpoint]:
    """Files of other pairs of the course for networks of as many parameters: others cannot be the same."""
    rows = Submission.objects.filter(task__course=submission.task.course_id).exclude(pair=submission.pair_id)
    parameters = (submission.summary or {}).get("parameters")
    files = rows.filter(summary__parameters=parameters).exclude(checkpoint__sketch="").values("checkpoint")
    return list(Checkpoint.objects.filter(pk__in=files).order_by("-pk").only("pk", "sketch")[:COMPARED])


def _beginning_of(sketch: str, pretrained: Sequence[str]) -> str:
    """The sketch of the published file that this one is most like; empty where there is none."""
    best, alike = "", 0.0
    for name in pretrained:
        file = settings.WEIGHTS_DIR / name
        try:
            published = sketch_of(file, file.stat().st_mtime_ns)
        except Exception:
            logger.warning("the published file %s cannot be compared with", name, exc_info=True)
            continue
        found = _likeness(sketch, published, "")
        if found is not None and found.comparable and (found.cosine or 0.0) > alike:
            best, alike = published, found.cosine or 0.0
    return best


def _likeness(first: str, second: str, beginning: str) -> grader.Likeness | None:
    """None for a text that is no sketch: an older one, perhaps."""
    try:
        return grader.same_weights(first, second, beginning=beginning)
    except ValueError:
        return None

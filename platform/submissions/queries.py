"""What people read about their submissions. Never the data, the labels, a path, or another pair's file."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db.models import Count, Max
from django.utils import timezone

from courses.models import Course, Pair
from grading.models import GradingJob
from grading.queries import position, positions
from submissions.models import Submission, Task
from submissions.summaries import SUMMARY, for_pairs
from submissions.tasks import task_spec
from submissions.waiting import seconds_left

#: Of a record, what pairs are not told.
UNTOLD: Final = ("parts_seed_digest", "fingerprint")


def status_of(submission: Submission, *, whole: bool = False) -> dict[str, Any]:
    """One submission as the API and the pages show it; see ``GET /api/submissions/{id}/``.

    ``whole`` is for instructors: exact counts of errors, and the private part before it is revealed.
    """
    place = position(submission.job) if submission.job else None
    status = _status(submission, place, whole=whole)
    is_shown = status["metrics"] is not None
    return status | {
        "metrics": _report(submission.metrics, whole=whole) if is_shown else None,
        "private": _private(submission, whole=whole) if is_shown else None,
        "record": safe_record(submission.record, whole=whole) if is_shown else None,
        "seconds_left": seconds_left(submission.job, place) if submission.job else None,
    }


def statuses_of(submissions: Iterable[Submission], *, whole: bool = False) -> list[dict[str, Any]]:
    """The same for many, with two queries however many they are (see ``access.submissions_of``).

    ``metrics`` are what a row of the board says, not the whole report.
    """
    rows = list(submissions)
    places = positions([row.job for row in rows if row.job])
    return [_status(row, places.get(row.job.pk) if row.job else None, whole=whole) for row in rows]


def describe_task(task: Task) -> dict[str, Any]:
    """The task's rules as everybody may read them."""
    spec = task_spec(task)
    return {
        "slug": task.slug,
        "title": dict(spec.title),
        "statement": dict(spec.statement),
        "classes": list(spec.classes),
        "image_size": spec.image_size,
        "metric": spec.metric,
        "is_open": task.is_open,
        "convention": task.convention,
        "public_percent": task.public_percent,
        "quota_per_day": task.quota_per_day,
        "final_rule": task.final_rule,
        "ladder": task.uses_ladder,
        "frozen_at": task.frozen_at,
        "revealed_at": task.revealed_at,
    }


def history_of(submission: Submission) -> list[GradingJob]:
    """Every evaluation of this submission, the newest first."""
    kinds = GradingJob.EVALUATIONS
    return list(GradingJob.objects.filter(subject=submission.subject, kind__in=kinds).order_by("-pk"))


def log_of(submission: Submission, *, whole: bool = False) -> list[str]:
    """The log of the current evaluation: all of it for instructors, what is safe to say for the pair."""
    job = submission.job
    if job is None:
        return []
    if whole:
        return job.log.splitlines()
    held_back = job.status == GradingJob.Status.DONE and is_held_back(submission)
    return safe_lines(job, says_figures=not held_back)


def safe_lines(job: GradingJob, *, says_figures: bool = True) -> list[str]:
    """When it came, began and ended, and what the grader itself marked as safe. Nothing else of a log is a pair's.

    The grader's lines say the public score: where that is not to be said, the moments are all there is.
    """
    moments = (("queued", job.created_at), ("begun", job.started_at), (job.status, job.finished_at))
    lines = [f"{timezone.localtime(moment):%F %T}  {what}" for what, moment in moments if moment]
    said = (job.outcome or {}).get("safe_log") or [] if says_figures else []
    return [*lines[:2], *map(str, said), *lines[2:]]


def history_of_pair(task: Task, pair: Pair, *, whole: bool = False) -> list[dict[str, Any]]:
    """A pair's scored submissions in the order in which they came, each with the best until then, for the pair itself.

    ``{"id", "submitted_at", "name", "score", "best", "is_chosen"}``; the score is the shown one under the Ladder.
    """
    rows = Submission.objects.filter(task=task, pair=pair, score__isnull=False).order_by("submitted_at", "pk")
    fields = rows.values_list("pk", "submitted_at", "checkpoint__original_name", "score", "ladder_score", "is_chosen")
    history: list[dict[str, Any]] = []
    for pk, submitted_at, name, score, ladder_score, is_chosen in fields:
        shown = ladder_score if task.uses_ladder and not whole else score
        best = max(shown, history[-1]["best"]) if history else shown
        history.append(
            {
                "id": pk, "submitted_at": submitted_at, "name": name, "score": shown, "best": best,
                "is_chosen": is_chosen,
            }
        )  # fmt: skip
    return history


def best_of(task: Task, pair: Pair) -> float | None:
    """The best score that the pair may read of its own; None before the first."""
    rows = Submission.objects.filter(task=task, pair=pair, score__isnull=False)
    best: float | None = rows.aggregate(best=Max("ladder_score" if task.uses_ladder else "score"))["best"]
    return best


def best_scores(course: Course) -> dict[int, tuple[int, float | None]]:
    """For each pair of a course that handed in: how many submissions, and the best score of them."""
    rows = Submission.objects.filter(task__course=course).order_by().values_list("pair")
    return {pair: (count, best) for pair, count, best in rows.annotate(Count("pk"), Max("score"))}


def _status(submission: Submission, place: int | None, *, whole: bool) -> dict[str, Any]:
    job = submission.job
    status = job.status if job else GradingJob.Status.FAILED
    outcome = (job.outcome if job else None) or {}
    is_done = status == GradingJob.Status.DONE
    held_back = is_done and not whole and is_held_back(submission)
    score = submission.ladder_score if held_back else submission.score
    return {
        "id": submission.pk,
        "task": submission.task.slug,
        "pair": submission.pair.name,
        "status": str(status),
        "progress": _progress(job),
        "position": place,
        "score": score if is_done else None,
        "is_held_back": held_back,
        "is_chosen": submission.is_chosen,
        "configuration": submission.configuration,
        "metrics": _told(submission.summary) if is_done and not held_back else None,
        "reason": outcome.get("reason"),
        "advice": outcome.get("advice"),
        "error_id": (job.error_id if job else "") or None,
        "model": outcome.get("checkpoint") if is_done else None,
        "seconds": outcome.get("seconds"),
        "submitted_at": submission.submitted_at,
        "checkpoint": {
            "name": submission.checkpoint.original_name,
            "size": submission.checkpoint.size_bytes,
            "sha256": submission.checkpoint.sha256,
        },
    }


def is_held_back(submission: Submission) -> bool:
    """Under the Ladder, a submission without a significant gain says no figure of its own, or it would say them all."""
    task = submission.task
    return task.uses_ladder and task.revealed_at is None and submission.ladder_score != submission.score


def safe_record(record: Mapping[str, Any] | None, *, whole: bool = False) -> dict[str, Any] | None:
    """What a result was made from; pairs are not told what would let them guess at the two parts."""
    if record is None:
        return None
    return {name: value for name, value in record.items() if whole or name not in UNTOLD}


def _private(submission: Submission, *, whole: bool) -> dict[str, Any] | None:
    if submission.private_score is None or (submission.task.revealed_at is None and not whole):
        return None
    return {"score": submission.private_score, "metrics": _report(submission.private_metrics, whole=whole)}


def _report(report: Mapping[str, Any] | None, *, whole: bool) -> dict[str, Any] | None:
    if report is None:
        return None
    return dict(report) if whole else for_pairs(report)


def _told(summary: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (summary or {}).items() if name in SUMMARY}


def _progress(job: GradingJob | None) -> dict[str, Any] | None:
    """``{"stage", "done", "total"}`` while the job runs; the stage is empty until it has said where it is."""
    if job is None or job.status != GradingJob.Status.RUNNING:
        return None
    return {"stage": job.progress_stage, "done": job.progress_done, "total": job.progress_total}

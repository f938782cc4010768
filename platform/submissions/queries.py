"""What people read about their submissions. Never the data, the labels, a path, or another pair's file."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Max

from courses.models import Course
from grading.models import GradingJob
from grading.queries import position, positions
from submissions.models import Submission, Task
from submissions.tasks import task_spec


def status_of(submission: Submission) -> dict[str, Any]:
    """One submission as the API and the pages show it; see ``GET /api/submissions/{id}/``."""
    place = position(submission.job) if submission.job else None
    return _status(submission, place)


def statuses_of(submissions: Iterable[Submission]) -> list[dict[str, Any]]:
    """The same for many, with two queries however many they are (``select_related`` their job and checkpoint)."""
    rows = list(submissions)
    places = positions([row.job for row in rows if row.job])
    return [_status(row, places.get(row.job.pk) if row.job else None) for row in rows]


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
    }


def history_of(submission: Submission) -> list[GradingJob]:
    """Every evaluation of this submission, the newest first."""
    kind = GradingJob.Kind.EVALUATION
    return list(GradingJob.objects.filter(subject=submission.subject, kind=kind).order_by("-pk"))


def best_scores(course: Course) -> dict[int, tuple[int, float | None]]:
    """For each pair of a course that handed in: how many submissions, and the best score of them."""
    rows = Submission.objects.filter(task__course=course).order_by().values_list("pair")
    return {pair: (count, best) for pair, count, best in rows.annotate(Count("pk"), Max("score"))}


def _status(submission: Submission, place: int | None) -> dict[str, Any]:
    job = submission.job
    status = job.status if job else GradingJob.Status.FAILED
    outcome = (job.outcome if job else None) or {}
    is_done = status == GradingJob.Status.DONE
    return {
        "id": submission.pk,
        "task": submission.task.slug,
        "pair": submission.pair.name,
        "status": str(status),
        "progress": _progress(job),
        "position": place,
        "score": submission.score if is_done else None,
        "metrics": submission.metrics if is_done else None,
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


def _progress(job: GradingJob | None) -> dict[str, Any] | None:
    """``{"stage", "done", "total"}`` while the job runs; the stage is empty until it has said where it is."""
    if job is None or job.status != GradingJob.Status.RUNNING:
        return None
    return {"stage": job.progress_stage, "done": job.progress_done, "total": job.progress_total}

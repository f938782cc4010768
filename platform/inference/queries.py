"""What people read about detections: the pages and the calls show the same."""

from collections.abc import Iterable
from typing import Any

from grading.models import GradingJob
from grading.queries import position
from inference.models import Run
from inference.waiting import seconds_left


def status_of(run: Run) -> dict[str, Any]:
    """One detection, whole; see ``GET /api/detections/{id}/``."""
    place = position(run.job) if run.job else None
    return {
        **_row(run, place),
        "seconds_left": seconds_left(run.job, place) if run.job and run.is_working else None,
        "timeline": run.timeline,
    }


def rows_of(runs: Iterable[Run]) -> list[dict[str, Any]]:
    """The same for many without their timelines; a pair has one that waits at most, so its place costs one query."""
    return [_row(run, position(run.job) if run.job else None) for run in runs]


def _row(run: Run, place: int | None) -> dict[str, Any]:
    job = run.job
    outcome = (job.outcome if job and run.status != GradingJob.Status.DONE else None) or {}
    return {
        "id": run.pk,
        "clip": run.clip_id,
        "submission": run.submission_id,
        "checkpoint": run.submission.checkpoint.original_name,
        "pair": run.pair.name,
        "status": str(run.status),
        "position": place,
        "progress": _progress(job),
        "settings": {"image_size": run.image_size, "confidence": run.confidence, "iou": run.iou},
        "facts": run.facts,
        "reason": outcome.get("reason"),
        "advice": outcome.get("advice"),
        "error_id": (job.error_id if job and run.status == GradingJob.Status.FAILED else "") or None,
        "created_at": run.created_at,
    }


def _progress(job: GradingJob | None) -> dict[str, Any] | None:
    if job is None or job.status != GradingJob.Status.RUNNING:
        return None
    return {"stage": job.progress_stage, "done": job.progress_done, "total": job.progress_total}

"""Every write about submissions: hand one in, evaluate it again, record what came out."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.http import Http404

from accounts.errors import Refusal
from accounts.models import User
from courses.access import require_instructor
from courses.models import Pair
from grader import Outcome
from grading.models import GradingJob
from grading.services import enqueue
from submissions import refusals
from submissions.access import access_submission, access_task
from submissions.models import Checkpoint, Submission, Task
from submissions.queries import status_of
from submissions.signals import score_changed
from submissions.storage import StoredUpload, keep_file, store
from submissions.tasks import task_spec

__all__ = [
    "Refusal", "StoredUpload", "access_submission", "access_task", "keep_file", "record_evaluation", "rerun",
    "status_of", "submit_checkpoint", "task_spec",
]  # fmt: skip


def submit_checkpoint(*, task: Task, pair: Pair, author: User, upload: StoredUpload) -> Submission:
    """Hand in a file for a task, and queue its evaluation.

    The same file again by the same pair is its earlier submission, ``recognised``; it is evaluated again only when the
    evaluation had failed through our fault. Raises Refusal when the task is closed; the upload is left alone then.
    """
    if not task.is_open:
        raise refusals.task_is_closed()
    path = store(upload)
    with transaction.atomic():
        checkpoint, _ = Checkpoint.objects.get_or_create(
            pair=pair,
            sha256=upload.sha256,
            defaults={
                "size_bytes": upload.size_bytes,
                "original_name": upload.name,
                "path": path,
                "uploaded_by": author,
            },
        )
        submission, created = Submission.objects.get_or_create(
            task=task, checkpoint=checkpoint, defaults={"pair": pair, "author": author}
        )
        if submission.job is None or submission.job.status == GradingJob.Status.FAILED:
            _queue_evaluation(submission)
    submission.recognised = not created
    return submission


def rerun(*, submission: Submission, instructor: User) -> GradingJob:
    """Evaluate a submission again; its earlier evaluations stay. One that waits or runs already is that one.

    Raises Http404 for anybody but an instructor of the course.
    """
    require_instructor(instructor)
    if not submission.task.course.instructors.filter(pk=instructor.pk).exists():
        raise Http404("no such submission")
    with transaction.atomic():
        current = Submission.objects.select_for_update(of=("self",)).get(pk=submission.pk)
        if current.job is not None and not current.job.is_ended:
            return current.job
        return _queue_evaluation(current)


def record_evaluation(*, job: GradingJob) -> None:
    """Take over what the evaluation said, inside the transaction that ends it.

    Raises ValueError when a done job's outcome does not hold: the ending is undone, and the attempt was ours.
    """
    submission = Submission.objects.select_related("task").filter(job=job).first()
    if submission is None or job.status == GradingJob.Status.FAILED:
        return  # an evaluation that a newer one replaced; or our failure, which changes nobody's score
    if job.status == GradingJob.Status.DONE:
        outcome = Outcome.from_json(job.outcome)
        if outcome.status != "done" or outcome.metrics is None or outcome.checkpoint is None:
            raise ValueError("a job that is done, with an outcome that is not")
        submission.score = _score(submission.task, outcome.metrics)
        interval = _interval(submission.task, outcome.metrics)
        network = {name: outcome.checkpoint[name] for name in ("architecture", "parameters")}
        submission.metrics = {**outcome.metrics, **interval, **network}
    else:
        submission.metrics = submission.score = None
    submission.save(update_fields=["metrics", "score"])
    score_changed.send(sender=Submission, task=submission.task)


def _score(task: Task, metrics: Mapping[str, Any]) -> float:
    value = metrics.get(task_spec(task).metric)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError("the task's metric is not a ratio")
    return float(value)


def _interval(task: Task, metrics: Mapping[str, Any]) -> dict[str, Any]:
    """The confidence interval of the task's own metric, out of those that the grader gives for several."""
    intervals = metrics.get("intervals")
    metric = task_spec(task).metric
    return {"interval": intervals[metric]} if isinstance(intervals, dict) and metric in intervals else {}


def _queue_evaluation(submission: Submission) -> GradingJob:
    """The worker needs nothing but this row; its paths are relative to the worker's own folders."""
    spec = task_spec(submission.task)
    payload = {
        "version": 1,
        "weights": submission.checkpoint.path,
        "data": submission.task.data,
        "split": spec.split,
        "image_size": spec.image_size,
        "classes": list(spec.classes),
        "settings": dict(spec.settings),
        "limits": dict(spec.limits),
    }
    job = enqueue(kind=GradingJob.Kind.EVALUATION, subject=submission.subject, payload=payload)
    submission.job = job
    submission.save(update_fields=["job"])
    return job

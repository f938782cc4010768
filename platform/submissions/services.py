"""Every write about submissions: hand one in, evaluate it again, record what came out."""

from django.db import transaction
from django.http import Http404

from accounts.errors import Refusal
from accounts.models import User
from courses.access import require_instructor
from courses.models import Pair
from grading.models import GradingJob
from grading.services import enqueue
from submissions import refusals
from submissions.access import access_submission, access_task
from submissions.models import Checkpoint, Submission, Task
from submissions.queries import status_of
from submissions.recording import record_evaluation
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

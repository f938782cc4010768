"""The writes that people ask for about submissions: hand one in, stop it, choose it, evaluate it again."""

import re
from typing import Final

from django.db import transaction
from django.http import Http404

from accounts.errors import Refusal
from accounts.models import User
from courses.access import require_instructor
from courses.models import Pair
from grading import services as grading
from grading.models import GradingJob
from grading.services import enqueue
from submissions import refusals
from submissions.access import access_submission, access_task, may_stop
from submissions.models import Attempt, Checkpoint, Submission, Task
from submissions.payloads import lane, payload_for
from submissions.queries import status_of
from submissions.quotas import require_quota
from submissions.recording import record_evaluation
from submissions.signals import score_changed
from submissions.storage import keep_file, store
from submissions.tasks import task_spec
from uploads import storage
from uploads.arrived import Arrived
from uploads.quotas import require_quota as require_room_for

__all__ = [
    "Arrived", "Refusal", "access_submission", "access_task", "cancel", "choose", "keep_file",
    "record_evaluation", "rerun", "status_of", "submit_checkpoint", "task_spec", "unchoose",
]  # fmt: skip

#: An evaluation that ended so said nothing of the file: sent again, it is tried again.
SAID_NOTHING: Final = (GradingJob.Status.FAILED, GradingJob.Status.CANCELLED)
#: ``yolov5s``: a published network, said by the pair of a file that does not say it.
CONFIGURATION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


def submit_checkpoint(*, task: Task, pair: Pair, author: User, upload: Arrived, configuration: str = "") -> Submission:
    """Hand in a file for a task, and queue its evaluation.

    The same file again by the same pair is its earlier submission, ``recognised``, and costs nothing; it is evaluated
    again only when the evaluation had failed through our fault or was stopped, or when it was refused and another
    ``configuration`` is named now. Raises Refusal when the task is closed, the configuration is no name, or the pair
    has had its evaluations of the day; the upload is left alone then.
    """
    if not task.is_open:
        raise refusals.task_is_closed()
    if configuration and not CONFIGURATION.fullmatch(configuration):
        raise refusals.no_configuration()
    if storage.is_distant():
        store(upload)  # it travels before the transaction, which others wait for
    with transaction.atomic():
        submission = _handed_in(task, pair, author, upload, configuration)
    upload.discard()  # kept until it is committed: whoever is interrupted before hands the same upload in again
    return submission


def _handed_in(task: Task, pair: Pair, author: User, upload: Arrived, configuration: str) -> Submission:
    # Two files at once must not both find the last place free: whoever counts holds the pair.
    Pair.objects.select_for_update(of=("self",)).get(pk=pair.pk)
    # The file took its time to arrive: what counts is how the task stands now, not when it set out.
    task = Task.objects.select_related("course").get(pk=task.pk)
    if not task.is_open:
        raise refusals.task_is_closed()
    known = Submission.objects.select_related("job", "checkpoint", "task").filter(
        task=task, checkpoint__pair=pair, checkpoint__sha256=upload.sha256
    )
    submission = known.first()
    if submission is not None and not _is_to_be_tried(submission, configuration):
        store(upload)  # put back, should ours be damaged
        submission.recognised = True
        return submission
    require_quota(pair, task)
    recognised = submission is not None
    if not Checkpoint.objects.filter(pair=pair, sha256=upload.sha256).exists():
        require_room_for(pair, upload.size_bytes)
    path = store(upload)
    submission = submission or _create(task, pair, author, upload, path)
    if configuration:
        submission.configuration = configuration
        submission.save(update_fields=["configuration"])
    job = _queue_evaluation(submission)
    Attempt.objects.create(task=task, pair=pair, submission=submission, job=job)
    submission.recognised = recognised
    return submission


def cancel(*, submission: Submission, person: User) -> None:
    """Stop the evaluation that waits or runs, for its pair or its instructor; the pair gets its place back.

    A submission that was evaluated before keeps that result. Raises Refusal when there is nothing to stop, and for a
    pair that would stop what its instructor asked for: no pair keeps a result by stopping the next one.
    """
    access_submission(person, submission.pk)
    with transaction.atomic():
        current = Submission.objects.select_for_update(of=("self",)).select_related("job").get(pk=submission.pk)
        job, by = current.job, "an instructor" if person.is_instructor else "the pair"
        if job is not None and not job.is_ended and not may_stop(current, person):
            raise refusals.not_yours_to_cancel()
        if job is None or not grading.cancel(job, by=by):
            raise refusals.nothing_to_cancel()


def choose(*, submission: Submission, person: User) -> None:
    """Make this the submission that counts for its pair, instead of the one chosen before.

    Raises Http404 for anybody but a member of the pair; Refusal where the best one counts by rule, once the board is
    frozen, or when it has no score.
    """
    with transaction.atomic():
        chosen = _choosable(submission, person)
        if chosen.score is None:
            raise refusals.cannot_be_chosen()
        Submission.objects.filter(task=chosen.task, pair=chosen.pair, is_chosen=True).update(is_chosen=False)
        Submission.objects.filter(pk=chosen.pk).update(is_chosen=True)
        score_changed.send(sender=Submission, task=chosen.task)
    submission.is_chosen = True


def unchoose(*, submission: Submission, person: User) -> None:
    """Let the best one count again. Raises as ``choose`` does."""
    with transaction.atomic():
        chosen = _choosable(submission, person)
        Submission.objects.filter(pk=chosen.pk).update(is_chosen=False)
        score_changed.send(sender=Submission, task=chosen.task)
    submission.is_chosen = False


def rerun(*, submission: Submission, instructor: User) -> GradingJob:
    """Evaluate a submission again; its earlier evaluations stay. One that waits or runs already is that one.

    Raises Http404 for anybody but an instructor of the course; Refusal for a result that stands on a revealed board.
    """
    require_instructor(instructor)
    if not submission.task.course.instructors.filter(pk=instructor.pk).exists():
        raise Http404("no such submission")
    with transaction.atomic():
        current = Submission.objects.select_for_update(of=("self",)).select_related("task").get(pk=submission.pk)
        if current.job is not None and not current.job.is_ended:
            return current.job
        if current.task.revealed_at and current.score is not None:
            raise refusals.results_are_final()
        return _queue_evaluation(current, fresh=True)


def _is_to_be_tried(submission: Submission, configuration: str) -> bool:
    """Whether a file that is known is to be evaluated again because it was sent again."""
    job = submission.job
    if job is None or job.status in SAID_NOTHING:
        return True
    names_another = bool(configuration) and configuration != submission.configuration
    return names_another and job.status == GradingJob.Status.REFUSED


def _create(task: Task, pair: Pair, author: User, upload: Arrived, path: str) -> Submission:
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
    return Submission.objects.create(task=task, checkpoint=checkpoint, pair=pair, author=author)


def _choosable(submission: Submission, person: User) -> Submission:
    """The row, locked, if this person may choose it and choosing is still possible."""
    rows = Submission.objects.select_for_update(of=("self",)).select_related("task", "pair")
    chosen = rows.filter(pk=submission.pk, pair__members=person).first()
    if chosen is None:
        raise Http404("no such submission")
    if chosen.task.final_rule != Task.FinalRule.CHOSEN:
        raise refusals.the_best_counts()
    if chosen.task.frozen_at or chosen.task.revealed_at:
        raise refusals.too_late_to_choose()
    return chosen


def _queue_evaluation(submission: Submission, *, fresh: bool = False) -> GradingJob:
    """The worker needs nothing but this row. ``fresh``: run it, even where the result is known."""
    payload = payload_for(submission) | ({"fresh": True} if fresh else {})
    job = enqueue(kind=lane(), subject=submission.subject, payload=payload)
    submission.job = job
    submission.save(update_fields=["job"])
    return job

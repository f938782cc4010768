"""Every write to the queue: put work in, take it, record how it ended; and the questions people ask about it."""

import hashlib
import json
import logging
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Concat
from django.utils import timezone

import grader
from grading import endings, leases
from grading.endings import Ending
from grading.leases import Lease, Watch, beat, claim, release
from grading.models import AnswerKey, Details, GradingJob, Worker
from grading.queries import position, worker_is_alive
from grading.signals import job_ending, job_finished, job_progressed

__all__ = [
    "answer_key_for", "beat", "cancel", "claim", "enqueue", "fail", "finish", "hurry", "job_ending", "job_finished",
    "job_progressed", "position", "progress", "release", "retry_answer_key", "seen", "sweep", "worker_is_alive",
]  # fmt: skip

logger = logging.getLogger(__name__)
FORGET_WORKERS_AFTER = timedelta(days=1)


def enqueue(*, kind: str, subject: str, payload: Mapping[str, Any], priority: int = 0) -> GradingJob:
    """Put one job in the queue. The row is the queue: once committed, the worker finds it by itself."""
    return GradingJob.objects.create(kind=kind, subject=subject, payload=dict(payload), priority=priority)


def answer_key_for(question: Mapping[str, Any], *, weights_path: str | None, priority: int = 0) -> AnswerKey:
    """The row that holds, or will hold, the key of this question; its job is queued once, whoever asks.

    ``weights_path`` is the file behind ``"model": "course"``, absolute or relative to the weights folder.
    Asking again with a higher priority moves a waiting job forward. Raises SubmissionError when the question
    or file is unusable.
    """
    weights = None if weights_path is None else Path(settings.WEIGHTS_DIR) / weights_path
    model_digest = grader.model_digest(question, weights=weights)
    canonical = json.dumps(question, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(f"{model_digest}\n{canonical}".encode()).hexdigest()
    found = AnswerKey.objects.filter(digest=digest).first()
    if found is None or (found.key is None and found.job_id is None):
        return _order_answer_key(digest, dict(question), model_digest, weights_path, priority)
    hurry(found, priority)
    return found


def hurry(row: AnswerKey, priority: int) -> None:
    """Move a key's job forward to this priority, never back; nothing when it is made, or being made."""
    if row.key is None and row.job_id is not None:
        waiting = GradingJob.objects.filter(pk=row.job_id, status=GradingJob.Status.QUEUED, priority__lt=priority)
        waiting.update(priority=priority)


def _order_answer_key(
    digest: str, question: dict[str, Any], model_digest: str, weights_path: str | None, priority: int
) -> AnswerKey:
    with transaction.atomic():
        row, _ = AnswerKey.objects.select_for_update().get_or_create(
            digest=digest, defaults={"question": question, "model_digest": model_digest}
        )
        if row.key is None and row.job_id is None:
            payload = {"version": endings.VERSION, "question": question, "weights": weights_path}
            row.job = enqueue(
                kind=GradingJob.Kind.ANSWER_KEY,
                subject=f"answer-key:{row.pk}",
                payload=payload,
                priority=priority,
            )
            row.save(update_fields=["job"])
    return row


def retry_answer_key(*, answer_key: AnswerKey) -> GradingJob | None:
    """Queue a key that could not be made once more; None when it is there, or still being made."""
    with transaction.atomic():
        row = AnswerKey.objects.select_for_update().select_related(None).get(pk=answer_key.pk)
        earlier = row.job
        if row.key is not None or earlier is None or not earlier.is_ended:
            return None
        row.job = enqueue(
            kind=earlier.kind, subject=earlier.subject, payload=earlier.payload, priority=earlier.priority
        )
        row.save(update_fields=["job"])
    return row.job


def progress(lease: Lease, *, stage: str, done: int, total: int) -> bool:
    """Write how far the job is. False when the lease is lost."""
    ours = leases.held(lease).update(progress_stage=stage, progress_done=done, progress_total=total) == 1
    if not ours:
        lease.lost.set()
        return False
    job = lease.job
    job.progress_stage, job.progress_done, job.progress_total = stage, done, total
    job_progressed.send_robust(sender=GradingJob, job=job)
    return True


def finish(lease: Lease, ending: Ending) -> bool:
    """Record how the job ended, with everything that follows from it, in one transaction; once or not at all.

    False when the lease was lost meanwhile: nothing is written then.
    """
    with transaction.atomic():
        return _end(leases.held(lease), lease.job.pk, ending)


def fail(
    lease: Lease,
    *,
    error_id: str,
    summary: str,
    log: Sequence[str] = (),
    reason: Mapping[str, str] | None = None,
) -> bool:
    """Ours: back to the queue with the attempt counted, or the end after the last one. False when the lease
    was lost.

    ``summary`` and ``log`` are for instructors; ``reason`` is what people read at the end, when we know
    better than "something went wrong".
    """
    job = lease.job
    lines = "\n".join([*log, f"attempt {job.attempt}: incident {error_id}: {summary}"])
    with transaction.atomic():
        if not _note(leases.held(lease), lines):
            return False
        if job.attempt < settings.MAX_ATTEMPTS:
            return bool(leases.put_back(leases.held(lease)))
        return _end(leases.held(lease), job.pk, endings.failed(error_id, attempts=job.attempt, reason=reason))


def cancel(job: GradingJob, *, by: str) -> bool:
    """End a job that waits or runs, now; a worker that runs it notices within a second, and can write nothing more.

    ``by`` goes into the log. False when it had ended already.
    """
    unfinished = GradingJob.objects.filter(status__in=[GradingJob.Status.QUEUED, GradingJob.Status.RUNNING])
    with transaction.atomic():
        return _end(unfinished.filter(pk=job.pk), job.pk, endings.cancelled(by))


def sweep(watch: Watch) -> int:
    """Queue again what a dead worker held; end what has had its last attempt. Returns how many jobs it touched."""
    touched = 0
    for job in watch.silent():
        try:
            touched += _recover(job)
        except Exception:  # one that cannot be recovered must not keep the others
            logger.exception("job %s could not be recovered; the next sweep tries again", job.pk)
    return touched


def _recover(job: GradingJob) -> bool:
    """The row must be just as we saw it: another sweeper, or the worker itself, may have been quicker."""
    with transaction.atomic():
        still = leases.unchanged(job)
        if not _note(still, f"attempt {job.attempt}: the worker was not heard of for {settings.LEASE_SECONDS} s"):
            return False
        if job.attempt < settings.MAX_ATTEMPTS:
            return bool(leases.put_back(still))
        error_id = secrets.token_hex(4)
        logger.error("job %s was interrupted %s times: incident %s", job.pk, job.attempt, error_id)
        return _end(still, job.pk, endings.interrupted(error_id, attempts=job.attempt))


def seen(worker: str, *, has_gpu: bool = False, trouble: Mapping[str, str] | None = None) -> None:
    """Write that this worker lives, and why it opens no stranger's file now; forget those that have long been gone."""
    now = timezone.now()
    state = {"seen_at": now, "has_gpu": has_gpu, "trouble": dict(trouble) if trouble else None}
    Worker.objects.update_or_create(name=worker, defaults=state)
    Worker.objects.filter(seen_at__lt=now - FORGET_WORKERS_AFTER).delete()


def gone(worker: str) -> None:
    Worker.objects.filter(name=worker).delete()


def _note(rows: QuerySet[GradingJob], line: str) -> int:
    return rows.update(log=Concat("log", Value(f"{line}\n")))


def _end(rows: QuerySet[GradingJob], pk: int, ending: Ending) -> bool:
    """Inside a transaction: end the job if ``rows`` still holds it, let others write with it, tell on commit."""
    lines = "".join(f"{line}\n" for line in ending.log)
    ended = rows.update(
        status=ending.status,
        outcome=dict(ending.outcome),
        error_id=ending.error_id,
        log=Concat("log", Value(lines)),
        leased_until=None,
        finished_at=timezone.now(),
    )
    if not ended:
        return False
    if ending.fingerprint:
        GradingJob.objects.filter(pk=pk).update(fingerprint=ending.fingerprint)
    job = GradingJob.objects.get(pk=pk)
    if ending.details is not None:
        Details.objects.update_or_create(job=job, defaults=dict(ending.details))
    if ending.answer_key is not None:
        AnswerKey.objects.filter(job=job).update(key=dict(ending.answer_key))
    job_ending.send(sender=GradingJob, job=job)
    transaction.on_commit(partial(_tell, job))
    return True


def _tell(job: GradingJob) -> None:
    for receiver, answer in job_finished.send_robust(sender=GradingJob, job=job):
        if isinstance(answer, Exception):
            logger.error("job %s ended, and %r could not take it", job.pk, receiver, exc_info=answer)

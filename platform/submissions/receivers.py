"""What happens to a submission when its evaluation ends."""

from typing import Any

from django.dispatch import receiver

from grading.models import GradingJob
from grading.signals import job_ending, job_finished
from submissions.recording import record_evaluation
from submissions.reevaluations import record_item
from submissions.resemblances import compare_with_others


@receiver(job_ending, dispatch_uid="record-the-evaluation-of-a-submission")
def record(job: GradingJob, **_: Any) -> None:
    if job.kind in GradingJob.EVALUATIONS:
        record_evaluation(job=job)
        record_item(job=job)


@receiver(job_finished, dispatch_uid="compare-a-file-with-the-others")
def compare(job: GradingJob, **_: Any) -> None:
    """After the commit: comparing takes a while, and nobody waits for it."""
    if job.kind in GradingJob.EVALUATIONS and job.status == GradingJob.Status.DONE:
        compare_with_others(job=job)

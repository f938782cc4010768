"""What happens to a submission when its evaluation ends."""

from typing import Any

from django.dispatch import receiver

from grading.models import GradingJob
from grading.signals import job_ending
from submissions.services import record_evaluation


@receiver(job_ending, dispatch_uid="record-the-evaluation-of-a-submission")
def record(job: GradingJob, **_: Any) -> None:
    if job.kind == GradingJob.Kind.EVALUATION:
        record_evaluation(job=job)

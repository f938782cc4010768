"""What happens to a capsule when its film was looked at."""

from typing import Any

from django.dispatch import receiver

from capsules.recording import record_preparation
from grading.models import GradingJob
from grading.signals import job_ending


@receiver(job_ending, dispatch_uid="record-the-preparation-of-a-capsule")
def record(job: GradingJob, **_: Any) -> None:
    if job.kind == GradingJob.Kind.VIDEO and job.subject.startswith("capsule:"):
        record_preparation(job=job)

"""What happens to a clip when the worker is through with it."""

from typing import Any

from django.dispatch import receiver

from datasets.recording import record_video
from grading.models import GradingJob
from grading.signals import job_ending


@receiver(job_ending, dispatch_uid="record-the-video-of-a-clip")
def record(job: GradingJob, **_: Any) -> None:
    record_video(job=job)

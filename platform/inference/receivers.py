"""What happens to a detection when its job ends, and to its bytes when it goes."""

from typing import Any

from django.db.models.signals import post_delete
from django.dispatch import receiver

from grading import services as grading
from grading.models import GradingJob
from grading.signals import job_ending
from inference.models import Run
from inference.recording import record_detection
from uploads import services as uploads
from uploads.models import StoredFile


@receiver(job_ending, dispatch_uid="record-a-detection")
def record(job: GradingJob, **_: Any) -> None:
    if job.kind == GradingJob.Kind.DETECTION:
        record_detection(job=job)


@receiver(post_delete, sender=Run, dispatch_uid="forget-the-film-of-a-detection")
def forget(instance: Run, **_: Any) -> None:
    """However it goes, alone or with its clip, its pair or its checkpoint: the job ends, the bytes go on commit."""
    job = GradingJob.objects.filter(pk=instance.job_id).first() if instance.job_id else None
    if job is not None and not job.is_ended:
        grading.cancel(job, by="whoever removed it")
    for file in StoredFile.objects.filter(pk__in=[pk for pk in (instance.video_id, instance.poster_id) if pk]):
        uploads.remove(file)

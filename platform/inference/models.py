"""What pairs have detected on their clips with their own checkpoints."""

from typing import Final

from django.conf import settings
from django.db import models

from grading.models import GradingJob

#: Of the DETECTION jobs that a run asked for.
SUBJECT: Final = "detection:"


class Run(models.Model):
    """One checkpoint on one clip. ``video`` and ``poster`` are the film with boxes, ``timeline`` when what was seen.

    ``facts`` are the worker's: width, height, frames, seconds, and what the network is.
    """

    pair = models.ForeignKey("courses.Pair", on_delete=models.CASCADE, related_name="detection_runs")
    clip = models.ForeignKey("datasets.Clip", on_delete=models.CASCADE, related_name="detection_runs")
    submission = models.ForeignKey("submissions.Submission", on_delete=models.CASCADE, related_name="detection_runs")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    image_size = models.PositiveIntegerField(help_text="longest side of what the network sees, pixels")
    confidence = models.FloatField(help_text="boxes below are not drawn, 0…1")
    iou = models.FloatField(help_text="above, of two boxes the surer one stays, 0…1")
    job = models.ForeignKey(GradingJob, null=True, on_delete=models.SET_NULL, related_name="+")
    video = models.ForeignKey("uploads.StoredFile", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    poster = models.ForeignKey("uploads.StoredFile", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    timeline = models.JSONField(null=True, blank=True)
    facts = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    #: What lists leave where it is.
    HEAVY = ("timeline", "job__log", "job__payload")
    #: Set by start_run on the row it returns: this very detection was made before.
    recognised = False

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["pair", "created_at"], name="runs_of_a_day")]

    def __str__(self) -> str:
        return f"{self.clip} · {self.submission_id} · {self.pk}"

    @property
    def subject(self) -> str:
        return f"{SUBJECT}{self.pk}"

    @property
    def status(self) -> str:
        """The job's; failed where there is none any more, done once the film is there."""
        if self.video_id is not None:
            return GradingJob.Status.DONE
        if self.job is None or self.job.status == GradingJob.Status.DONE:
            return GradingJob.Status.FAILED
        return self.job.status

    @property
    def is_working(self) -> bool:
        return self.status in (GradingJob.Status.QUEUED, GradingJob.Status.RUNNING)

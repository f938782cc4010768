"""The queue is these rows: what the worker has to do, is doing, and has done."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from grading.fields import CompressedJSONField


class GradingJob(models.Model):
    """One piece of work for the worker.

    A worker takes a job by one conditional UPDATE that writes its ``lease_token`` and ``leased_until``;
    whoever lost the lease cannot write a result. ``subject`` says whose job it is ("submission:12",
    "answer-key:3").
    """

    class Kind(models.TextChoices):
        ANSWER_KEY = "answer-key"
        EVALUATION = "evaluation"
        EVALUATION_GPU = "evaluation-gpu"
        HAND_IN = "hand-in"
        VIDEO = "video"
        DETECTION = "detection"

    class Status(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    ENDED = (Status.DONE, Status.REFUSED, Status.FAILED, Status.CANCELLED)
    #: The lanes that evaluate a checkpoint: on the processor, and on the accelerator where there is one.
    EVALUATIONS = (Kind.EVALUATION, Kind.EVALUATION_GPU)

    kind = models.CharField(max_length=16, choices=Kind.choices)
    subject = models.CharField(max_length=60)
    payload = models.JSONField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    priority = models.SmallIntegerField(default=0, help_text="higher first")
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_token = models.CharField(max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    progress_stage = models.CharField(max_length=20, blank=True)
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    outcome = models.JSONField(null=True, blank=True)
    log = models.TextField(blank=True)
    error_id = models.CharField(max_length=32, blank=True)
    fingerprint = models.CharField(
        max_length=80, blank=True, db_index=True, help_text="of all that decides the figures; empty until it is known"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["status", "-priority", "id"], name="next_job"),
            models.Index(fields=["subject"], name="job_subject"),
        ]

    @property
    def is_ended(self) -> bool:
        return self.status in self.ENDED

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} ({self.status})"


class Details(models.Model):
    """The whole of what an evaluation said. Beside the queue, because a page that lists jobs must not read it.

    For the services that record it and take it over; it holds figures of the private part. ``frozen_layers`` of the
    file are a published file's very weights, from which its training ``began_there``; null where that is not known.
    """

    job = models.OneToOneField(GradingJob, on_delete=models.CASCADE, related_name="details")
    outcome = CompressedJSONField()
    frozen_layers = models.PositiveSmallIntegerField(null=True, blank=True)
    began_there = models.BooleanField(null=True, blank=True)
    taken_from = models.ForeignKey(
        GradingJob,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="the job whose result this is: the same file is not run twice",
    )

    class Meta:
        verbose_name_plural = "details"

    def __str__(self) -> str:
        return f"details of {self.job}"


class AnswerKey(models.Model):
    """What the real model answers to one question, shared by every pair that was dealt the same one."""

    digest = models.CharField(max_length=64, unique=True, help_text="of the model's digest and the question")
    question = models.JSONField()
    model_digest = models.CharField(max_length=120)
    key = models.JSONField(null=True, blank=True)
    job = models.ForeignKey(GradingJob, null=True, blank=True, on_delete=models.SET_NULL, related_name="answer_keys")
    created_at = models.DateTimeField(auto_now_add=True)

    @property
    def is_ready(self) -> bool:
        return self.key is not None

    def __str__(self) -> str:
        return f"{self.question.get('kind')} {self.digest[:8]}"


class Worker(models.Model):
    """A worker that lives, or lived: its row says when it was last seen."""

    name = models.CharField(max_length=80, unique=True)
    has_gpu = models.BooleanField(default=False)
    trouble = models.JSONField(null=True, blank=True, help_text="why it opens no stranger's file now, in fr and en")
    started_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["-seen_at"]

    def __str__(self) -> str:
        return self.name

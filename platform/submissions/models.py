"""What pairs hand in: tasks, the files they upload, and each submission's fate."""

import uuid

from django.conf import settings
from django.db import models


class Task(models.Model):
    """A competition of one course; its rules are ``challenges/tasks/<slug>.yaml``, its data a folder of the server."""

    course = models.ForeignKey("courses.Course", on_delete=models.CASCADE, related_name="tasks")
    slug = models.SlugField(unique=True)
    data = models.CharField(max_length=200, help_text="the data.yaml, relative to the datasets folder")
    is_open = models.BooleanField(default=True)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug


class Checkpoint(models.Model):
    """A file a pair uploaded, stored once however often it is sent. Bytes: nobody but the sealed child reads it."""

    pair = models.ForeignKey("courses.Pair", on_delete=models.CASCADE, related_name="checkpoints")
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveBigIntegerField()
    original_name = models.CharField(max_length=200)
    path = models.CharField(max_length=200, help_text="relative to the uploads folder")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pair", "sha256"], name="a_pair_stores_a_file_once")]

    def __str__(self) -> str:
        return self.original_name


class Submission(models.Model):
    """One checkpoint handed in for one task. ``job`` is its current evaluation; earlier ones share its subject."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="submissions")
    pair = models.ForeignKey("courses.Pair", on_delete=models.CASCADE, related_name="submissions")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="submissions")
    job = models.ForeignKey("grading.GradingJob", null=True, on_delete=models.SET_NULL, related_name="+")
    score = models.FloatField(null=True, blank=True, help_text="the task's metric, 0…1; null until evaluated")
    metrics = models.JSONField(null=True, blank=True)
    submitted_at = models.DateTimeField(auto_now_add=True)

    #: Set by submit_checkpoint on the row it returns: the pair had handed in this very file before.
    recognised = False

    class Meta:
        ordering = ["-submitted_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["task", "checkpoint"], name="a_checkpoint_is_submitted_once_per_task")
        ]

    def __str__(self) -> str:
        return f"{self.task} · {self.pair} · {self.pk}"

    @property
    def subject(self) -> str:
        return f"submission:{self.pk}"


class ResumableUpload(models.Model):
    """A file that arrives in pieces; how much of it is there is the size of the part on disk."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    size_bytes = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

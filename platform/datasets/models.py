"""What pairs film: a course's rules of acquisition, and each pair's clips."""

from fractions import Fraction
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from grading.models import GradingJob

#: Of the VIDEO jobs that a clip asked for.
SUBJECT = "clip:"


class AcquisitionRules(models.Model):
    """What a course asks its pairs to film; read by ``datasets.rules.rules_of``, which knows the usual ones."""

    course = models.OneToOneField("courses.Course", on_delete=models.CASCADE, related_name="acquisition")
    clips_expected = models.PositiveSmallIntegerField(
        default=5, validators=[MinValueValidator(1), MaxValueValidator(50)], help_text="sequences of a pair"
    )
    seconds_expected = models.PositiveSmallIntegerField(
        default=10, validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    frame_rate = models.PositiveSmallIntegerField(
        default=30, validators=[MinValueValidator(1), MaxValueValidator(60)], help_text="frames taken a second"
    )
    limit_bytes = models.PositiveBigIntegerField(default=512 * 2**20, help_text="of one file")
    max_seconds = models.PositiveIntegerField(
        default=120, validators=[MinValueValidator(1), MaxValueValidator(3600)], help_text="what is longer is refused"
    )
    shares_classes = models.BooleanField(default=True, help_text="several pairs may film the same object class")

    class Meta:
        verbose_name_plural = "acquisition rules"

    def __str__(self) -> str:
        return f"{self.course}: {self.clips_expected} × {self.seconds_expected} s"


class Clip(models.Model):
    """One clip of a pair. ``source`` is the file as it came, there until the worker has made ``copy`` of it.

    ``sequence`` is its place in the data set, null for one that was refused and for one that waits to replace another.
    ``frames`` is an archive whose names are below ``FOLDER``: downloads write the data set's own folders over it.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("being prepared")
        READY = "ready", _("prepared")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed, through our fault")

    FOLDER = "clip"

    pair = models.ForeignKey("courses.Pair", on_delete=models.CASCADE, related_name="clips")
    sequence = models.PositiveSmallIntegerField(null=True, blank=True)
    replaces = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replacements")
    name = models.CharField(max_length=200, help_text="as the phone or the person called it")
    sha256 = models.CharField(max_length=64, help_text="of the file as it came")
    source = models.ForeignKey("uploads.StoredFile", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    copy = models.ForeignKey("uploads.StoredFile", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    poster = models.ForeignKey("uploads.StoredFile", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    frames = models.ForeignKey("uploads.StoredFile", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    sheet = models.ForeignKey("uploads.StoredFile", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    facts = models.JSONField(null=True, blank=True, help_text="of the file as it came, as the worker found it")
    frame_count = models.PositiveIntegerField(null=True, blank=True)
    duplicate_count = models.PositiveIntegerField(
        null=True, blank=True, help_text="frames like the one before: left out"
    )
    frame_rate = models.CharField(max_length=20, blank=True, help_text="at which the frames were taken")
    job = models.ForeignKey(GradingJob, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    #: Its stored files, by what they hold.
    FILES = ("source", "copy", "poster", "frames", "sheet")
    #: Set by add_clip on the row it returns: the pair had sent this very file before.
    recognised = False

    class Meta:
        ordering = ["pair", models.F("sequence").asc(nulls_last=True), "pk"]
        constraints = [
            models.UniqueConstraint(fields=["pair", "sequence"], name="a_sequence_of_a_pair_is_one_clip"),
            models.UniqueConstraint(fields=["pair", "sha256"], name="a_pair_has_a_clip_once"),
        ]

    def __str__(self) -> str:
        return f"{self.pair} · {self.sequence or '–'} · {self.name}"

    @property
    def subject(self) -> str:
        return f"{SUBJECT}{self.pk}"

    @property
    def is_working(self) -> bool:
        return self.job is not None and not self.job.is_ended

    @property
    def state(self) -> str:
        """Where it stands; ready as soon as it can be watched, whatever became of a later extraction."""
        if self.job is not None and not self.job.is_ended:
            return self.State.RUNNING if self.job.status == GradingJob.Status.RUNNING else self.State.QUEUED
        if self.copy_id is not None:
            return self.State.READY
        is_refused = self.job is not None and self.job.status == GradingJob.Status.REFUSED
        return self.State.REFUSED if is_refused else self.State.FAILED

    @property
    def state_word(self) -> str:
        return str(self.State(self.state).label)

    @property
    def seconds(self) -> float | None:
        return self.facts["duration_seconds"] if self.facts else None

    def is_extracted_at(self, rate: int) -> bool:
        """Whether its frames were taken at this rate."""
        return bool(self.frame_rate) and Fraction(self.frame_rate) == rate

    def stored(self) -> dict[str, Any]:
        """Its files that are there, by what they hold."""
        return {name: file for name in self.FILES if (file := getattr(self, name)) is not None}

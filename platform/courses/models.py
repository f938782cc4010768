"""A course, its groups, its pairs, and the checkpoint its students hold."""

import secrets
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models


def new_seed() -> str:
    return secrets.token_hex(32)


class Course(models.Model):
    """One year of one course. ``variant_seed`` is the secret every pair's variants are drawn from.

    ``training_grid`` holds what the pairs' training configurations are drawn from; empty for ``courses.draw.Grid()``.
    """

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=120)
    variant_seed = models.CharField(max_length=64, default=new_seed, editable=False)
    training_grid = models.JSONField(default=dict, blank=True)
    time_zone = models.CharField(max_length=60, blank=True, help_text="such as Europe/Paris; empty for the site's")
    instructors = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="courses_taught", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.title

    @property
    def zone(self) -> ZoneInfo:
        """Where its deadlines are read."""
        return ZoneInfo(self.time_zone or settings.TIME_ZONE)


class ObjectClass(models.Model):
    """What a pair films, annotates and detects; ``index`` is its number in the collective dataset's labels."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="object_classes")
    name = models.CharField(max_length=40)
    index = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["index"]
        verbose_name_plural = "object classes"
        constraints = [
            models.UniqueConstraint(fields=["course", "name"], name="one_object_class_of_a_name_per_course"),
            models.UniqueConstraint(fields=["course", "index"], name="one_object_class_of_an_index_per_course"),
        ]

    def __str__(self) -> str:
        return self.name


class Group(models.Model):
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="groups")
    name = models.CharField(max_length=40)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["course", "name"], name="one_group_of_a_name_per_course")]

    def __str__(self) -> str:
        return self.name


class Pair(models.Model):
    """One to three students who share a card. ``name`` is what the board shows."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="pairs")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="pairs")
    name = models.CharField(max_length=40)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="pairs", blank=True)
    object_class = models.ForeignKey(
        ObjectClass, null=True, blank=True, on_delete=models.SET_NULL, related_name="pairs", help_text="what it films"
    )

    class Meta:
        ordering = ["group__name", "name"]
        constraints = [models.UniqueConstraint(fields=["course", "name"], name="one_pair_of_a_name_per_course")]

    def __str__(self) -> str:
        return self.name


class TrainingConfiguration(models.Model):
    """What the lot gave a pair to train: nobody can afford to train them all, together a course covers the grid."""

    class Size(models.TextChoices):
        N = "n"
        S = "s"
        M = "m"
        L = "l"
        X = "x"

    pair = models.OneToOneField(Pair, on_delete=models.CASCADE, related_name="training_configuration")
    size = models.CharField(max_length=1, choices=Size.choices)
    image_size = models.PositiveIntegerField(help_text="pixels")
    frozen_backbone = models.BooleanField()
    batch_size = models.PositiveIntegerField()
    drawn_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["pair__group__name", "pair__name"]

    def __str__(self) -> str:
        return f"{self.pair}: {self.size}, {self.image_size} px"


class CourseWeights(models.Model):
    """The checkpoint that weight questions are about: the file the students hold. The newest one counts."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="weights")
    name = models.CharField(max_length=120)
    path = models.CharField(max_length=200, help_text="relative to the weights folder")
    digest = models.CharField(max_length=71)
    size_bytes = models.PositiveBigIntegerField()
    architecture = models.CharField(max_length=80)
    parameters = models.PositiveBigIntegerField()
    registered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-registered_at", "-pk"]

    @property
    def file_name(self) -> str:
        """What the file is called on a student's disk."""
        return self.name if self.name.endswith(".pt") else f"{self.name}.pt"

    def __str__(self) -> str:
        return self.name


class AuditEntry(models.Model):
    """Who changed what about marks, deadlines and people's files, when, and from what to what. Written, never changed.

    ``subject`` names the thing ("capsule:12", "mark:7"); ``before`` and ``after`` are plain JSON, null for nothing.
    """

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="audit")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    actor_name = models.CharField(max_length=150, help_text="kept when the account goes")
    pair = models.ForeignKey(Pair, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    action = models.CharField(max_length=40, help_text="a code: capsule-replaced, mark-overridden …")
    subject = models.CharField(max_length=60)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    reason = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name_plural = "audit entries"
        indexes = [models.Index(fields=["course", "subject"], name="audit_of_a_subject")]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.actor_name}: {self.action} {self.subject}"

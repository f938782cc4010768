"""Judging capsules: the rubric's versions, what each marker wrote, the mark that follows, and appeals."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from challenges.rubric import Rubric, from_document


class MarkingRules(models.Model):
    """How one course marks its capsules. A course without this row has these defaults.

    ``expected_at`` is when pairs are told to expect their mark. Two levels of one cell that are ``difference_from``
    apart, or more, are shown as a disagreement. ``adjustment_bound`` is the most that one member's mark may differ
    from the pair's. Appeals are taken until ``appeals_until``, without an end where it is null.
    """

    course = models.OneToOneField("courses.Course", on_delete=models.CASCADE, related_name="marking_rules")
    expected_at = models.DateTimeField(null=True, blank=True)
    sample_percent = models.PositiveSmallIntegerField(default=20, validators=[MaxValueValidator(100)])
    sample_seed = models.PositiveIntegerField(default=1)
    difference_from = models.PositiveSmallIntegerField(
        default=2, validators=[MinValueValidator(1), MaxValueValidator(4)]
    )
    adjustment_bound = models.DecimalField(
        max_digits=4, decimal_places=2, default=Decimal(4), validators=[MinValueValidator(0), MaxValueValidator(20)]
    )
    takes_appeals = models.BooleanField(default=True)
    appeals_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "marking rules"

    def __str__(self) -> str:
        return f"marking of {self.course}"


class RubricDraft(models.Model):
    """The rubric as somebody is writing it: kept as typed, however unfinished, and read by no pair."""

    course = models.OneToOneField("courses.Course", on_delete=models.CASCADE, related_name="rubric_draft")
    document = models.JSONField()
    revision = models.PositiveIntegerField(default=1)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"draft of {self.course}'s rubric"


class RubricVersion(models.Model):
    """A rubric that counts, never changed again: the newest one is the course's."""

    course = models.ForeignKey("courses.Course", on_delete=models.CASCADE, related_name="rubric_versions")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["course", "number"], name="rubric_versions_are_numbered")]

    def __str__(self) -> str:
        return f"rubric of {self.course}, version {self.number}"

    @property
    def rubric(self) -> Rubric:
        return from_document(self.document)


class Conflict(models.Model):
    """Somebody who must not mark this pair."""

    pair = models.ForeignKey("courses.Pair", on_delete=models.CASCADE, related_name="conflicts")
    marker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pair", "marker"], name="one_conflict_of_a_marker_and_pair")]

    def __str__(self) -> str:
        return f"{self.marker} does not mark {self.pair}"


class Assignment(models.Model):
    """Who marks a pair's capsule, handed in or not yet."""

    class Role(models.TextChoices):
        FIRST = "first", _("first marker")
        SECOND = "second", _("second marker")

    pair = models.ForeignKey("courses.Pair", on_delete=models.CASCADE, related_name="assignments")
    marker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=6, choices=Role.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pair__group__name", "pair__name", "role"]
        constraints = [
            models.UniqueConstraint(fields=["pair", "role"], name="one_marker_of_a_role"),
            models.UniqueConstraint(fields=["pair", "marker"], name="a_marker_has_one_role"),
        ]

    def __str__(self) -> str:
        return f"{self.marker}, {self.role} of {self.pair}"


class Marking(models.Model):
    """What one marker wrote about one capsule, by the version of the rubric that it was begun with.

    ``cells`` maps a cell's key to ``{"level": 0…4 or null, "note": text}``, filled or not. ``version`` is the film that
    was watched. ``revision`` grows with every save: whoever saves says which one they had read.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("being marked")
        DONE = "done", _("done")

    capsule = models.ForeignKey("capsules.Capsule", on_delete=models.CASCADE, related_name="markings")
    marker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.RESTRICT, related_name="+")
    rubric_version = models.ForeignKey(RubricVersion, on_delete=models.RESTRICT, related_name="markings")
    version = models.ForeignKey(
        "capsules.CapsuleVersion", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    cells = models.JSONField(default=dict, blank=True)
    comment = models.TextField(blank=True)
    state = models.CharField(max_length=5, choices=State.choices, default=State.DRAFT)
    revision = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["capsule", "marker"], name="one_marking_of_a_marker")]

    def __str__(self) -> str:
        return f"{self.marker} on {self.capsule}"

    @property
    def levels(self) -> dict[str, int | float | None]:
        return levels_of(self.cells)


class Mark(models.Model):
    """The mark of a capsule: one marker's, or what two agreed on; a pair reads ``published`` and only that.

    ``cells`` are as in a marking, with ``"source"`` (first, second, mean, typed) and ``"reason"``. ``published`` is
    what was told to the pair, whole: ``{"mark", "computed", "cells", "comment", "rubric", "adjustments"}``; changes
    made after it was opened again are the pair's only when they are published in their turn.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("to be agreed")
        MODERATED = "moderated", _("ready")
        PUBLISHED = "published", _("published")
        REOPENED = "reopened", _("opened again")

    capsule = models.OneToOneField("capsules.Capsule", on_delete=models.CASCADE, related_name="mark")
    rubric_version = models.ForeignKey(RubricVersion, on_delete=models.RESTRICT, related_name="marks")
    cells = models.JSONField(default=dict, blank=True)
    comment = models.TextField(blank=True)
    computed = models.DecimalField(max_digits=4, decimal_places=2, null=True, blank=True)
    override = models.DecimalField(max_digits=4, decimal_places=2, null=True, blank=True)
    override_reason = models.CharField(max_length=400, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    moderated_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    moderated_at = models.DateTimeField(null=True, blank=True)
    published = models.JSONField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["capsule__pair__group__name", "capsule__pair__name"]

    def __str__(self) -> str:
        return f"mark of {self.capsule}"

    @property
    def subject(self) -> str:
        """What the audit trace calls it."""
        return f"mark:{self.pk}"

    @property
    def levels(self) -> dict[str, int | float | None]:
        return levels_of(self.cells)


class Adjustment(models.Model):
    """What one member's mark is above or below the pair's, and why."""

    mark = models.ForeignKey(Mark, on_delete=models.CASCADE, related_name="adjustments")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    delta = models.DecimalField(max_digits=4, decimal_places=2)
    reason = models.CharField(max_length=400)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mark", "person"], name="one_adjustment_of_a_person")]

    def __str__(self) -> str:
        return f"{self.person}: {self.delta:+}"


class Publication(models.Model):
    """The moment at which marks were told, all those that were ready at once."""

    course = models.ForeignKey("courses.Course", on_delete=models.CASCADE, related_name="publications")
    published_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    marks = models.PositiveIntegerField(help_text="how many were told")

    class Meta:
        ordering = ["-published_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.marks} marks of {self.course} at {self.published_at:%F %T}"


class Appeal(models.Model):
    """A pair's question about its published mark, and the answer."""

    class State(models.TextChoices):
        OPEN = "open", _("waiting for an answer")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")

    mark = models.ForeignKey(Mark, on_delete=models.CASCADE, related_name="appeals")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField(max_length=4000)
    created_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    answer = models.TextField(max_length=4000, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["mark"], condition=Q(state="open"), name="one_open_appeal_of_a_mark")
        ]

    def __str__(self) -> str:
        return f"appeal of {self.created_at:%F}: {self.state}"


def levels_of(cells: dict[str, Any]) -> dict[str, int | float | None]:
    """Of filled cells, their levels alone."""
    return {key: cell.get("level") for key, cell in cells.items()}

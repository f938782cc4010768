"""The persisted side of challenges/: which variant a pair was dealt, what it answered, took and handed in."""

from django.conf import settings
from django.db import models


class QuestVersion(models.Model):
    """What a quest's file said when somebody was dealt it: they are judged by what they saw, whatever it says today."""

    card = models.SlugField(max_length=60)
    quest = models.SlugField(max_length=60)
    version = models.CharField(max_length=64)
    source = models.TextField(help_text="the file, as YAML")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["card", "quest", "version"], name="one_text_per_version_of_a_quest")
        ]

    def __str__(self) -> str:
        return f"{self.card}/{self.quest} {self.version}"


class Variant(models.Model):
    """The parameters one pair was dealt for one quest. ``draw`` counts the draws thrown away because they collided."""

    pair = models.ForeignKey("courses.Pair", on_delete=models.CASCADE, related_name="variants")
    card = models.SlugField(max_length=60)
    quest = models.SlugField(max_length=60)
    quest_version = models.CharField(max_length=64)
    draw = models.PositiveSmallIntegerField(default=0)
    parameters = models.JSONField()
    question = models.JSONField()
    answer_key = models.ForeignKey("grading.AnswerKey", on_delete=models.PROTECT, related_name="variants")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pair", "card", "quest"], name="one_variant_per_pair_and_quest")]

    def __str__(self) -> str:
        return f"{self.pair}: {self.card}/{self.quest}"


class Attempt(models.Model):
    """One answer that was understood and judged. Malformed ones are never written."""

    class Verdict(models.TextChoices):
        CORRECT = "correct"
        WRONG = "wrong"
        LATER = "later"  # right, but judged again after one that is right too: counts for nothing

    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="attempts")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField(help_text="1 for the pair's first")
    text = models.CharField(max_length=2000)
    understood = models.CharField(max_length=200)
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    mistake = models.CharField(max_length=40, blank=True)
    points = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            # Two clicks, or two members at the same moment: the second one finds the number taken.
            models.UniqueConstraint(fields=["variant", "number"], name="one_attempt_of_a_number"),
            models.UniqueConstraint(
                fields=["variant"], condition=models.Q(verdict="correct"), name="solved_at_most_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant} #{self.number}: {self.verdict}"


class HintTaken(models.Model):
    """A hint that a pair bought, at the price it had then. It lowers what the quest will earn, never what it earned."""

    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="hints_taken")
    number = models.PositiveSmallIntegerField(help_text="1 for the first hint")
    cost = models.PositiveSmallIntegerField()
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="hints_taken")
    taken_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["variant", "number"], name="a_hint_is_paid_once")]

    def __str__(self) -> str:
        return f"{self.variant}: hint {self.number}"


class Unlock(models.Model):
    """An instructor opened a quest for one pair: whatever it waits for, and with so many attempts more."""

    pair = models.ForeignKey("courses.Pair", on_delete=models.CASCADE, related_name="unlocks")
    card = models.SlugField(max_length=60)
    quest = models.SlugField(max_length=60)
    extra_attempts = models.PositiveSmallIntegerField(default=0)
    unlocked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="unlocks")
    unlocked_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pair", "card", "quest"], name="one_unlock_per_pair_and_quest")]

    def __str__(self) -> str:
        return f"{self.pair}: {self.card}/{self.quest} unlocked"


class HandIn(models.Model):
    """What a pair handed in for a quest: files and words, checked by the worker, a person, or both.

    It becomes an ``Attempt`` when there is a verdict; what could not be read, or failed through our fault, never does.
    ``report`` is what the sealed checker said (``challenges.report``), ``remark`` what a person added.
    """

    class Status(models.TextChoices):
        CHECKING = "checking"  # the worker has it
        WAITING = "waiting"  # a person has to look
        ACCEPTED = "accepted"
        RETURNED = "returned"
        UNREADABLE = "unreadable"
        FAILED = "failed"  # ours

    UNDECIDED = (Status.CHECKING, Status.WAITING)

    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="hand_ins")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="hand_ins")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.CHECKING)
    text = models.TextField(blank=True)
    report = models.JSONField(null=True, blank=True)
    error_id = models.CharField(max_length=32, blank=True)
    job = models.ForeignKey(
        "grading.GradingJob", null=True, blank=True, on_delete=models.SET_NULL, related_name="hand_ins"
    )
    attempt = models.OneToOneField(Attempt, null=True, blank=True, on_delete=models.SET_NULL, related_name="hand_in")
    remark = models.TextField(blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="reviews"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    #: Set by hand_ins.hand_in on the row it returns: the pair had handed in this very thing before.
    recognised = False

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["status", "created_at"], name="hand_ins_to_review")]
        constraints = [
            models.UniqueConstraint(
                fields=["variant"],
                condition=models.Q(status__in=("checking", "waiting")),
                name="one_undecided_hand_in_per_variant",
            ),
        ]

    @property
    def is_undecided(self) -> bool:
        return self.status in self.UNDECIDED

    def __str__(self) -> str:
        return f"{self.variant}: handed in ({self.status})"


class HandInFile(models.Model):
    """One file of a hand-in. ``part`` is a name of the kind's parts; ``path`` lies below the hand-ins folder."""

    hand_in = models.ForeignKey(HandIn, on_delete=models.CASCADE, related_name="files")
    part = models.CharField(max_length=40)
    name = models.CharField(max_length=200, help_text="as it was called on the student's disk")
    path = models.CharField(max_length=200)
    size_bytes = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=71)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hand_in", "part"], name="one_file_per_part_of_a_hand_in")]

    def __str__(self) -> str:
        return f"{self.hand_in}: {self.part}"


class Rejudgement(models.Model):
    """Answers that were judged again by a quest's new version: who did it, and what stood there before.

    ``changes`` lists ``{"attempt", "before": {"verdict", "mistake", "points"}, "after": {…}}``.
    """

    course = models.ForeignKey("courses.Course", on_delete=models.CASCADE, related_name="rejudgements")
    card = models.SlugField(max_length=60)
    quest = models.SlugField(max_length=60)
    version = models.CharField(max_length=64)
    pairs = models.PositiveIntegerField()
    changes = models.JSONField()
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="rejudgements")
    judged_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-judged_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.card}/{self.quest} {self.version}"


class HandInReview(models.Model):
    """One decision of a person about a hand-in. The newest counts; the earlier ones stay as its trace."""

    hand_in = models.ForeignKey(HandIn, on_delete=models.CASCADE, related_name="reviews")
    verdict = models.CharField(max_length=10, choices=HandIn.Status.choices)
    remark = models.TextField(blank=True)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-reviewed_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.hand_in}: {self.verdict} by {self.reviewed_by}"

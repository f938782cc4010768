"""The persisted side of challenges/: which variant a pair was dealt, and what it answered."""

from django.conf import settings
from django.db import models


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

    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="attempts")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField(help_text="1 for the pair's first")
    text = models.CharField(max_length=200)
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

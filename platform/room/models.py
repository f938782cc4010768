"""A session in the classroom, and the journal of what happened on the cards of a course."""

import datetime
import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone


def new_name_seed() -> str:
    return secrets.token_hex(16)


class Session(models.Model):
    """Some hours of one group, or of everybody. ``name_seed`` draws the names that pairs bear when theirs are hidden.

    ``cards`` are slugs.
    """

    course = models.ForeignKey("courses.Course", on_delete=models.CASCADE, related_name="sessions")
    group = models.ForeignKey("courses.Group", null=True, blank=True, on_delete=models.CASCADE, related_name="sessions")
    title = models.CharField(max_length=80)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    shows_names = models.BooleanField(default=True)
    ranks_pairs = models.BooleanField(default=False)
    celebrates = models.BooleanField(default=True)
    cards = models.JSONField(default=list, blank=True, help_text="slugs of the cards on the wall; none: all of them")
    name_seed = models.CharField(max_length=32, default=new_name_seed, editable=False)

    class Meta:
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="a_session_has_a_length")
        ]

    def is_running(self, now: datetime.datetime | None = None) -> bool:
        """From its first second on; the second at which it ends is over."""
        return self.starts_at <= (now or timezone.now()) < self.ends_at

    def __str__(self) -> str:
        return self.title


class Journal(models.Model):
    """How many things have happened in a course. Whoever writes an event holds this row until the commit, so that
    revisions have no gap and become visible in their order."""

    course = models.OneToOneField("courses.Course", on_delete=models.CASCADE, related_name="journal")
    revision = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.course} r{self.revision}"


class GameEvent(models.Model):
    """One thing that happened: to a pair's card, or (``session``, without a pair) to the session on the wall.

    ``data`` holds public numbers only. Old events are pruned; what they changed stays.
    """

    SESSION = "session"

    course = models.ForeignKey("courses.Course", on_delete=models.CASCADE, related_name="game_events")
    revision = models.PositiveBigIntegerField()
    what = models.CharField(max_length=20)
    pair = models.ForeignKey(
        "courses.Pair", null=True, blank=True, on_delete=models.CASCADE, related_name="game_events"
    )
    card = models.SlugField(max_length=60, blank=True)
    quest = models.SlugField(max_length=60, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="game_events"
    )
    data = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-revision"]
        constraints = [models.UniqueConstraint(fields=["course", "revision"], name="one_event_per_revision")]
        indexes = [models.Index(fields=["pair", "revision"], name="events_of_a_pair")]

    def __str__(self) -> str:
        return f"r{self.revision}: {self.what} {self.card}/{self.quest}"


class Opening(models.Model):
    """When a pair first looked at a quest: from then on its time runs. (A variant may have been dealt long before.)"""

    pair = models.ForeignKey("courses.Pair", on_delete=models.CASCADE, related_name="openings")
    card = models.SlugField(max_length=60)
    quest = models.SlugField(max_length=60)
    opened_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pair", "card", "quest"], name="a_quest_is_first_opened_once")]

    def __str__(self) -> str:
        return f"{self.pair}: {self.card}/{self.quest}"

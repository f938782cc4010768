"""How often a pair may have files evaluated on one day.

What counts is a valid evaluation: one that was done, or that still waits or runs. A file that is refused and a failure
of ours give it back by themselves, since they are not counted. Against whoever sends rubbish all day there is a second
counter, of all attempts.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from accounts.errors import Refusal
from courses.models import Pair
from grading.models import GradingJob
from submissions.models import Attempt, Task

#: Evaluations in these states are paid for; in the others they are not.
COUNTED = (GradingJob.Status.QUEUED, GradingJob.Status.RUNNING, GradingJob.Status.DONE)
_NBSP = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Quota:
    """``used`` of ``limit`` valid evaluations (None: no limit) and ``attempts`` of ``attempts_limit`` on this day."""

    used: int
    limit: int | None
    attempts: int
    attempts_limit: int
    resets_at: datetime

    @property
    def left(self) -> int | None:
        """Evaluations that the pair may still ask for today; None without a limit."""
        tries = max(self.attempts_limit - self.attempts, 0)
        return None if self.limit is None else min(max(self.limit - self.used, 0), tries)

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"left": self.left}


def quota_of(pair: Pair, task: Task, *, now: datetime | None = None) -> Quota:
    """Where a pair stands today, in the course's time zone; one query."""
    begins, ends = day_of(now or timezone.now())
    counted = Attempt.objects.filter(task=task, pair=pair, made_at__gte=begins, made_at__lt=ends).aggregate(
        attempts=Count("pk"), used=Count("pk", filter=Q(job__status__in=COUNTED))
    )
    return Quota(counted["used"], task.quota_per_day, counted["attempts"], task.attempts_per_day, ends)


def require_quota(pair: Pair, task: Task) -> None:
    """Raises Refusal when the pair has had what it may have today. Call it where nobody else counts meanwhile."""
    quota = quota_of(pair, task)
    if quota.limit is not None and quota.used >= quota.limit:
        raise quota_is_used(quota)
    if quota.attempts >= quota.attempts_limit:
        raise attempts_are_used(quota)


def day_of(moment: datetime) -> tuple[datetime, datetime]:
    """When the day of a moment begins and ends on the course's clock: 23 to 25 hours, where clocks change."""
    zone = timezone.get_default_timezone()
    today = moment.astimezone(zone).date()
    midnights = (datetime.combine(day, time.min, tzinfo=zone) for day in (today, today + timedelta(days=1)))
    begins, ends = midnights
    return begins, ends


def quota_is_used(quota: Quota) -> Refusal:
    clock = _clock(quota.resets_at)
    return Refusal(
        "quota_is_used",
        status=429,
        reason={
            "en": f"Your pair has had its {quota.limit} evaluations of today.",
            "fr": f"Votre binôme a eu ses {quota.limit} évaluations du jour.",
        },
        advice={
            "en": f"The next ones open at {clock}. A refused file, or a failure of ours, would not have counted.",
            "fr": f"Les suivantes s’ouvrent à {clock}. Un fichier refusé ou une panne de notre part "
            "n’auraient pas compté.",
        },
    )


def attempts_are_used(quota: Quota) -> Refusal:
    clock = _clock(quota.resets_at)
    return Refusal(
        "attempts_are_used",
        status=429,
        reason={
            "en": f"Your pair has sent {quota.attempts} files today, more than anybody needs.",
            "fr": f"Votre binôme a envoyé {quota.attempts} fichiers aujourd’hui, plus que quiconque n’en a besoin.",
        },
        advice={
            "en": f"Read what the last refusals say; sending opens again at {clock}.",
            "fr": f"Lisez ce que disent les derniers refus{_NBSP}; les envois rouvrent à {clock}.",
        },
    )


def _clock(moment: datetime) -> str:
    """ "00:00 (Europe/Paris)": midnight, but where a country changes its clocks then."""
    return f"{moment:%H:%M} ({moment.tzinfo})"

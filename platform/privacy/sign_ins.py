"""What the site notes of sign-ins, for half a year, to find who tries to get in: name, moment, address, browser."""

from datetime import timedelta
from typing import Any, Final

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import User

KEPT: Final = timedelta(days=180)
LOGS: Final = (AccessAttempt, AccessFailureLog, AccessLog)


def sign_ins(person: User) -> list[dict[str, Any]]:
    """One's own, and when somebody failed under this name: from where is told of those who got in alone."""
    rows = [
        {"at": log.attempt_time, "what": "signed in", "address": log.ip_address, "browser": log.user_agent}
        for log in AccessLog.objects.filter(username__iexact=person.username)
    ]
    failed = AccessFailureLog.objects.filter(username__iexact=person.username)
    rows += [{"at": at, "what": "failed"} for at in failed.values_list("attempt_time", flat=True)]
    return sorted(rows, key=lambda row: str(row["at"]))


def forget(person: User) -> None:
    for session in Session.objects.all():
        if session.get_decoded().get("_auth_user_id") == str(person.pk):
            session.delete()
    for log in LOGS:
        log.objects.filter(username__iexact=person.username).delete()


def sweep() -> int:
    """Remove what is older, and sessions that are over; returns how many."""
    now = timezone.now()
    swept = sum(log.objects.filter(attempt_time__lt=now - KEPT).delete()[0] for log in LOGS)
    return swept + Session.objects.filter(expire_date__lt=now).delete()[0]

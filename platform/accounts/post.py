"""Sending the letters that wait: each once, and again later where the mail server does not take it."""

import logging
from collections.abc import Callable
from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any, Final

from django.core.mail import EmailMessage, get_connection
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.models import Letter

logger = logging.getLogger(__name__)
#: A server that failed so often in a row is not asked again in this round: each try may last DLCV_EMAIL_TIMEOUT.
PATIENCE: Final = 3
#: A letter is tried again after one minute, four, sixteen … and then every six hours, for not quite two days.
FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=6)
MOST_TRIES: Final = 12
#: Of a server, that it will never take mail for this address (RFC 5321, 4.2.1).
FOR_EVER: Final = 500
AT_ONCE: Final = 200


def late() -> QuerySet[Letter]:
    """What should have gone a minute ago: the server does not take it, or no worker runs."""
    return Letter.objects.filter(written_at__lt=timezone.now() - FIRST_PAUSE)


def deliver(stopped: Callable[[], bool] = lambda: False) -> int:
    """Send what is due, in however many processes; returns how many letters are done with. ``stopped`` ends the round.

    A process that dies between sending a letter and removing it lets it be sent twice; none is lost.
    """
    due = list(Letter.objects.filter(due_at__lte=timezone.now()).select_related("person")[:AT_ONCE])
    if not due:
        return 0
    connection, done, failed_in_a_row = get_connection(), 0, 0
    for letter in due:
        if failed_in_a_row == PATIENCE or stopped():
            break
        if not _taken(letter):
            continue
        is_done = _send(connection, letter)
        done += is_done
        failed_in_a_row = 0 if is_done else failed_in_a_row + 1
    _close(connection)
    if failed_in_a_row == PATIENCE:
        logger.error("mail: the server does not answer; %d letters wait", len(due) - done)
        _put_off(due)
    return done


def pause_after(tries: int) -> timedelta:
    return min(FIRST_PAUSE * int(4 ** (tries - 1)), LONGEST_PAUSE)


def _taken(letter: Letter) -> bool:
    """Ours alone until its next try is due: another process may have read the same row."""
    mine = Letter.objects.filter(pk=letter.pk, due_at=letter.due_at)
    letter.tries += 1
    letter.due_at = timezone.now() + pause_after(letter.tries)
    return bool(mine.update(tries=F("tries") + 1, due_at=letter.due_at))


def _put_off(due: list[Letter]) -> None:
    """Letters that nobody tried wait as long as the first ones, or the next round would ask the server at once."""
    until = timezone.now() + FIRST_PAUSE
    Letter.objects.filter(pk__in=[letter.pk for letter in due], due_at__lt=until).update(due_at=until)


def _send(connection: Any, letter: Letter) -> bool:
    """Whether the letter needs no other try: it went, or it never will."""
    address = letter.person.email.strip() if letter.person.is_active else ""
    if address:
        try:
            connection.open()
            connection.send_messages([EmailMessage(letter.subject, letter.text, to=[address])])
        except (OSError, ValueError) as error:  # smtplib's errors are OSErrors
            _close(connection)
            if not _is_hopeless(letter, error):
                logger.warning("mail: person %s could not be written to: %r", letter.person_id, error)
                return False
            logger.error("mail: person %s is not written to any more: %r", letter.person_id, error)
    Letter.objects.filter(pk=letter.pk).delete()
    return True


def _is_hopeless(letter: Letter, error: Exception) -> bool:
    if isinstance(error, SMTPRecipientsRefused):
        refused = all(code >= FOR_EVER for code, _ in error.recipients.values())
    else:
        refused = isinstance(error, ValueError)  # an address that no header can hold
    return refused or letter.tries >= MOST_TRIES


def _close(connection: Any) -> None:
    try:
        connection.close()
    except OSError:
        logger.warning("mail: the server did not say goodbye")

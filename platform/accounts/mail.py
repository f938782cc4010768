"""Writing to people: one message each, in both languages, once what it tells of is certain."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction

from accounts.models import User

logger = logging.getLogger(__name__)
#: A server that failed so often in a row is not asked again: each try may last DLCV_EMAIL_TIMEOUT.
PATIENCE: Final = 3
LONGEST_SUBJECT: Final = 200


def send(people: Iterable[User], *, subject: Mapping[str, str], body: Mapping[str, str]) -> int:
    """Write to these people when the transaction commits; returns to how many.

    Everybody gets a message of their own: nobody reads another's address. Whoever has none, or whose account is
    closed, is left out; an address that two people share is written to once. What cannot be sent is logged, never
    raised: a mark is published whether or not the post works.
    """
    by_address = {
        person.email.strip().lower(): person for person in people if person.is_active and person.email.strip()
    }
    text, title = in_both_languages(body), title_of(subject)
    messages = [(person.pk, EmailMessage(title, text, to=[person.email.strip()])) for person in by_address.values()]
    if messages:
        transaction.on_commit(lambda: _deliver(messages), robust=True)
    return len(messages)


def title_of(subject: Mapping[str, str]) -> str:
    """Both languages on one line; a line break would begin another header."""
    said = [" ".join(subject[language].split()) for language, _ in _languages()]
    return " · ".join(dict.fromkeys(said))[:LONGEST_SUBJECT]


def in_both_languages(body: Mapping[str, str]) -> str:
    """The course's own language first, each under its name."""
    parts = [f"[{name}]\n\n{body[language].strip()}\n" for language, name in _languages()]
    return "\n\n".join(parts)


def _languages() -> list[tuple[str, str]]:
    return sorted(settings.LANGUAGES, key=lambda language: language[0] != settings.LANGUAGE_CODE)


def _deliver(messages: Sequence[tuple[int, EmailMessage]]) -> None:
    connection = get_connection()
    failed_in_a_row = 0
    for pk, message in messages:
        if failed_in_a_row == PATIENCE:
            logger.error("mail: the server does not answer; nobody else is written to (%d messages)", len(messages))
            break
        failed_in_a_row = 0 if _was_sent(connection, pk, message) else failed_in_a_row + 1
    _close(connection)


def _was_sent(connection: Any, pk: int, message: EmailMessage) -> bool:
    try:
        connection.open()
        return bool(connection.send_messages([message]))
    except (OSError, ValueError):  # smtplib's errors are OSErrors; an address it cannot write in a header is the other
        logger.exception("mail: person %s could not be written to", pk)
        _close(connection)
        return False


def _close(connection: Any) -> None:
    try:
        connection.close()
    except OSError:
        logger.warning("mail: the server did not say goodbye")

"""Writing to people: one letter each, in both languages, kept with what it tells of until it is sent."""

from collections.abc import Iterable, Mapping
from typing import Final

from django.conf import settings

from accounts.models import Letter, User

LONGEST_SUBJECT: Final = 200


def send(people: Iterable[User], *, subject: Mapping[str, str], body: Mapping[str, str]) -> int:
    """Write to these people; the worker sends the letters once the transaction commits. Returns to how many.

    Everybody gets a letter of their own: nobody reads another's address. Whoever has none, or whose account is
    closed, is left out; an address that two people share is written to once. A mark is published whether or not the
    post works (``accounts.post``).
    """
    by_address = {
        person.email.strip().lower(): person for person in people if person.is_active and person.email.strip()
    }
    text, title = in_both_languages(body), title_of(subject)
    Letter.objects.bulk_create(Letter(person=person, subject=title, text=text) for person in by_address.values())
    return len(by_address)


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

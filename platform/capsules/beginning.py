"""How a new course takes its capsules, as another course did: the part of a course's file that is theirs."""

from collections.abc import Mapping
from typing import Any, Final

from capsules.forms import LENGTHS, LONGEST_INSTRUCTIONS, MOST_MEBIBYTES, MOST_MINUTES, MOST_SECONDS
from capsules.models import MEBIBYTE, CapsuleRules
from capsules.ruling import FIELDS
from courses import carrying
from courses.carrying import moment, text, whole, yes_or_no
from courses.models import Course


def _instructions(value: Any) -> dict[str, str]:
    """Nothing, or a text in both languages."""
    if value == {}:
        return {}
    if not isinstance(value, Mapping) or set(value) != {"fr", "en"}:
        raise ValueError
    if max(len(text(said)) for said in value.values()) > LONGEST_INSTRUCTIONS:
        raise ValueError
    return dict(value)


READERS: Final[Mapping[str, carrying.Reader]] = {
    "opens_at": moment,
    "due_at": moment,
    "counts_from": text,
    "grace_minutes": whole,
    "accepts_late": yes_or_no,
    "accepts_links": yes_or_no,
    "limit_bytes": whole,
    **dict.fromkeys(LENGTHS, whole),
    "peers_may_watch": yes_or_no,
    "instructions": _instructions,
}


def said_of(course: Course) -> dict[str, Any] | None:
    """None where nobody has changed the usual rules."""
    rules = CapsuleRules.objects.filter(course=course).first()
    return {name: carrying.plain(getattr(rules, name)) for name in FIELDS} if rules else None


def checked(said: object) -> dict[str, Any]:
    """The rules that a file says. Raises ValueError, naming what is none."""
    values = carrying.read_values(said, READERS)
    rules = CapsuleRules(**values)
    carrying.check_fields(rules, values)
    lengths = [getattr(rules, name) for name in LENGTHS]
    if lengths != sorted(lengths) or lengths[-1] >= MOST_SECONDS:
        raise ValueError("the lengths do not go from the shortest to the longest")
    if rules.grace_minutes > MOST_MINUTES:
        raise ValueError("“grace_minutes” cannot be used")
    if not MEBIBYTE <= rules.limit_bytes <= MOST_MEBIBYTES * MEBIBYTE:
        raise ValueError("“limit_bytes” cannot be used")
    if rules.opens_at and rules.due_at and rules.opens_at >= rules.due_at:
        raise ValueError("“opens_at” is not before “due_at”")
    return values


def begin(course: Course, values: Mapping[str, Any]) -> None:
    """Inside the transaction that makes the course; the values were checked when they were read."""
    CapsuleRules.objects.create(course=course, **values)

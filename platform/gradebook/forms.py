"""What the gradebook's pages send, read."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict
from django.utils import timezone

from courses.models import Course
from gradebook.columns import SOURCES, Column
from gradebook.exporting import POINTS, SEPARATORS
from gradebook.rules import LIMITS, Rules, read_rules

CSV, XLSX = "csv", "xlsx"
MOVES: Final = {"up": -1, "down": 1}


def rules_typed(form: QueryDict, cards: Sequence[str]) -> Rules:
    """Raises Refusal where a number is none."""
    return read_rules(as_typed(form), cards=cards)


def as_typed(form: QueryDict) -> dict[str, Any]:
    """What stands in the fields, right or not, so that a page can show it again."""
    typed: dict[str, Any] = {name: form.get(name, "") for name in (*LIMITS, "step", "quests_by")}
    return typed | {"missing_is_zero": "missing_is_zero" in form, "cards": form.getlist("cards")}


def base_of(form: QueryDict) -> int:
    number = form.get("base", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else -1


def columns_typed(form: QueryDict) -> tuple[Column, ...]:
    """The columns in the order in which the page listed them; unknown ones are passed over."""
    sources = [source for source in dict.fromkeys(form.getlist("source")) if source in SOURCES]
    ticked = set(form.getlist("included"))
    return tuple(Column(source, form.get(f"heading-{source}", ""), source in ticked) for source in sources)


def move_asked(form: QueryDict) -> tuple[int, int] | None:
    """``move=3:up`` → (3, -1)."""
    place, _, direction = form.get("move", "").partition(":")
    if not (place.isascii() and place.isdigit() and len(place) < 4 and direction in MOVES):
        return None
    return int(place), MOVES[direction]


@dataclass(frozen=True)
class FileAsked:
    """How somebody wants the file."""

    kind: str
    separator: str
    point: str
    with_mark: bool
    with_drafts: bool
    group: str

    def name(self, slug: str, today: datetime.date) -> str:
        drafts = "-drafts" if self.with_drafts else ""
        return f"{slug}-marks{drafts}-{today.isoformat()}.{self.kind}"


def file_asked(query: Mapping[str, str]) -> FileAsked:
    """``?kind=csv&separator=semicolon&point=comma&mark=on&drafts=on&group=A1``."""
    return FileAsked(
        kind=XLSX if query.get("kind") == XLSX else CSV,
        separator=SEPARATORS.get(query.get("separator", ""), ","),
        point=POINTS.get(query.get("point", ""), "."),
        with_mark=query.get("mark", "on") != "off",
        with_drafts=query.get("drafts") == "on",
        group=query.get("group", ""),
    )


def today(course: Course) -> datetime.date:
    """Where the course is."""
    return timezone.localdate(timezone=course.zone)

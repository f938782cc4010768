"""Which columns a file of marks has, in which order, under which headings: a course's own map, edited on a page."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refusal
from gradebook import telling
from gradebook.computing import CAPSULE, QUESTS, Result, rounded
from gradebook.rows import Row

Value = str | int | Decimal | None
LONGEST_HEADING: Final = 60


@dataclass(frozen=True)
class Source:
    """What a column can be filled with. ``read`` takes a row and the result that the file may tell.

    ``identifies``: Moodle can find the person by it. ``headings``: what it is called unless a course says otherwise.
    """

    code: str
    label: Any
    headings: Mapping[str, str]
    read: Callable[[Row, Result], Value]
    identifies: bool = False
    is_usual: bool = False


def _mark(value: Decimal | None) -> Decimal | None:
    return None if value is None else rounded(value)


def _both(heading: str) -> dict[str, str]:
    return {"fr": heading, "en": heading}


# fmt: off
SOURCES: Final[Mapping[str, Source]] = {source.code: source for source in (
    Source("last_name", _("Last name"), {"fr": "Nom de famille", "en": "Last name"},
           lambda row, _: row.person.last_name, is_usual=True),
    Source("first_name", _("First name"), {"fr": "Prénom", "en": "First name"},
           lambda row, _: row.person.first_name, is_usual=True),
    Source("username", _("Sign-in name"), {"fr": "Nom d’utilisateur", "en": "Username"},
           lambda row, _: row.person.username, identifies=True, is_usual=True),
    Source("email", _("E-mail address"), {"fr": "Adresse de courriel", "en": "Email address"},
           lambda row, _: row.person.email, identifies=True, is_usual=True),
    Source("id_number", _("ID number"), {"fr": "Numéro d’identification", "en": "ID number"},
           lambda row, _: row.person.id_number, identifies=True),
    Source("group", _("Group"), {"fr": "Groupe", "en": "Group"}, lambda row, _: row.pair.group.name),
    Source("pair", _("Pair"), {"fr": "Binôme", "en": "Pair"}, lambda row, _: row.pair.name),
    Source("quests", _("Quests, on 20"), {"fr": "Quêtes", "en": "Quests"},
           lambda _, result: _mark(result.part(QUESTS))),
    Source("main_points", _("Points of main quests"), {"fr": "Points des quêtes", "en": "Quest points"},
           lambda row, _: row.work.main_points),
    Source("side_points", _("Points of side quests"), {"fr": "Points annexes", "en": "Side quest points"},
           lambda row, _: row.work.side_points),
    Source("submissions", _("Number of submissions"), {"fr": "Soumissions", "en": "Submissions"},
           lambda row, _: row.work.submissions),
    Source("capsule", _("Capsule, on 20"), {"fr": "Capsule", "en": "Capsule"},
           lambda _, result: _mark(result.part(CAPSULE)), is_usual=True),
    Source("bonus", _("Bonus"), _both("Bonus"), lambda _, result: _mark(result.bonus), is_usual=True),
    Source("final", _("Final mark, on 20"), {"fr": "Note finale", "en": "Final mark"},
           lambda _, result: result.final, is_usual=True),
    Source("feedback", _("How it was made, in a sentence"),
           {"fr": "Feedback : Note finale", "en": "Feedback: Final mark"}, telling.in_a_sentence),
    Source("state", _("Final, draft or incomplete"), {"fr": "État", "en": "State"},
           lambda _, result: str(telling.state(result))),
)}
# fmt: on


@dataclass(frozen=True)
class Column:
    source: str
    heading: str
    is_included: bool

    @property
    def label(self) -> Any:
        return SOURCES[self.source].label

    @property
    def identifies(self) -> bool:
        return SOURCES[self.source].identifies


def usual_columns(language: str) -> tuple[Column, ...]:
    """What a course has that never chose."""
    return tuple(Column(source.code, source.headings[language], source.is_usual) for source in SOURCES.values())


def columns_from(saved: Sequence[Mapping[str, Any]], language: str) -> tuple[Column, ...]:
    """A saved map; what we have learned to tell since comes last, left out."""
    if not saved:
        return usual_columns(language)
    known = [
        Column(each["source"], each["heading"], bool(each["is_included"]))
        for each in saved
        if each["source"] in SOURCES
    ]
    there = {column.source for column in known}
    new = [replace(column, is_included=False) for column in usual_columns(language) if column.source not in there]
    return (*known, *new)


def to_json(columns: Iterable[Column]) -> list[dict[str, Any]]:
    return [
        {"source": column.source, "heading": column.heading, "is_included": column.is_included} for column in columns
    ]


def included(columns: Iterable[Column]) -> tuple[Column, ...]:
    return tuple(column for column in columns if column.is_included)


def identifier_of(columns: Iterable[Column]) -> Column:
    """The column that says who a line is about: the first one that can."""
    return next(column for column in columns if column.is_included and column.identifies)


def moved(columns: Sequence[Column], place: int, by: int) -> tuple[Column, ...]:
    """One column one place up (-1) or down (+1); at the ends nothing moves."""
    there = place + by
    if not (0 <= place < len(columns) and 0 <= there < len(columns)):
        return tuple(columns)
    order = list(columns)
    order[place], order[there] = order[there], order[place]
    return tuple(order)


def check(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The same, with tidy headings.

    Raises Refusal where nobody could be found by them, or a heading is empty, too long or there twice.
    """
    tidy = tuple(replace(column, heading=" ".join(column.heading.split())) for column in columns)
    wanted = included(tidy)
    if not any(column.identifies for column in wanted):
        raise Refusal(
            "columns_identify_nobody",
            reason={"en": "No column says who a line is about.", "fr": "Aucune colonne ne dit de qui parle une ligne."},
            advice={
                "en": "Include the sign-in name, the e-mail address or the ID number.",
                "fr": "Gardez le nom de connexion, l’adresse électronique ou le numéro d’identification.",
            },
        )
    seen: set[str] = set()
    for column in wanted:
        if not column.heading or len(column.heading) > LONGEST_HEADING or not column.heading.isprintable():
            raise _refused(column, "is empty, too long or not a text", "est vide, trop long ou n’est pas un texte")
        if column.heading.casefold() in seen:
            raise _refused(column, "is there twice", "y est deux fois")
        seen.add(column.heading.casefold())
    return tidy


def _refused(column: Column, english: str, french: str) -> Refusal:
    heading = column.heading[:LONGEST_HEADING]
    return Refusal(
        "columns_heading",
        reason={"en": f"The heading “{heading}” {english}.", "fr": f"Le titre « {heading} » {french}."},
        advice={
            "en": f"Each column needs a heading of its own, of {LONGEST_HEADING} characters at most.",
            "fr": f"Chaque colonne a besoin d’un titre à elle, de {LONGEST_HEADING} caractères au plus.",
        },
    )

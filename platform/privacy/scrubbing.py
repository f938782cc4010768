"""Taking a name out of every text of the database: whole words only, whatever their case."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.apps import apps
from django.db.models import CharField, Field, JSONField, Model, Q, TextField, UUIDField

from accounts.models import User

#: Apps whose texts people write, or that repeat what people wrote (the administration's log).
ROOMS: Final = (
    "accounts", "admin", "capsules", "courses", "datasets", "gradebook", "inference", "leaderboard", "marking",
    "privacy", "quests", "room", "submissions", "uploads",
)  # fmt: skip
#: Fields whose words mean something to the site: a name that happens to be one of them stays.
MEANT: Final = frozenset({
    "action", "card", "configuration", "content_type", "data", "digest", "job", "key", "kind", "mistake",
    "parameters", "part", "path", "purpose", "quest", "quest_version", "question", "role", "sha256", "sketch", "slug",
    "state", "subject", "time_zone", "variant_seed", "version", "what",
})  # fmt: skip
#: Tables of figures and rules, large and written by the site alone.
OURS: Final = frozenset({"quests.QuestVersion", "leaderboard.Board"})
SHORTEST: Final = 2
#: Of a number: a shorter one stands in texts that speak of something else.
SHORTEST_NUMBER: Final = 6


@dataclass(frozen=True)
class Names:
    """What somebody is called in full; a first or a family name alone is a word like others."""

    words: tuple[str, ...]
    instead: str

    @classmethod
    def of(cls, person: User, instead: str) -> "Names":
        first, last = person.first_name.strip(), person.last_name.strip()
        both = (f"{first} {last}", f"{last} {first}", f"{last}, {first}") if first and last else ()
        words = (person.username, person.email.strip(), person.id_number.strip(), *both)
        longest_first = sorted(filter(_says_who, set(words)), key=len, reverse=True)
        return cls(tuple(longest_first), instead)

    @property
    def pattern(self) -> re.Pattern[str]:
        either = "|".join(r"\s+".join(map(re.escape, word.split())) for word in self.words)
        return re.compile(rf"(?<![^\W_])(?:{either})(?![^\W_])", re.IGNORECASE)

    def out_of(self, value: Any) -> Any:
        """The same text, or JSON, without the names."""
        if isinstance(value, str):
            return self.pattern.sub(self.instead, value)
        if isinstance(value, list):
            return [self.out_of(each) for each in value]
        if isinstance(value, dict):
            return {key: self.out_of(each) for key, each in value.items()}  # keys are ours
        return value


def _says_who(word: str) -> bool:
    return len(word) >= (SHORTEST_NUMBER if word.isdecimal() else SHORTEST)


def texts() -> Iterator[tuple[type[Model], "Field[Any, Any]"]]:
    """Every column that may name somebody."""
    for model in apps.get_models():
        if model._meta.app_label not in ROOMS or model._meta.label in OURS or model is User:
            continue
        for field in model._meta.concrete_fields:
            is_text = isinstance(field, CharField | TextField | JSONField) and not isinstance(field, UUIDField)
            if is_text and not field.choices and field.name not in MEANT and not field.primary_key:
                yield model, field


def count(names: Names) -> int:
    """How many texts name the person; writes nothing."""
    return sum(len(_naming(model, field, names)) for model, field in texts())


def scrub(names: Names) -> int:
    """Write every such text again without the names; returns how many. In the caller's transaction."""
    scrubbed = 0
    for model, field in texts():
        for pk, value in _naming(model, field, names):
            clean = names.out_of(value)
            longest = getattr(field, "max_length", None)
            if longest and isinstance(clean, str):
                clean = clean[:longest]
            scrubbed += model._default_manager.filter(pk=pk).update(**{field.name: clean})
    return scrubbed


def _naming(model: type[Model], field: "Field[Any, Any]", names: Names) -> list[tuple[Any, Any]]:
    """The rows to look at, as the database finds them roughly and the pattern exactly."""
    roughly = Q()
    for word in names.words:
        for spelt in {form for part in (max(word.split(), key=len),) for form in _spellings(part)}:
            roughly |= Q(**{f"{field.name}__icontains": spelt})
    rows = model._default_manager.filter(roughly).order_by().values_list("pk", field.name)
    return [(pk, value) for pk, value in rows if names.out_of(value) != value]


def _spellings(word: str) -> Iterator[str]:
    """SQLite knows no case beyond ASCII, and JSON may be kept with escapes."""
    for form in {word, word.lower(), word.upper(), word.capitalize(), word.title()}:
        yield form
        yield json.dumps(form)[1:-1]

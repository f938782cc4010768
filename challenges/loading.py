"""Card and quest files: YAML in, validated ``Card`` and ``Quest`` out, or ``CardError`` with file and line.

A card is a folder: ``card.yaml`` and ``quests/<slug>/quest.yaml``, a folder per quest.
"""

import datetime
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any, Final

from challenges.advice import mistakes as known_mistakes
from challenges.kinds import KINDS
from challenges.parameters import RULES, Choice, Date, Derived, Parameter, WholeNumber
from challenges.placeholders import has_stray_brace
from challenges.questions import QuestionError, checked
from challenges.spec import (
    SECTIONS,
    TINTS,
    Bonus,
    Card,
    Chapter,
    Examples,
    Hint,
    Judged,
    Layout,
    Quest,
    TaskSpec,
    references,
)
from challenges.yaml_file import CardError, Entry, parse_yaml, read_text, read_yaml

_SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
QUEST_FILE: Final = "quest.yaml"
#: Largest whole number that a file may ask to draw from: a seed.
LARGEST_NUMBER: Final = 2**31
MOST_DAYS: Final = 100_000
THE_REST: Final = {"fr": "Et aussi", "en": "And also"}


def read_card(file: Path) -> tuple[int, Card]:
    """The card of a ``card.yaml`` with its quests, and its position among the cards.

    ``quests``, or else ``chapters``, gives their order; folders that are not listed follow by name. Raises
    ``CardError``.
    """
    root = read_yaml(file)
    fields = root.fields(
        required=("slug", "position", "title", "intro"),
        optional=("short_title", "layout", "quests", "chapters", "bonus"),
    )
    slug = _slug(fields["slug"])
    listed = fields.get("quests") or fields.get("chapters") or fields["slug"]
    chapters = _chapters(fields)
    folders = _quest_folders(file.parent, fields, chapters)
    quests = tuple(read_quest(folder / QUEST_FILE, card=slug) for folder in folders)
    chapters = _with_the_rest(chapters, quests)
    card = Card(
        slug=slug,
        title=fields["title"].bilingual(),
        intro=fields["intro"].bilingual(),
        layout=_layout(fields["layout"]) if "layout" in fields else None,
        bonus=_bonus(fields["bonus"]) if "bonus" in fields else Bonus(),
        quests=quests,
        chapters=chapters,
        short_title=fields["short_title"].bilingual() if "short_title" in fields else None,
    )
    _check_quests(card, listed)
    if chapters:
        _check_chapters(card, fields["chapters"])
    if card.layout and card.layout.rows * card.layout.columns != len(quests):
        raise fields["layout"].error(f"the grid does not hold exactly {len(quests)} quests")
    return fields["position"].integer(least=0, most=1000), card


def _quest_folders(card: Path, fields: Mapping[str, Entry], chapters: tuple[Chapter, ...]) -> list[Path]:
    named = [_slug(entry) for entry in fields["quests"].items()] if "quests" in fields else []
    if chapters and not named:
        named = [slug for chapter in chapters for slug in chapter.quests]
    others = sorted({file.parent.name for file in card.glob(f"quests/*/{QUEST_FILE}")} - set(named))
    return [card / "quests" / name for name in (*named, *others)]


def read_quest(file: Path, *, card: str) -> Quest:
    """The quest of a ``<slug>/quest.yaml``. Raises ``CardError``."""
    return parse_quest(read_text(file), file, card=card)


def parse_quest(text: str, file: PurePath, *, card: str) -> Quest:
    """The quest that a file of this text would hold; its folder's name is the slug. Raises ``CardError``."""
    root = parse_yaml(text, file)
    fields = root.fields(
        required=("section", "tint", "points", "title", "statement", "expects", "question", "examples"),
        optional=("attempts", "hints", "parameters", "derived", "exclude", "asks", "prerequisites", "model_answer"),
    )
    slug = file.parent.name
    if not is_slug(slug):
        raise root.error(f"the folder's name, “{slug}”, is not a slug (small letters, digits and hyphens)")
    parameters = _parameters(fields["parameters"]) if "parameters" in fields else {}
    points = fields["points"].integer(least=1, most=1000)
    quest = Quest(
        card=card,
        slug=slug,
        section=fields["section"].choice(SECTIONS),
        title=fields["title"].bilingual(),
        statement=fields["statement"].bilingual(),
        expects=fields["expects"].bilingual(),
        hints=_hints(fields["hints"], points) if "hints" in fields else (),
        question=_question(fields["question"]),
        parameters=parameters,
        derived=_derived(fields["derived"]) if "derived" in fields else {},
        exclude=_exclude(fields["exclude"]) if "exclude" in fields else (),
        points=points,
        attempts=fields["attempts"].integer(least=1, most=1000) if "attempts" in fields else None,
        tint=fields["tint"].choice(TINTS),
        prerequisites=fields["prerequisites"].texts() if "prerequisites" in fields else (),
        examples=_examples(fields["examples"]),
        model_answer=fields["model_answer"].bilingual() if "model_answer" in fields else None,
        version=hashlib.sha256(text.encode()).hexdigest()[:16],
        source=text,
        asks=_asks(fields["asks"], fields) if "asks" in fields else "",
    )
    if quest.rules.is_read_by_a_person and quest.model_answer is None:
        raise root.error("a person reads what is handed in: “model_answer” says what to compare it with")
    _check_variants(quest, fields)
    return quest


def read_task(file: Path) -> TaskSpec:
    """The task of a ``tasks/<slug>.yaml``. Raises ``CardError``."""
    root = read_yaml(file)
    fields = root.fields(
        required=("slug", "title", "statement", "classes", "split", "image_size", "metric"),
        optional=("settings", "limits"),
    )
    if _slug(fields["slug"]) != file.stem:
        raise fields["slug"].error(f"the slug is not the file's name, {file.stem}")
    classes = fields["classes"].texts()
    if not classes or len(set(classes)) != len(classes):
        raise fields["classes"].error("at least one class is expected, each once")
    image_size = fields["image_size"].integer(least=32, most=4096)
    if image_size % 32:
        raise fields["image_size"].error("a multiple of 32 is expected")
    return TaskSpec(
        slug=file.stem,
        title=fields["title"].bilingual(),
        statement=fields["statement"].bilingual(),
        classes=classes,
        split=fields["split"].choice(("train", "val", "test")),
        image_size=image_size,
        metric=fields["metric"].choice(("map50", "map50_95")),
        settings=_settings(fields["settings"]) if "settings" in fields else {},
        limits=_limits(fields["limits"]) if "limits" in fields else {},
    )


def _settings(entry: Entry) -> dict[str, Any]:
    """The grader's names and bounds (``grader.contract.Settings``), so that a mistake is found at this line."""
    fields = entry.fields(required=(), optional=("letterbox", "confidence", "iou", "max_detections", "batch_size"))
    found: dict[str, Any] = {}
    for name, value in fields.items():
        if name == "letterbox":
            found[name] = value.choice(("square", "rectangular"))
        elif name in ("confidence", "iou"):
            found[name] = value.number(least=0.0001 if name == "confidence" else 0, most=1)
        else:
            found[name] = value.integer(least=1, most=1000 if name == "max_detections" else 256)
    return found


def _limits(entry: Entry) -> dict[str, Any]:
    """The grader's names (``grader.contract.Limits``), which holds the bounds."""
    names = ("file_bytes", "memory_bytes", "cpu_seconds", "cpu_seconds_per_image", "threads")
    fields = entry.fields(required=(), optional=names)
    return {
        name: value.number(least=0, most=1e12) if "seconds" in name else value.integer(least=1, most=10**12)
        for name, value in fields.items()
    }


def is_slug(text: str) -> bool:
    """Small letters, digits and hyphens, 60 at most: safe in an address and in a path."""
    return _SLUG.fullmatch(text) is not None and len(text) <= 60


def _slug(entry: Entry) -> str:
    slug = entry.text()
    if not is_slug(slug):
        raise entry.error(f"“{slug}” is not a slug (small letters, digits and hyphens)")
    return slug


def _layout(entry: Entry) -> Layout:
    fields = entry.fields(required=("rows", "columns"))
    return Layout(
        rows=fields["rows"].integer(least=1, most=6),
        columns=fields["columns"].integer(least=1, most=6),
    )


def _bonus(entry: Entry) -> Bonus:
    fields = entry.fields(required=(), optional=("line", "full"))
    return Bonus(**{name: value.integer(least=0, most=1000) for name, value in fields.items()})


def _chapters(fields: Mapping[str, Entry]) -> tuple[Chapter, ...]:
    found = []
    for item in fields["chapters"].items() if "chapters" in fields else ():
        chapter = item.fields(required=("title", "quests"))
        slugs = tuple(_slug(entry) for entry in chapter["quests"].items())
        if not slugs:
            raise chapter["quests"].error("a chapter has at least one quest")
        found.append(Chapter(chapter["title"].bilingual(), slugs))
    return tuple(found)


def _with_the_rest(chapters: tuple[Chapter, ...], quests: tuple[Quest, ...]) -> tuple[Chapter, ...]:
    """Quests that no chapter lists make a last one: a folder that was just copied is there at once."""
    named = {slug for chapter in chapters for slug in chapter.quests}
    rest = tuple(quest.slug for quest in quests if quest.slug not in named)
    return (*chapters, Chapter(THE_REST, rest)) if chapters and rest else chapters


def _check_chapters(card: Card, entry: Entry) -> None:
    """Every quest in one chapter, and in the order in which they are read."""
    if card.layout is not None:
        raise entry.error("a grid has no chapters")
    named = [slug for chapter in card.chapters for slug in chapter.quests]
    slugs = [quest.slug for quest in card.quests]
    for slug in named:
        if slug not in slugs:
            raise entry.error(f"“{slug}” is not a quest of this card")
        if named.count(slug) > 1:
            raise entry.error(f"“{slug}” is in two chapters")
    if named != slugs:
        raise entry.error("the chapters and “quests” do not give the same order: leave “quests” out")


def _check_quests(card: Card, listed: Entry) -> None:
    slugs = [quest.slug for quest in card.quests]
    if not slugs:
        raise listed.error("a card has at least one quest")
    if len(set(slugs)) != len(slugs):
        raise listed.error("a quest is listed twice")
    for quest in card.quests:
        unknown = sorted(set(quest.prerequisites) - set(slugs))
        if unknown:
            raise listed.error(f"{quest.slug} asks first for {', '.join(unknown)}, which the card does not have")
    if circle := _circle(card):
        raise listed.error(f"these quests wait for each other: {', '.join(circle)}")


def _circle(card: Card) -> list[str]:
    """Quests that no order of solving could ever open."""
    closed = {quest.slug: set(quest.prerequisites) for quest in card.quests}
    while opened := {slug for slug, needed in closed.items() if not needed & set(closed)}:
        closed = {slug: needed for slug, needed in closed.items() if slug not in opened}
    return sorted(closed)


def _hints(entry: Entry, points: int) -> tuple[Hint, ...]:
    found = []
    for item in entry.items():
        fields = item.fields(required=("cost", "fr", "en"))
        cost = fields["cost"].integer(least=0, most=points)
        found.append(Hint({"fr": fields["fr"].text(), "en": fields["en"].text()}, cost))
    return tuple(found)


def _parameters(entry: Entry) -> dict[str, Parameter]:
    found: dict[str, Parameter] = {}
    for name, value in entry.named().items():
        if not _NAME.fullmatch(name):
            raise value.error(f"“{name}” is not a parameter's name (small letters, digits, _)")
        found[name] = _parameter(value)
    return found


def _parameter(entry: Entry) -> Parameter:
    """A list of choices, ``{from, to}`` of whole numbers, or ``{first_day, last_day}`` of dates."""
    if entry.is_list():
        values = tuple(_choice(item) for item in entry.items())
        if not values:
            raise entry.error("nothing to choose from")
        return Choice(values)
    if "first_day" in entry.named():
        days = entry.fields(required=("first_day", "last_day"))
        first, last = days["first_day"].date(), days["last_day"].date()
        if last < first or last - first > datetime.timedelta(days=MOST_DAYS):
            raise entry.error("the last day comes before the first, or centuries later")
        return Date(first, last)
    ends = entry.fields(required=("from", "to"), optional=("apart",))
    lowest = ends["from"].integer(least=-LARGEST_NUMBER, most=LARGEST_NUMBER)
    is_apart = "apart" in ends and ends["apart"].plain() is True
    return WholeNumber(lowest, ends["to"].integer(least=lowest, most=LARGEST_NUMBER), is_apart)


def _choice(entry: Entry) -> Any:
    value = entry.plain()
    values = list(value.values()) if isinstance(value, dict) else [value]
    if not values or not all(isinstance(item, int | float | str) and not isinstance(item, bool) for item in values):
        raise entry.error("a choice is a number, a word, or a mapping of names to them")
    if isinstance(value, dict) and not all(isinstance(name, str) and _NAME.fullmatch(name) for name in value):
        raise entry.error("the names of a choice are small letters, digits, _")
    return value


def _derived(entry: Entry) -> dict[str, Derived]:
    found = {}
    for name, value in entry.named().items():
        fields = value.fields(required=("rule", "of"))
        rule = fields["rule"].choice(tuple(RULES))
        found[name] = Derived(rule, fields["of"].texts())
    return found


def _asks(entry: Entry, fields: Mapping[str, Entry]) -> str:
    """A date that the pair gives itself; only what is derived from it may be used, for it is never kept."""
    name = entry.text()
    parameters = _parameters(fields["parameters"]) if "parameters" in fields else {}
    if set(parameters) != {name} or not isinstance(parameters[name], Date):
        raise entry.error(f"“{name}” is not the quest's one parameter, a date")
    if "derived" not in fields or "exclude" in fields:
        raise entry.error("a quest that asks has “derived” values, and excludes nothing")
    if any(path.split(".")[0] == name for path in references(_question(fields["question"]))):
        raise fields["question"].error(f"“{name}” is not kept: only what is derived from it can be asked about")
    return name


def _exclude(entry: Entry) -> tuple[Mapping[str, Parameter], ...]:
    return tuple({path: _parameter(value) for path, value in item.named().items()} for item in entry.items())


def _question(entry: Entry) -> Mapping[str, Any]:
    named = entry.named()
    if "kind" not in named:
        raise entry.error("a question has a kind")
    named["kind"].choice(tuple(KINDS))
    return {name: value.plain() for name, value in named.items()}


def _examples(entry: Entry) -> Examples:
    """Answers that are typed; a quest whose answer is handed in says ``examples: {}``."""
    fields = entry.fields(required=(), optional=("readable", "malformed", "judged"))
    return Examples(
        readable=fields["readable"].texts() if "readable" in fields else (),
        malformed=fields["malformed"].texts() if "malformed" in fields else (),
        judged=tuple(_judged(item) for item in fields["judged"].items()) if "judged" in fields else (),
    )


def _judged(entry: Entry) -> Judged:
    fields = entry.fields(required=("right",), optional=("parameters", "mistakes"))
    mistakes = fields["mistakes"].named() if "mistakes" in fields else {}
    for code, answer in mistakes.items():
        if code != "unexplained" and code not in known_mistakes():
            raise answer.error(f"“{code}” is no mistake that advice/mistakes.yaml knows")
    return Judged(
        parameters=fields["parameters"].plain() if "parameters" in fields else {},
        right=fields["right"].texts(),
        mistakes=tuple((code, answer.text()) for code, answer in mistakes.items()),
    )


def _check_variants(quest: Quest, fields: Mapping[str, Entry]) -> None:
    """Every placeholder resolves, and the question is one that can be asked, for each value of each parameter."""
    if not quest.rules.is_handed_in and not (quest.examples.readable and quest.examples.malformed):
        raise fields["examples"].error("a quest that is answered by typing shows “readable” and “malformed” answers")
    sample = {name: kind.value(0) for name, kind in quest.parameters.items()}
    for language, text in quest.statement.items():
        if quest.asks and any(path.split(".")[0] == quest.asks for path in quest.shows(language)):
            raise fields["statement"].error(f"{language}: “{quest.asks}” is not kept, and cannot be shown")
        hidden = sorted(quest.shows(language) & set(quest.derived))
        if hidden:
            raise fields["statement"].error(f"{language}: “{hidden[0]}” is for the student to find")
        _resolve(fields["statement"], lambda language=language: quest.statement_for(sample, language))
        if has_stray_brace(text):
            raise fields["statement"].error(f"{language}: a brace that is no placeholder")
    # A word that is translated is a parameter's {fr: …, en: …}: each language shows its own.
    shown = [{path.removesuffix(f".{language}") for path in quest.shows(language)} for language in quest.statement]
    if shown[0] != shown[1]:
        raise fields["statement"].error("the two languages do not show the same parameters")
    for name, kind in quest.parameters.items():
        if not _is_used(quest, name):
            raise fields["parameters"].error(f"“{name}” is drawn and then not used by the question")
        for index in range(min(kind.size, 500)):
            values = {**sample, name: kind.value(index)}
            _resolve(fields["question"], lambda values=values: checked(quest.question_for(values)))
            _resolve(fields["statement"], lambda values=values: quest.statement_for(values, "fr"))
            if "exclude" in fields:
                _resolve(fields["exclude"], lambda values=values: quest.excludes(values))
    _resolve(fields["question"], lambda: checked(quest.question_for(sample)))


def _is_used(quest: Quest, name: str) -> bool:
    """By the question, or, where a person reads the answer and the question holds nothing, by the statement."""
    paths = set(references(quest.question))
    paths.update(path for derived in quest.derived.values() for path in derived.of)
    if quest.rules.is_read_by_a_person:
        paths.update(path for language in quest.statement for path in quest.shows(language))
    return any(path.split(".")[0] == name for path in paths)


def _resolve(entry: Entry, attempt: Any) -> None:
    try:
        attempt()
    except KeyError as error:
        raise entry.error(f"no parameter is called {error.args[0]}") from error
    except QuestionError as error:
        raise entry.error(str(error)) from error


__all__ = ["CardError", "read_card", "read_quest", "read_task"]

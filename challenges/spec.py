"""Cards and quests: what their files say, as frozen data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from challenges.kinds import KINDS, Kind
from challenges.parameters import Derived, Parameter, at_path
from challenges.placeholders import fill, placeholders

FOLDER: Final = Path(__file__).parent
SECTIONS: Final = ("main", "side")
TINTS: Final = ("coral", "sky", "leaf", "lilac", "taupe", "lime", "star")

#: A text in both languages: ``{"fr": …, "en": …}``.
Bilingual = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Layout:
    """A bingo grid: quests fill it row by row."""

    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class Judged:
    """A variant and answers to it, with the verdict that the real model must lead to: what a teacher expects.

    ``right`` answers are correct; ``mistakes`` are (code, answer): wrong, and recognised as that mistake. The code
    ``unexplained`` stands for a wrong answer that nothing explains.
    """

    parameters: Mapping[str, Any]
    right: tuple[str, ...]
    mistakes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Examples:
    """Answers that the quest's reader must take, and answers that it must send back as malformed."""

    readable: tuple[str, ...] = ()
    malformed: tuple[str, ...] = ()
    judged: tuple[Judged, ...] = ()


@dataclass(frozen=True, slots=True)
class Hint:
    """A push in the right direction; taking it lowers what the quest will earn by ``cost`` points."""

    text: Bilingual
    cost: int


@dataclass(frozen=True, slots=True)
class Quest:
    """One question of a card. Texts and question hold placeholders; a pair's parameters fill them.

    ``expects`` says what an answer looks like; ``hints`` are taken in order. ``attempts`` is None where they are not
    limited. ``model_answer`` is what whoever reads an open question compares with. ``exclude`` lists combinations that
    are never drawn: parameter path → the values that make it out of bounds. ``asks`` names a parameter that is not
    drawn but given by the pair: what is derived from it is kept, itself never. ``source`` is the quest's file, and
    ``version`` changes whenever it does.
    """

    card: str
    slug: str
    section: str
    title: Bilingual
    statement: Bilingual
    expects: Bilingual
    hints: tuple[Hint, ...]
    question: Mapping[str, Any]
    parameters: Mapping[str, Parameter]
    derived: Mapping[str, Derived]
    exclude: tuple[Mapping[str, Parameter], ...]
    points: int
    attempts: int | None
    tint: str
    prerequisites: tuple[str, ...]
    examples: Examples
    model_answer: Bilingual | None
    version: str
    source: str = field(repr=False)
    asks: str = ""

    @property
    def kind(self) -> str:
        """A name of ``challenges.kinds``."""
        return str(self.question["kind"])

    @property
    def rules(self) -> Kind:
        """How a question of this kind is answered."""
        return KINDS[self.kind]

    @property
    def model(self) -> str:
        """The model's name, ``course``, or ``$parameter`` where it is drawn; empty where no model is asked."""
        return str(self.question.get("model", ""))

    def question_for(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The question of this variant: the template with every ``$name`` replaced by its value."""
        values = self._with_derived(parameters)
        return {name: _filled(value, values) for name, value in self.question.items()}

    def statement_for(self, parameters: Mapping[str, Any], language: str) -> str:
        """The statement of this variant in ``fr`` or ``en``: Markdown."""
        values = self._with_derived(parameters)
        return fill(self.statement[language], values)

    def shows(self, language: str) -> frozenset[str]:
        """The parameter paths that the statement shows."""
        return placeholders(self.statement[language], {*self.parameters, *self.derived})

    def visible(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Those of a variant's parameters that its statement shows: a seed, or what is to be found, is nobody's."""
        shown = {path.split(".")[0] for language in self.statement for path in self.shows(language)}
        return {name: value for name, value in parameters.items() if name in shown}

    def excludes(self, parameters: Mapping[str, Any]) -> bool:
        """Whether these parameters are a combination that is never drawn."""
        values = self._with_derived(parameters)
        return any(
            all(kind.holds(at_path(values, path)) for path, kind in combination.items()) for combination in self.exclude
        )

    def allows(self, parameters: Mapping[str, Any]) -> bool:
        """Whether a pair could be dealt these parameters."""
        if self.asks:
            return set(parameters) == set(self.derived)
        if set(parameters) != set(self.parameters):
            return False
        return all(self.parameters[name].holds(value) for name, value in parameters.items()) and not self.excludes(
            parameters
        )

    def kept(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """What a variant stores of its parameters: of what a pair gave, only what follows from it."""
        if not self.asks:
            return dict(parameters)
        return {name: derived.value(parameters) for name, derived in self.derived.items()}

    def _with_derived(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        return {
            **parameters,
            **{name: derived.value(parameters) for name, derived in self.derived.items() if name not in parameters},
        }


@dataclass(frozen=True, slots=True)
class Bonus:
    """What a card earns beside its quests: points for every finished line, and for the full card."""

    line: int = 0
    full: int = 0


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of a long hunt, under a title of its own; ``quests`` are slugs."""

    title: Bilingual
    quests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """Quests that belong together. ``layout`` is the grid of a bingo card, None for a plain hunt.

    ``chapters``, where there are any, hold every quest once, in the card's order. ``short_title`` is for navigation.
    """

    slug: str
    title: Bilingual
    intro: Bilingual
    layout: Layout | None
    bonus: Bonus
    quests: tuple[Quest, ...] = field(repr=False)
    chapters: tuple[Chapter, ...] = ()
    short_title: Bilingual | None = None

    def quest(self, slug: str) -> Quest:
        """The quest of that name; raises ``KeyError``."""
        for quest in self.quests:
            if quest.slug == slug:
                return quest
        raise KeyError(slug)


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """What pairs compete for: a detector, scored on a hidden split of the task's data set.

    ``classes`` are in the order of the labels; ``image_size`` is in pixels; ``metric`` names the score, a ratio.
    ``settings`` and ``limits`` bear the names of the grader's job.
    """

    slug: str
    title: Bilingual
    statement: Bilingual
    classes: tuple[str, ...]
    split: str
    image_size: int
    metric: str
    settings: Mapping[str, Any]
    limits: Mapping[str, Any]


def load_tasks() -> tuple[TaskSpec, ...]:
    """Every task of the catalogue, validated, by slug. Raises ``CardError``."""
    from challenges.catalogue import CATALOGUE

    return CATALOGUE.tasks()


def find_task(slug: str) -> TaskSpec:
    """The task of that name; raises ``KeyError``."""
    for task in load_tasks():
        if task.slug == slug:
            return task
    raise KeyError(slug)


def load_cards() -> tuple[Card, ...]:
    """Every card of the catalogue, validated, in the order of their files' ``position``.

    Raises ``CardError`` ("file:line: what is wrong") at the first thing that is not usable.
    """
    from challenges.catalogue import CATALOGUE

    return CATALOGUE.cards()


def references(template: object) -> frozenset[str]:
    """The parameter paths that a question template uses (``$image.height``)."""
    if isinstance(template, Mapping):
        return frozenset[str]().union(*(references(value) for value in template.values()))
    if isinstance(template, list | tuple):
        return frozenset[str]().union(*(references(value) for value in template))
    return frozenset({template[1:]}) if isinstance(template, str) and template.startswith("$") else frozenset()


def _filled(template: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(template, list | tuple):
        return [_filled(value, values) for value in template]
    if isinstance(template, str) and template.startswith("$"):
        return at_path(values, template[1:])
    return template

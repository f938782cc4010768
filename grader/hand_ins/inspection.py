"""What the sealed child says about a hand-in: codes and short facts, never sentences.

The sentences are written outside, from ``grader.hand_ins.sentences``: a captured child can neither invent a text
nor slip markup into one. ``from_json`` reads what crossed the pipe as a stranger's.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from grader import strict

MOST_NOTES: Final = 20
LONGEST_PLACE: Final = 160
LONGEST_FACT: Final = 80
MOST_FACTS: Final = 6
MOST_FIGURES: Final = 6_000
VERDICTS: Final = ("correct", "wrong", "malformed")

Fact = str | int | float


@dataclass(frozen=True, slots=True)
class Note:
    """One thing noticed: ``code`` names a sentence, ``facts`` fill it, ``where`` is "path:line" or ""."""

    code: str
    where: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


def note(code: str, where: str = "", **facts: Fact) -> Note:
    """A note whose place and facts are short enough to be shown."""
    return Note(code, clipped(where, LONGEST_PLACE), {name: clipped(str(fact)) for name, fact in facts.items()})


def clipped(text: str, longest: int = LONGEST_FACT) -> str:
    """Printable, and not longer than that; the end of a long path is what tells files apart."""
    shown = "".join(character if character.isprintable() else "·" for character in text)
    return shown if len(shown) <= longest else "…" + shown[-longest + 1 :]


class Unreadable(Exception):
    """What was handed in is not what it should be at all: malformed, and costs nothing."""

    def __init__(self, code: str, where: str = "", **facts: Fact) -> None:
        super().__init__(code)
        self.note = note(code, where, **facts)


@dataclass(frozen=True, slots=True)
class Inspection:
    """The child's judgement. ``problem`` says why a malformed hand-in could not be read."""

    verdict: Literal["correct", "wrong", "malformed"]
    mistake: str | None = None
    understood: str = ""
    notes: tuple[Note, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)
    problem: Note | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "verdict": self.verdict,
            "mistake": self.mistake,
            "understood": self.understood,
            "notes": [_to_json(found) for found in self.notes],
            "figures": self.figures,
            "problem": None if self.problem is None else _to_json(self.problem),
        }

    @classmethod
    def from_json(cls, value: object) -> "Inspection":
        """Raises ValueError for what no child of ours says."""
        found = strict.keys(value, "inspection", required=tuple(cls.__dataclass_fields__))
        notes, problem, mistake = found["notes"], found["problem"], found["mistake"]
        if not isinstance(notes, list) or len(notes) > MOST_NOTES:
            raise ValueError(f"notes: at most {MOST_NOTES}")
        inspection = cls(
            verdict=strict.one_of(found["verdict"], "verdict", VERDICTS),  # type: ignore[arg-type]
            mistake=None if mistake is None else strict.text(mistake, "mistake", longest=60),
            understood=clipped(strict.text(found["understood"], "understood", empty=True), 200),
            notes=tuple(_from_json(item) for item in notes),
            figures=_figures(found["figures"]),
            problem=None if problem is None else _from_json(problem),
        )
        if (inspection.verdict == "malformed") != (inspection.problem is not None):
            raise ValueError("inspection: malformed hand-ins have a problem, others have none")
        if (inspection.verdict == "wrong") != (inspection.mistake is not None):
            raise ValueError("inspection: wrong hand-ins have a mistake, others have none")
        return inspection


def malformed(problem: Note) -> Inspection:
    """A hand-in that could not be read."""
    return Inspection("malformed", problem=problem)


def judged(
    mistakes: Iterable[str],
    *,
    order: tuple[str, ...],
    understood: str,
    notes: Iterable[Note] = (),
    figures: Mapping[str, Any] | None = None,
) -> Inspection:
    """Correct without a mistake; else wrong by the one that comes first in ``order``."""
    main = min(mistakes, key=order.index, default=None)
    return Inspection(
        "correct" if main is None else "wrong",
        main,
        clipped(understood, 200),
        tuple(notes)[:MOST_NOTES],
        figures or {},
    )


def _to_json(found: Note) -> dict[str, Any]:
    return {"code": found.code, "where": found.where, "facts": dict(found.facts)}


def _from_json(value: object) -> Note:
    found = strict.keys(value, "note", required=("code", "where", "facts"))
    facts = strict.mapping(found["facts"], "facts")
    if len(facts) > MOST_FACTS:
        raise ValueError("facts: too many")
    return Note(
        strict.text(found["code"], "code", longest=60),
        clipped(strict.text(found["where"], "where", longest=LONGEST_PLACE, empty=True), LONGEST_PLACE),
        {
            strict.text(name, "fact", longest=20): clipped(strict.text(fact, name, longest=LONGEST_FACT, empty=True))
            for name, fact in facts.items()
        },
    )


def _figures(value: object) -> Mapping[str, Any]:
    """Numbers and short words in lists and objects, few enough for a page."""
    budget = [MOST_FIGURES]

    def copy(node: object, depth: int) -> Any:
        budget[0] -= 1
        if depth > 6 or budget[0] < 0:
            raise ValueError("figures: too deep or too many")
        if isinstance(node, Mapping):
            return {clipped(strict.text(name, "figures", longest=60)): copy(v, depth + 1) for name, v in node.items()}
        if isinstance(node, list):
            return [copy(item, depth + 1) for item in node]
        if isinstance(node, str):
            return clipped(strict.text(node, "figures", longest=LONGEST_FACT, empty=True))
        if node is None or isinstance(node, bool):
            return node
        if isinstance(node, int | float) and math.isfinite(node) and abs(node) < 1e15:
            return node
        raise ValueError("figures: plain numbers are expected")

    return strict.mapping(copy(strict.mapping(value, "figures"), 0), "figures")

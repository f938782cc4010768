"""The answer key: the truth the real model gave, and what each classic mistake would have given.

A key is made once by the worker (``grader.keys``), kept as JSON, and compared with what people type by
``challenges.verdict``: nothing here computes anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

VERSION: Final = 1

#: A tensor's shape (outermost dimension first), a count, or a parameter's value.
Value = tuple[int, ...] | int | float


class KeyFormatError(ValueError):
    """A stored key that is not of the version, or not of the shape, that this code reads."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What somebody who makes one classic mistake would answer.

    ``code`` is stable (``MISTAKES`` in ``challenges.advice``); ``detail`` says where the value comes from
    ("layer 16", "640 × 640") for the instructor's eyes only: it may give the truth away.
    """

    code: str
    value: Value
    detail: str = ""


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """The truth of one question about one model (``model_digest``), and its labelled mistakes.

    ``collides`` says that the truth coincides with one of the mistakes: such a variant teaches nothing and
    is never drawn. ``notes`` are facts for the instructor (what was not counted, which tensor was read).
    """

    question: Mapping[str, Any]
    model_digest: str
    truth: Value
    mistakes: tuple[Mistake, ...] = ()
    collides: bool = False
    notes: tuple[str, ...] = ()
    version: int = VERSION

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data; shapes become lists."""
        return {
            "version": self.version,
            "question": dict(self.question),
            "model_digest": self.model_digest,
            "truth": _value_to_json(self.truth),
            "mistakes": [
                {"code": mistake.code, "value": _value_to_json(mistake.value), "detail": mistake.detail}
                for mistake in self.mistakes
            ],
            "collides": self.collides,
            "notes": list(self.notes),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "AnswerKey":
        """The key that ``to_json`` wrote. Raises ``KeyFormatError`` for anything else."""
        if data.get("version") != VERSION:
            raise KeyFormatError(f"an answer key of version {data.get('version')!r}, not {VERSION}")
        try:
            return cls(
                question=dict(data["question"]),
                model_digest=str(data["model_digest"]),
                truth=_value_from_json(data["truth"]),
                mistakes=tuple(
                    Mistake(str(mistake["code"]), _value_from_json(mistake["value"]), str(mistake["detail"]))
                    for mistake in data["mistakes"]
                ),
                collides=bool(data["collides"]),
                notes=tuple(str(note) for note in data["notes"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise KeyFormatError(f"an answer key that cannot be read: {error!r}") from error


def _value_to_json(value: Value) -> list[int] | int | float:
    return list(value) if isinstance(value, tuple) else value


def _value_from_json(value: object) -> Value:
    if isinstance(value, bool):
        raise KeyFormatError("a truth value is a number or a list of whole numbers")
    if isinstance(value, int | float):
        return value
    if isinstance(value, list | tuple) and all(isinstance(size, int) and not isinstance(size, bool) for size in value):
        return tuple(value)
    raise KeyFormatError("a truth value is a number or a list of whole numbers")

"""The answer key: the truth the real model gave, and what each classic mistake would have given.

A key is made once by the worker (``grader.keys``), kept as JSON, and compared with what people type by
``challenges.verdict``: nothing here computes anything.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

VERSION: Final = 1

#: A tensor's shape (outermost dimension first), a count, a parameter's value; words, or a list of any of these.
Scalar = int | float | str
Value = Scalar | tuple["Value", ...]


class KeyFormatError(ValueError):
    """A stored key that is not of the version, or not of the shape, that this code reads."""


@dataclass(frozen=True, slots=True)
class Material:
    """A file that the worker made for whoever has this question: what the pair downloads and works on.

    ``name`` is what it is called on a student's disk; ``file`` is where it lies below the materials folder;
    ``digest`` is ``sha256:…`` of its bytes.
    """

    name: str
    file: str
    size_bytes: int
    digest: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """What somebody who makes one classic mistake would answer.

    ``code`` is stable (``MISTAKES`` in ``challenges.advice``); ``detail`` says where the value comes from
    ("layer 16", "640 × 640") for the instructor's eyes only: it may give the truth away. ``is_rare`` when few people
    make it (two slips at once, an unusual image size): any other explanation that fits is believed first.
    """

    code: str
    value: Value
    detail: str = ""
    is_rare: bool = False

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        data = {"code": self.code, "value": _value_to_json(self.value), "detail": self.detail}
        return data | {"is_rare": True} if self.is_rare else data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Mistake":
        """What ``to_json`` wrote."""
        is_rare = data.get("is_rare", False) is True
        return cls(str(data["code"]), _value_from_json(data["value"]), str(data["detail"]), is_rare)


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """The truth of one question about one model (``model_digest``), and its labelled mistakes.

    ``collides`` says that the truth coincides with one of the usual mistakes: such a variant teaches nothing
    and is never drawn. ``notes`` are facts for the instructor (what was not counted, which tensor was
    read). An ``unordered`` list is right in any order.
    """

    question: Mapping[str, Any]
    model_digest: str
    truth: Value
    mistakes: tuple[Mistake, ...] = ()
    collides: bool = False
    notes: tuple[str, ...] = ()
    material: Material | None = None
    unordered: bool = False
    version: int = VERSION

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data; shapes become lists."""
        return {
            "version": self.version,
            "question": dict(self.question),
            "model_digest": self.model_digest,
            "truth": _value_to_json(self.truth),
            "mistakes": [mistake.to_json() for mistake in self.mistakes],
            "collides": self.collides,
            "notes": list(self.notes),
            "unordered": self.unordered,
            "material": None if self.material is None else asdict(self.material),
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
                mistakes=tuple(Mistake.from_json(mistake) for mistake in data["mistakes"]),
                collides=bool(data["collides"]),
                notes=tuple(str(note) for note in data["notes"]),
                material=_material(data.get("material")),
                unordered=bool(data.get("unordered", False)),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise KeyFormatError(f"an answer key that cannot be read: {error!r}") from error


def as_typed(value: Value) -> str:
    """The value as somebody would type it: ``1 x 128 x 64 x 64``, ``Conv2d, SiLU``, one shape a line."""
    if not isinstance(value, tuple):
        return str(value) if isinstance(value, str) else repr(value)
    if any(isinstance(item, tuple) for item in value):
        return "\n".join(map(as_typed, value))
    separator = ", " if any(isinstance(item, str) for item in value) else " x "
    return separator.join(map(as_typed, value))


def _material(data: Any) -> Material | None:
    if data is None:
        return None
    return Material(str(data["name"]), str(data["file"]), int(data["size_bytes"]), str(data["digest"]))


def _value_to_json(value: Value) -> Any:
    return [_value_to_json(item) for item in value] if isinstance(value, tuple) else value


def _value_from_json(value: object) -> Value:
    if isinstance(value, list | tuple):
        return tuple(_value_from_json(item) for item in value)
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        return value
    raise KeyFormatError("a truth value is a number, a word, or a list of them")

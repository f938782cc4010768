"""Reading JSON that somebody else wrote: right keys, types and ranges, or ``ValueError`` naming the field."""

import math
from collections.abc import Collection, Mapping
from typing import Final, cast

#: Deepest nesting and most nodes of a free-form part (metrics with their curves are far below).
DEPTH: Final = 12
NODES: Final = 200_000


def mapping(value: object, field: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise ValueError(f"{field}: an object is expected")
    return cast(Mapping[str, object], value)


def keys(
    value: object, field: str, *, required: Collection[str], optional: Collection[str] = ()
) -> Mapping[str, object]:
    """An object that has every required key and none that is unknown."""
    found = mapping(value, field)
    missing = sorted(set(required) - found.keys())
    unknown = sorted(found.keys() - set(required) - set(optional))
    if missing:
        raise ValueError(f"{field}: missing {', '.join(missing)}")
    if unknown:
        raise ValueError(f"{field}: unknown {', '.join(name[:40] for name in unknown[:5])}")
    return found


def text(value: object, field: str, *, longest: int = 200, empty: bool = False) -> str:
    if not isinstance(value, str) or len(value) > longest or not (value or empty) or "\0" in value:
        raise ValueError(f"{field}: a text of at most {longest} characters is expected")
    return value


def one_of(value: object, field: str, choices: Collection[str]) -> str:
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{field}: one of {', '.join(sorted(choices))} is expected")
    return value


def integer(value: object, field: str, *, lowest: int, highest: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise ValueError(f"{field}: a whole number from {lowest} to {highest} is expected")
    return value


def number(value: object, field: str, *, lowest: float, highest: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value <= highest:
        raise ValueError(f"{field}: a number from {lowest} to {highest} is expected")
    return float(value)


def texts(value: object, field: str, *, most: int, longest: int = 200, empty: bool = False) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or len(value) > most:
        raise ValueError(f"{field}: a list of at most {most} texts is expected")
    return tuple(text(item, f"{field}[{i}]", longest=longest, empty=empty) for i, item in enumerate(value))


def numbers(value: object, field: str, *, count: int, lowest: float, highest: float) -> list[float]:
    """Exactly ``count`` of them."""
    if not isinstance(value, list | tuple) or len(value) != count:
        raise ValueError(f"{field}: {count} numbers are expected")
    return [number(item, field, lowest=lowest, highest=highest) for item in value]


def integers(value: object, field: str, *, count: int, lowest: int, highest: int) -> list[int]:
    """Exactly ``count`` of them."""
    if not isinstance(value, list | tuple) or len(value) != count:
        raise ValueError(f"{field}: {count} whole numbers are expected")
    return [integer(item, field, lowest=lowest, highest=highest) for item in value]


def both_languages(value: object, field: str) -> Mapping[str, str]:
    found = keys(value, field, required=("en", "fr"))
    return {language: text(found[language], f"{field}.{language}", longest=2_000) for language in ("en", "fr")}


def plain(value: object, field: str) -> object:
    """A copy of free-form JSON: finite numbers, bounded depth and size, nothing but plain values."""
    budget = [NODES]

    def copy(node: object, depth: int) -> object:
        budget[0] -= 1
        if depth > DEPTH or budget[0] < 0:
            raise ValueError(f"{field}: too deep or too large")
        if isinstance(node, Mapping):
            return {text(k, field): copy(v, depth + 1) for k, v in node.items()}
        if isinstance(node, list | tuple):
            return [copy(item, depth + 1) for item in node]
        if node is None or isinstance(node, bool | int):
            return node
        if isinstance(node, float) and math.isfinite(node):
            return node
        if isinstance(node, str):
            return text(node, field, longest=4_000, empty=True)
        raise ValueError(f"{field}: {type(node).__name__} is not plain JSON")

    return copy(value, 0)

"""The words that follow a count: "M", "GFLOPs", "millions de paramètres", "MiB"."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final


@dataclass(frozen=True, slots=True)
class Unit:
    """By how much the number before it is multiplied, and whether it measures memory."""

    scale: Decimal
    is_bytes: bool = False


_PREFIXES: Final = {"": 0, "k": 3, "m": 6, "g": 9, "t": 12}
_BINARY_PREFIXES: Final = {"ki": 1, "mi": 2, "gi": 3, "ti": 4}
_SCALE_WORDS: Final = {
    "mille": 3,
    "millier": 3,
    "milliers": 3,
    "thousand": 3,
    "thousands": 3,
    "million": 6,
    "millions": 6,
    "b": 9,
    "bn": 9,
    "billion": 9,
    "billions": 9,
    "milliard": 9,
    "milliards": 9,
    "mrd": 9,
    "trillion": 12,
    "trillions": 12,
}
_NOUNS: Final = frozenset(
    {"flop", "flops", "mac", "macs", "madd", "madds", "op", "ops", "operation", "operations"}
    | {"parametre", "parametres", "parameter", "parameters", "param", "params", "poids", "weight", "weights"}
    | {"addition", "additions", "multiplication", "multiplications", "maximum", "maxima", "maximums"}
    | {"comparaison", "comparaisons", "comparison", "comparisons"}
    | {"boite", "boites", "box", "boxes", "bbox", "bboxes", "prediction", "predictions"}
    | {"px", "pixel", "pixels", "module", "modules"}
    | {"classe", "classes", "class"}
)
_BYTE_NOUNS: Final = frozenset({"byte", "bytes", "octet", "octets"})
_LINK_WORDS: Final = re.compile(r"\b(?:de|des|of)\b|\bd'")


@cache
def _glued() -> dict[str, Unit]:
    """Words that carry their own scale: "gflops", "mb", "kio"."""
    found: dict[str, Unit] = {}
    for prefix, exponent in _PREFIXES.items():
        scale = Decimal(10) ** exponent
        if prefix:
            found[prefix] = Unit(scale)
            found[f"{prefix}b"] = found[f"{prefix}o"] = Unit(scale, is_bytes=True)
        found.update({prefix + noun: Unit(scale) for noun in _NOUNS})
        found.update({prefix + noun: Unit(scale, is_bytes=True) for noun in _BYTE_NOUNS})
    for prefix, power in _BINARY_PREFIXES.items():
        scale = Decimal(1024) ** power
        found.update({prefix + noun: Unit(scale, is_bytes=True) for noun in ("b", "o", *_BYTE_NOUNS)})
        found[prefix] = Unit(scale)
    found.update({word: Unit(Decimal(10) ** exponent) for word, exponent in _SCALE_WORDS.items()})
    found["o"] = Unit(Decimal(1), is_bytes=True)
    return found


def unit_of(text: str) -> Unit | None:
    """The unit that a text says, or None when it says something else.

    Case and accents do not matter; "M params" and "millions de paramètres" are a scale and a noun.
    """
    words = _LINK_WORDS.sub(" ", _folded(text)).split()
    if not 1 <= len(words) <= 2:
        return None
    units = [_glued().get(word) for word in words]
    first, second = units[0], units[-1]
    if first is None or second is None:
        return None
    if len(units) == 1:
        return first
    if words[1] not in _NOUNS | _BYTE_NOUNS:
        return None  # "M M" is no unit
    return Unit(first.scale * second.scale, second.is_bytes or first.is_bytes)


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))

"""What people type, read generously: "1 x 128 x 64 x 64", "(1, 128, 64, 64)", "0,125", "7,2 M", "16.5 GFLOPs".

What is decided where a reading is open (docs/decisions/0051):

- a lone comma or point is a decimal mark, except in a bare count where exactly three digits follow it:
  "25,200" boxes are twenty-five thousand two hundred, "25,200 M" are 25.2 million, a weight "1,234" is 1.234;
- spaces alone separate a shape's sizes; beside another separator they group thousands, and so do commas and points
  where crosses separate: "1 x 25,200 x 85";
- "B" alone is a billion, "MB", "Mo" and "MiB" are bytes.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from challenges import units
from challenges.kinds import KINDS
from challenges.listed import Numbers, Words, read_numbers, read_words
from challenges.shapes import Shape, Shapes, read_shape, read_shapes
from challenges.spec import Bilingual

__all__ = ["Answer", "Malformed", "Number", "Numbers", "Shape", "Shapes", "Words", "expected", "grouped"]
__all__ += ["longest", "preview_answer", "read_answer"]

LONGEST: Final = 200
LONGEST_LIST: Final = 2_000  # a network's twenty tensors, one a line
MOST_DIGITS: Final = 24  # under the 28 that Decimal keeps exactly
LARGEST_EXPONENT: Final = 30
NARROW_SPACE: Final = "\u202f"


@dataclass(frozen=True, slots=True)
class Number:
    """A number and how finely it was given.

    ``step`` is what one unit of the last digit typed is worth: 100,000 for "7.2 M", 0.001 for "0,125".
    ``digits`` counts the significant digits typed. ``scale`` is what the unit stands for: 1,000,000 for "7.2 M".
    ``is_bytes`` when it is a unit of memory.
    """

    value: Decimal
    step: Decimal
    digits: int
    is_bytes: bool = False
    scale: Decimal = Decimal(1)

    def __str__(self) -> str:
        is_fine = self.step < 1
        shown = grouped(self.value.quantize(self.step.normalize()) if is_fine else int(self.value))
        if self.step > 1:
            shown += f" ± {grouped(int(self.step / 2))}"
        return f"{shown} B" if self.is_bytes else shown


@dataclass(frozen=True, slots=True)
class Malformed:
    """Not readable as what the question asks for; ``expected`` says what would be."""

    expected: Bilingual


Answer = Shape | Shapes | Number | Numbers | Words | Malformed


def read_answer(kind: str, text: str) -> Answer:
    """What was typed, for a question of this kind. Linear in the text, and never raises."""
    reader = READERS.get(KINDS[kind].reader or "")
    found: Answer | None = None
    if reader is not None and len(text) <= reader.longest:
        lines = text.splitlines() if reader.is_multiline else [text]
        found = reader.read("\n".join(filter(None, map(_plain, lines))))
    return found or Malformed(expected(kind))


def preview_answer(kind: str, text: str) -> str | None:
    """How the text would be understood ("1 × 128 × 64 × 64"), or None when it is not readable."""
    answer = read_answer(kind, text)
    return None if isinstance(answer, Malformed) else str(answer)


def expected(kind: str) -> Bilingual:
    """What an answer of this kind looks like, in both languages."""
    reader = READERS.get(KINDS[kind].reader or "")
    return reader.expects if reader else _EXPECTED_HAND_IN


def longest(kind: str) -> int:
    """The most characters that are read of an answer to a question of this kind."""
    reader = READERS.get(KINDS[kind].reader or "")
    return reader.longest if reader else LONGEST


def grouped(value: Decimal | int) -> str:
    """A number in plain digits, thousands apart by a narrow space: language-neutral."""
    text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    return text.replace(",", NARROW_SPACE)


_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_SUPERSCRIPT_RUN = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+")
_WHITESPACE = re.compile(r"\s+")


def _plain(text: str) -> str:
    """Compatible characters made plain: every space an ordinary one, every minus a hyphen, 10⁻³ as 10^-3."""
    text = _SUPERSCRIPT_RUN.sub(lambda run: "^" + run[0].translate(_SUPERSCRIPTS), text)
    text = unicodedata.normalize("NFKC", text).replace("\u2212", "-").replace("\u2013", "-").replace("\u2019", "'")
    return _WHITESPACE.sub(" ", text).strip()


_APPROXIMATELY = re.compile(r"(?:[=≈~]|about|around|environ|env\.?|circa|ca\.?) ?", re.IGNORECASE)
_TENSOR = re.compile(r"tensor\(([^,()]*)(?:,[^()]*)?(?:\([^()]*\))?\)?")
_NUMBER = re.compile(r"(?P<sign>[+-]?) ?(?P<digits>[.,]?[0-9](?:[0-9.,_' ]*[0-9])?)[.,]?")
_EXPONENT = re.compile(r" ?(?:[eE] ?|[x×*·] ?10 ?(?:\^|\*\*) ?)\(?(?P<exponent>[+-]?[0-9]{1,3})\)?(?![0-9])")


def _read_weight(text: str) -> Number | None:
    tensor = _TENSOR.fullmatch(text)
    number, rest = _number(tensor[1].strip() if tensor else text, is_count=False)
    return number if number is not None and not rest else None


def _read_count(text: str) -> Number | None:
    number, rest = _number(text, is_count=True)
    if number is None or not rest:
        return number
    unit = units.unit_of(rest)
    if unit is None:
        return None
    return Number(
        number.value * unit.scale, number.step * unit.scale, number.digits, unit.is_bytes, Decimal(unit.scale)
    )


def _number(text: str, *, is_count: bool) -> tuple[Number | None, str]:
    """The number at the text's start, and what follows it."""
    about = _APPROXIMATELY.match(text)
    text = text[about.end() :] if about else text
    match = _NUMBER.match(text)
    if match is None:
        return None, ""
    rest = text[match.end() :]
    exponent = 0
    power = _EXPONENT.match(rest)
    if power:
        exponent, rest = int(power["exponent"]), rest[power.end() :]
    rest = rest.strip(" .")
    plain = _decimal_text(match["digits"], is_bare_count=is_count and not power and not rest)
    if plain is None or abs(exponent) > LARGEST_EXPONENT:
        return None, ""
    whole, _, fraction = plain.partition(".")
    step = Decimal(1).scaleb(exponent - len(fraction))
    value = Decimal(int(whole + fraction)) * step
    digits = len((whole + fraction).lstrip("0"))
    return Number(-value if match["sign"] == "-" else value, step, digits), rest


_GROUPED: Final = {mark: re.compile(rf"[0-9]{{1,3}}(?:{re.escape(mark)}[0-9]{{3}})+") for mark in ".,' "}
_UNDERSCORED = re.compile(r"[0-9]+(?:_[0-9]+)*")


def _decimal_text(typed: str, *, is_bare_count: bool) -> str | None:
    """Digits with at most one decimal point, or None: separators of thousands gone, the decimal mark a point."""
    if len(typed) > 2 * MOST_DIGITS:
        return None
    before, mark, fraction = _split_at_decimal_mark(typed, is_bare_count=is_bare_count)
    whole = _ungrouped(before)
    if whole is None or not re.fullmatch("[0-9]*", fraction) or len(whole) + len(fraction) > MOST_DIGITS:
        return None
    return f"{whole}.{fraction}" if mark else whole


def _split_at_decimal_mark(typed: str, *, is_bare_count: bool) -> tuple[str, str, str]:
    points, commas = typed.count("."), typed.count(",")
    if points + commas == 0:
        return typed, "", ""
    mark = "." if typed.rfind(".") > typed.rfind(",") else ","
    whole, _, fraction = typed.rpartition(mark)
    if typed.count(mark) > 1:  # 45.089.374
        return typed, "", ""
    if points and commas:  # 1,234.5 and 1.234,5
        return whole, mark, fraction
    if is_bare_count and re.fullmatch(r"[1-9][0-9]{0,2}", whole) and len(fraction) == 3:
        return typed, "", ""  # nobody counts in thousandths
    return whole or "0", mark, fraction


def _ungrouped(whole: str) -> str | None:
    if whole.isdigit():
        return whole
    if _UNDERSCORED.fullmatch(whole):
        return whole.replace("_", "")
    for mark, pattern in _GROUPED.items():
        if pattern.fullmatch(whole):
            return whole.replace(mark, "")
    return None


_EXPECTED_SHAPE: Final[Bilingual] = {
    "fr": "On attend les dimensions du tenseur, la plus extérieure d'abord, par exemple « 1 x 7 x 90 x 110 ».",
    "en": "The tensor's sizes are expected, the outermost first, for example “1 x 7 x 90 x 110”.",
}
_EXPECTED_WEIGHT: Final[Bilingual] = {
    "fr": "On attend un nombre décimal, avec son signe, par exemple « -0,01234 » ou « 1.234e-2 ».",
    "en": "A decimal number with its sign is expected, for example “-0.01234” or “1.234e-2”.",
}
_EXPECTED_COUNT: Final[Bilingual] = {
    "fr": "On attend un nombre, par exemple « 12 345 », « 1,2 M » ou « 3,4 G ».",
    "en": "A number is expected, for example “12,345”, “1.2 M” or “3.4 G”.",
}
_EXPECTED_HAND_IN: Final[Bilingual] = {
    "fr": "La réponse à cette question ne se tape pas : elle se dépose.",
    "en": "The answer to this question is not typed: it is handed in.",
}


_EXPECTED_NUMBERS: Final[Bilingual] = {
    "fr": "On attend des nombres, par exemple « 7, 90 », « couche 7, filtre 90 » ou « 70 x 90 ».",
    "en": "Numbers are expected, for example “7, 90”, “layer 7, filter 90” or “70 x 90”.",
}
_EXPECTED_WORDS: Final[Bilingual] = {
    "fr": "On attend des types de modules, dans l'ordre, par exemple « Linear, ReLU, Dropout ».",
    "en": "Types of modules are expected, in order, for example “Linear, ReLU, Dropout”.",
}
_EXPECTED_SHAPES: Final[Bilingual] = {
    "fr": "On attend une liste de dimensions, une par ligne, comme « 1 x 7 x 90 x 110 » puis « 1 x 7 x 45 x 55 ».",
    "en": "A list of sizes is expected, one a line, for example “1 x 7 x 90 x 110” then “1 x 7 x 45 x 55”.",
}
_EXPECTED_BYTES: Final[Bilingual] = {
    "fr": "On attend une taille en mémoire, par exemple « 12 345 octets », « 1,2 Mo » ou « 3,4 MiB ».",
    "en": "A size in memory is expected, for example “12,345 bytes”, “1.2 MB” or “3.4 MiB”.",
}
_EXPECTED_SIDE: Final[Bilingual] = {
    "fr": "On attend un nombre de pixels, par exemple « 7 » ou « 7 x 7 ».",
    "en": "A number of pixels is expected, for example “7” or “7 x 7”.",
}
_EXPECTED_SETTING: Final[Bilingual] = {
    "fr": "On attend un nombre, par exemple « 7 », « 7 x 7 », « 0,07 » ou « 7e-4 ».",
    "en": "A number is expected, for example “7”, “7 x 7”, “0.07” or “7e-4”.",
}


def _read_setting(text: str) -> Number | None:
    """A setting: a decimal number, or the same number for each side ("3x3", "(1, 1)")."""
    return _read_weight(_one_side(text))


def _read_side(text: str) -> Number | None:
    """A number of pixels, or the same number for each side ("58 x 58 px")."""
    return _read_count(_one_side(text))


_PIXELS: Final = re.compile(r" ?(?:px|pixels?)$", re.IGNORECASE)


def _one_side(text: str) -> str:
    """Of two equal sides, one; any other text as it is."""
    sides = read_shape(_PIXELS.sub("", text))
    is_square = sides is not None and len(sides.sizes) == 2 and len(set(sides.sizes)) == 1
    return str(sides.sizes[0]) if sides is not None and is_square else text


@dataclass(frozen=True, slots=True)
class Reader:
    """How one sort of typed answer is read (from plain characters, None when it is not readable), and described."""

    read: Callable[[str], Answer | None]
    expects: Bilingual
    longest: int = LONGEST
    is_multiline: bool = False


#: By the name that ``challenges.kinds`` gives.
READERS: Final[Mapping[str, Reader]] = {
    "shape": Reader(read_shape, _EXPECTED_SHAPE),
    "weight": Reader(_read_weight, _EXPECTED_WEIGHT),
    "count": Reader(_read_count, _EXPECTED_COUNT),
    "bytes": Reader(_read_count, _EXPECTED_BYTES),
    "side": Reader(_read_side, _EXPECTED_SIDE),
    "setting": Reader(_read_setting, _EXPECTED_SETTING),
    "numbers": Reader(read_numbers, _EXPECTED_NUMBERS),
    "words": Reader(read_words, _EXPECTED_WORDS, is_multiline=True, longest=LONGEST_LIST),
    "shapes": Reader(read_shapes, _EXPECTED_SHAPES, longest=LONGEST_LIST, is_multiline=True),
}

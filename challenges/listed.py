"""Lists as people type them: whole numbers that name a place ("layer 3, filter 17"), and types of modules."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from challenges.shapes import unwrapped

MOST_NUMBERS: Final = 16
MOST_WORDS: Final = 64


@dataclass(frozen=True, slots=True)
class Numbers:
    """A few numbers, in the order given: a place, a width and a height, some layers."""

    values: tuple[Decimal, ...]

    def __str__(self) -> str:
        return ", ".join(map(str, self.values))


@dataclass(frozen=True, slots=True)
class Words:
    """Types of modules by the names that PyTorch gives them, in the order given."""

    values: tuple[str, ...]

    def __str__(self) -> str:
        return shortened(", ".join(self.values))


def shortened(text: str, most: int = 200) -> str:
    """The text, its end left out where it is too long to be kept."""
    return text if len(text) <= most else text[: most - 1] + "…"


#: Words that people put around the numbers of a place; nothing is read from them.
_PLACE_WORDS: Final = (
    r"couches?|layers?|filtres?|filters?|canal|canaux|channels?|indices?|index|numéros?|numbers?|n°|no|poids|weights?"
    r"|lignes?|rows?|colonnes?|columns?|largeur|width|wide|large|hauteur|height|haut|high|[wh]|model|conv|cv[0-9]|bn|px|pixels?|et|and|puis|then"
    r"|de|du|la|le|les|des|of|the|in|dans"
)
_NOISE: Final = re.compile(rf"(?:\b(?:{_PLACE_WORDS})\b|\b[LFC](?=[0-9])|n°)[.:=]?", re.IGNORECASE)
_NUMBER_IN_LIST: Final = r"-?[0-9]{1,7}(?:\.[0-9]{1,8})?"
_BETWEEN: Final = r" ?[,;x×*/+&X] ?| "
_NUMBERS: Final = re.compile(rf"{_NUMBER_IN_LIST}(?:(?:{_BETWEEN}){_NUMBER_IN_LIST})*")
_PATH: Final = re.compile(r"\.(?=[0-9]+\.[A-Za-z])|(?<=[A-Za-z])\.|\.(?=[A-Za-z])")
_DECIMAL_COMMA: Final = re.compile(r"([0-9]),([0-9])")


def read_numbers(text: str) -> Numbers | None:
    """Numbers with anything usual between them: "3, 17", "couche 3 filtre 17", "model.3.conv[17]", "10 x 13"."""
    if re.fullmatch(r"[0-9,. -]*[0-9] ?[x×;] ?[0-9,. -]*", text) and "," in text:
        text = _DECIMAL_COMMA.sub(r"\1.\2", text)  # "1,25 x 1,625": the comma cannot be what separates
    plain = _NOISE.sub(" ", _PATH.sub(" ", text))
    plain = re.sub(r"[()\[\]{}:=]", " ", unwrapped(plain))
    plain = re.sub(r" ?([,;]) ?(?:[,;] ?)*", r"\1", re.sub(r" +", " ", plain)).strip(" ,;.")
    if not _NUMBERS.fullmatch(plain):
        return None
    found = re.findall(_NUMBER_IN_LIST, plain)
    return Numbers(tuple(map(Decimal, found))) if len(found) <= MOST_NUMBERS else None


#: What a quest may be about, as PyTorch and YOLO name it.
TYPES: Final = (
    *("Conv1d", "Conv2d", "ConvTranspose2d", "Linear", "Bilinear", "Embedding", "MultiheadAttention"),
    *("BatchNorm1d", "BatchNorm2d", "LayerNorm", "GroupNorm", "InstanceNorm2d", "LocalResponseNorm"),
    *("ReLU", "ReLU6", "LeakyReLU", "PReLU", "ELU", "SELU", "GELU", "SiLU", "Mish", "Hardswish", "Hardsigmoid"),
    *("Sigmoid", "Tanh", "Softmax", "LogSoftmax", "Softplus", "Identity", "Dropout", "Dropout2d", "Flatten"),
    *("MaxPool2d", "AvgPool2d", "AdaptiveAvgPool2d", "AdaptiveMaxPool2d", "Upsample", "ZeroPad2d", "PixelShuffle"),
    *("Conv", "DWConv", "Bottleneck", "BottleneckCSP", "C3", "C3TR", "C2f", "SPP", "SPPF", "Concat", "Detect", "Focus"),
    *("GhostConv", "GhostBottleneck", "C3Ghost", "Sequential", "ModuleList", "Add"),
)
#: Other names for them, written small and without separators.
_ALIASES: Final = {
    "conv": "Conv2d",
    "convolution": "Conv2d",
    "convolution2d": "Conv2d",
    "bn": "BatchNorm2d",
    "bn2d": "BatchNorm2d",
    "batchnorm": "BatchNorm2d",
    "batchnormalization": "BatchNorm2d",
    "batchnormalisation": "BatchNorm2d",
    "normalization": "BatchNorm2d",
    "normalisation": "BatchNorm2d",
    "normalisationparlot": "BatchNorm2d",
    "swish": "SiLU",
    "relu": "ReLU",
    "leaky": "LeakyReLU",
    "hswish": "Hardswish",
    "maxpool": "MaxPool2d",
    "maxpooling": "MaxPool2d",
    "maxpooling2d": "MaxPool2d",
    "avgpool": "AvgPool2d",
    "averagepool": "AvgPool2d",
    "upsampling": "Upsample",
    "fc": "Linear",
    "dense": "Linear",
    "concatenation": "Concat",
    "addition": "Add",
}
_KNOWN: Final = {name.casefold(): name for name in TYPES} | _ALIASES
_SEPARATORS: Final = re.compile(r"[\n,;+>→|/&]|->|\b(?:et|and|puis|then)\b")
_PRINTED_NAME: Final = re.compile(r"\([0-9a-z_]{1,12}\): ?")  # print(model) writes "(conv): Conv2d(3, 16, …)"
_PRINTED_BLOCK: Final = re.compile(r"^\w+\($", re.MULTILINE)  # and "Conv(" around them
_INSIDE: Final = re.compile(r"(\w*) ?\(([^()]{0,150})\)")
_ITEM: Final = re.compile(r"^[-•*] |^[0-9]{1,2}[:.)] ?|(?:torch\.)?\bnn\.")
_ARTICLES: Final = re.compile(
    r"\b(?:une?|la|le|les|an?|the|couches?|layers?|modules?|activation|fonction|function|de)\b"
)
_REPEATED: Final = re.compile(r"(?P<count>[1-9]) ?[x×*] ?(?P<before>\S.*)|(?P<after>\S.*?) ?[x×*] ?(?P<times>[1-9])")


def read_words(text: str) -> Words | None:
    """Types of modules: "Conv2d, BatchNorm2d, SiLU", "conv2d + bn + silu", ``print(model)``'s lines, "MaxPool2d x3".

    A word that names no type that we know makes the whole unreadable, which costs nothing.
    """
    plain = _PRINTED_BLOCK.sub("", _PRINTED_NAME.sub("", text))
    for _ in range(3):  # Conv2d(3, 16, kernel_size=(6, 6)) is two deep
        plain = _INSIDE.sub(_without_arguments, plain)
    found: list[str] = []
    for part in _SEPARATORS.split(plain):
        word = part.strip(" .()[]")
        if word:
            found.extend(_types(word) or [""])
    return Words(tuple(found)) if found and all(found) and len(found) <= MOST_WORDS else None


def _without_arguments(call: re.Match[str]) -> str:
    """A module without its arguments; of "Conv (conv2d, bn, silu)", what it says is inside."""
    parts = [part.strip() for part in _SEPARATORS.split(call[2])]
    is_list = len(parts) > 1 and all(_named(part, 1) for part in parts)
    return call[2] if is_list or not call[1] else call[1]


def _types(part: str) -> list[str]:
    """The types that a few words name, as often as they say: "3x MaxPool2d"."""
    part = _ITEM.sub("", part)
    bare = _ARTICLES.sub(" ", part).strip()
    repeated = _REPEATED.fullmatch(bare)
    if repeated is not None:
        name, count = repeated["before"] or repeated["after"], repeated["count"] or repeated["times"]
        return _named(bare, 1) or _named(name, int(count))
    whole = _named(bare, 1)
    return whole or _one_by_one(bare.split())


def _one_by_one(words: list[str]) -> list[str]:
    found = [name for word in words for name in _named(word, 1)]
    return found if len(found) == len(words) else []


def _named(word: str, count: int) -> list[str]:
    name = _KNOWN.get(re.sub(r"[ _.'-]", "", word.casefold()))
    return [name] * count if name else []

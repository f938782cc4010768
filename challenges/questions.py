"""What a question must say, kind by kind: ``{"kind", "model", …}`` of the command line, the site and the cards."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from challenges.kinds import KINDS

COUNTS: Final = ("macs", "flops", "additions", "multiplications", "maxima")
SETTINGS: Final = (
    *("kernel_size", "stride", "padding", "groups", "in_channels", "out_channels"),
    *("eps", "momentum", "negative_slope"),
)
LARGEST_SIDE: Final = 4096
LARGEST_INDEX: Final = 1_000_000
MOST_CLASSES: Final = 10_000


class QuestionError(ValueError):
    """A question that cannot be asked; ``reason`` says why in both languages."""

    def __init__(self, en: str, fr: str) -> None:
        super().__init__(en)
        self.reason = {"en": en, "fr": fr}


def checked(question: object) -> dict[str, Any]:
    """The question, validated and in one form: ``image_size`` as [H, W], no empty field.

    Raises ``QuestionError``.
    """
    if not isinstance(question, Mapping):
        raise QuestionError("a question is a JSON object", "une question est un objet JSON")
    kind = question.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        kinds = ", ".join(KINDS)
        raise QuestionError(f"“kind” is one of {kinds}", f"« kind » est l'un de : {kinds}")
    rules = KINDS[kind]
    for name in rules.required:
        if question.get(name) is None:
            raise QuestionError(f"“{name}” is missing for {kind}", f"« {name} » manque pour {kind}")
    fields: dict[str, Any] = {"kind": kind}
    for name, value in question.items():
        if name == "kind" or value is None:
            continue
        if name not in rules.required + rules.optional:
            shown = str(name)[:40]
            raise QuestionError(f"{kind} has no “{shown}”", f"{kind} n'a pas de champ « {shown} »")
        fields[name] = _READERS[name](value)
    if kind == "weight_value" and ("name" in fields) == ("layer" in fields):
        raise QuestionError(
            "a weight is named by “name” or by “layer”, one of them",
            "un poids est désigné par « name » ou par « layer », l'un des deux",
        )
    return fields


def _model(value: object) -> str:
    if not isinstance(value, str) or not value or len(value) > 4096 or "\0" in value:
        raise QuestionError("“model” is a name or a path", "« model » est un nom ou un chemin")
    return value


def _image_size(value: object) -> list[int]:
    sides = [value, value] if isinstance(value, int) else value
    if isinstance(sides, list | tuple) and len(sides) == 2 and all(_is_whole(side, 1, LARGEST_SIDE) for side in sides):
        return list(sides)
    raise QuestionError(
        f"“image_size” is [height, width], each from 1 to {LARGEST_SIDE}",
        f"« image_size » est [hauteur, largeur], de 1 à {LARGEST_SIDE} chacune",
    )


def _layer(value: object) -> int | str:
    if _is_whole(value, 0, 10_000) or (isinstance(value, str) and 0 < len(value) <= 200):
        return value  # type: ignore[return-value]  # one of the two, just checked
    raise QuestionError(
        "“layer” is a layer's number or name",
        "« layer » est le numéro ou le nom d'une couche",
    )


def _index(value: object) -> list[int]:
    if isinstance(value, list | tuple) and 1 <= len(value) <= 8 and all(_is_whole(i, 0, LARGEST_INDEX) for i in value):
        return list(value)
    raise QuestionError(
        "“index” is a list of whole numbers counted from 0",
        "« index » est une liste d'entiers comptés à partir de 0",
    )


def _name(value: object) -> str:
    if isinstance(value, str) and 0 < len(value) <= 200:
        return value
    raise QuestionError("“name” is a parameter's name", "« name » est le nom d'un paramètre")


def _count(value: object) -> str:
    if value in COUNTS:
        return str(value)
    counts = ", ".join(COUNTS)
    raise QuestionError(f"“count” is one of {counts}", f"« count » est l'un de : {counts}")


def _classes(value: object) -> int:
    if _is_whole(value, 1, MOST_CLASSES):
        return value  # type: ignore[return-value]  # just checked
    raise QuestionError(f"“classes” is from 1 to {MOST_CLASSES}", f"« classes » est compris entre 1 et {MOST_CLASSES}")


def _fused(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise QuestionError("“fused” is true or false", "« fused » vaut true ou false")


def _head(value: object) -> str:
    if value in ("decoded", "raw"):
        return str(value)
    raise QuestionError("“head” is decoded or raw", "« head » vaut decoded ou raw")


def _digits(value: object) -> int | str:
    if value == "exact" or _is_whole(value, 1, 15):
        return value  # type: ignore[return-value]  # just checked
    raise QuestionError(
        "“digits” is “exact” or a number of significant digits from 1 to 15",
        "« digits » vaut « exact » ou un nombre de chiffres significatifs de 1 à 15",
    )


def _one_of(name: str, choices: tuple[str, ...]) -> Callable[[object], str]:
    """The reader of a field that is one of a few words."""

    def read(value: object) -> str:
        if isinstance(value, str) and value in choices:
            return value
        listed = ", ".join(choices)
        raise QuestionError(f"“{name}” is one of {listed}", f"« {name} » est l'un de : {listed}")

    return read


def _type(value: object) -> str:
    if isinstance(value, str) and value.isidentifier() and len(value) <= 60:
        return value
    raise QuestionError(
        "“type” is a module's type, such as Conv2d", "« type » est le type d'un module, Conv2d par exemple"
    )


def _is_whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


_READERS: Final[Mapping[str, Callable[[object], Any]]] = {
    "model": _model,
    "image_size": _image_size,
    "layer": _layer,
    "index": _index,
    "name": _name,
    "count": _count,
    "classes": _classes,
    "fused": _fused,
    "head": _head,
    "digits": _digits,
    "of": _one_of("of", ("data", "parameters")),
    "setting": _one_of("setting", SETTINGS),
    "type": _type,
}

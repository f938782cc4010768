"""What a question must say, kind by kind: ``{"kind", "model", …}`` of the command line, the site and the cards."""

import contextlib
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from challenges.kinds import KINDS
from challenges.pictures import UnknownPicture, stem_of

COUNTS: Final = ("macs", "flops", "additions", "multiplications", "maxima")
SETTINGS: Final = (
    *("kernel_size", "stride", "padding", "groups", "in_channels", "out_channels"),
    *("eps", "momentum", "negative_slope"),
)
CONFIGURED: Final = (
    *("depth_multiple", "width_multiple", "nc", "layers", "backbone_layers", "head_layers"),
    *("scales", "anchors_per_scale"),
)
WHAT: Final = ("class", "confidence", "x", "y", "w", "h")
HIDES: Final = ("drawn_filter", "swapped_layers", "striped_channel")
LARGEST_SIDE: Final = 4096
LARGEST_INDEX: Final = 1_000_000
MOST_CLASSES: Final = 10_000
LONGEST_CLASS_NAME: Final = 60
MOST_PICTURES: Final = 20
_DATASET: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


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
        fields[name] = _READERS_OF_A_KIND.get((kind, name), _READERS[name])(value)
    _check_together(fields)
    return fields


def _check_together(fields: Mapping[str, Any]) -> None:
    """What one field says of another."""
    kind = fields["kind"]
    if kind == "weight_value" and ("name" in fields) == ("layer" in fields):
        raise QuestionError(
            "a weight is named by “name” or by “layer”, one of them",
            "un poids est désigné par « name » ou par « layer », l'un des deux",
        )
    if kind == "output_index":
        needed, other = ("class", "box") if fields["what"] == "class" else ("box", "class")
        if needed not in fields or other in fields:
            raise QuestionError(
                f"“{fields['what']}” goes with “{needed}”, not with “{other}”",
                f"« {fields['what']} » va avec « {needed} », pas avec « {other} »",
            )
    if kind == "detections" and ("picture" in fields) == ("pictures" in fields):
        raise QuestionError(
            "what is looked at is “picture” or “pictures”, one of them",
            "ce que l'on regarde est « picture » ou « pictures », l'un des deux",
        )


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


def _wrap(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise QuestionError("“wrap” is true or false", "« wrap » vaut true ou false")


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


def _seed(value: object) -> int:
    if _is_whole(value, 0, 2**53):
        return value  # type: ignore[return-value]  # just checked
    raise QuestionError("“seed” is a whole number", "« seed » est un nombre entier")


def _class_name(value: object) -> str:
    if isinstance(value, str) and 0 < len(value) <= LONGEST_CLASS_NAME and value.isprintable() and "/" not in value:
        return value
    raise QuestionError("a class is named by a short word", "une classe est désignée par un mot court")


def _class_names(value: object) -> list[str]:
    if isinstance(value, list | tuple) and 1 <= len(value) <= MOST_CLASSES and len(set(map(str, value))) == len(value):
        return [_class_name(name) for name in value]
    raise QuestionError(
        "“classes” is the list of the classes' names, each once, in the class map's order",
        "« classes » est la liste des noms de classes, chacun une fois, dans l'ordre de la liste des classes",
    )


def _picture(value: object) -> str:
    """Its name only: a course that is being looked at brings pictures that are not there yet."""
    if isinstance(value, str):
        with contextlib.suppress(UnknownPicture):
            return stem_of(value)
    raise QuestionError(
        "“picture” is a picture's name, such as crowd-1", "« picture » est le nom d'une image, crowd-1 par exemple"
    )


def _pictures(value: object) -> list[str]:
    if isinstance(value, list | tuple) and 1 <= len(value) <= MOST_PICTURES:
        found = [_picture(name) for name in value]
        if len(set(found)) == len(found):
            return found
    raise QuestionError(
        f"“pictures” is a list of 1 to {MOST_PICTURES} pictures, each once",
        f"« pictures » est une liste de 1 à {MOST_PICTURES} images, chacune une fois",
    )


def pictures_of(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the pictures that a checked question is about."""
    return tuple(fields.get("pictures", ())) or ((fields["picture"],) if "picture" in fields else ())


def _shares(value: object) -> list[float]:
    shares = value if isinstance(value, list | tuple) else ()
    if len(shares) == 3 and all(_is_number(share, 0, 100) for share in shares) and abs(sum(shares) - 100) < 1e-6:
        return list(shares)
    raise QuestionError(
        "“shares” are the percentages of train, val and test; they add up to 100",
        "« shares » sont les pourcentages de train, val et test ; leur somme est 100",
    )


def _epochs(value: object) -> int:
    if _is_whole(value, 1, 100_000):
        return value  # type: ignore[return-value]  # just checked
    raise QuestionError("“epochs” is from 1 to 100000", "« epochs » est compris entre 1 et 100000")


def _ratio(name: str) -> Callable[[object], float]:
    """The reader of a field from 0 to 1."""

    def read(value: object) -> float:
        if _is_number(value, 0, 1):
            return value  # type: ignore[return-value]  # just checked
        raise QuestionError(f"“{name}” is from 0 to 1", f"« {name} » est compris entre 0 et 1")

    return read


def _tolerance(value: object) -> float:
    if _is_number(value, 0, 50):
        return value  # type: ignore[return-value]  # just checked
    raise QuestionError(
        "“tolerance” is a number of points from 0 to 50", "« tolerance » est un nombre de points de 0 à 50"
    )


def _is_number(value: object, least: float, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most


def _whole(name: str, least: int, most: int) -> Callable[[object], int]:
    """The reader of a field that is a whole number."""

    def read(value: object) -> int:
        if _is_whole(value, least, most):
            return value  # type: ignore[return-value]  # just checked
        raise QuestionError(
            f"“{name}” is a whole number from {least} to {most}",
            f"« {name} » est un entier de {least} à {most}",
        )

    return read


def _place(name: str) -> Callable[[object], list[int]]:
    """The reader of a field that is a row and a column."""

    def read(value: object) -> list[int]:
        if isinstance(value, list | tuple) and len(value) == 2 and all(_is_whole(i, 0, LARGEST_SIDE) for i in value):
            return list(value)
        raise QuestionError(
            f"“{name}” is [row, column], counted from 0",
            f"« {name} » est [ligne, colonne], comptées à partir de 0",
        )

    return read


def _dataset(value: object) -> str:
    """No path can be written in it."""
    if isinstance(value, str) and _DATASET.fullmatch(value):
        return value
    raise QuestionError(
        "“dataset” is a name: letters, digits, hyphens and points",
        "« dataset » est un nom : lettres, chiffres, tirets et points",
    )


def _bytes_per_value(value: object) -> int:
    if value in (2, 4) and not isinstance(value, bool):
        return int(value)
    raise QuestionError("“bytes_per_value” is 2 or 4", "« bytes_per_value » vaut 2 ou 4")


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
    "wrap": _wrap,
    "digits": _digits,
    "batch": _whole("batch", 1, 1024),
    "bytes_per_value": _bytes_per_value,
    "scale": _whole("scale", 0, 7),
    "nth": _whole("nth", 0, 15),
    "cell": _place("cell"),
    "what": _one_of("what", WHAT),
    "box": _whole("box", 0, 15),
    "class": _whole("class", 0, MOST_CLASSES),
    "freeze": _whole("freeze", 0, 1000),
    "field": _one_of("field", CONFIGURED),
    "dataset": _dataset,
    "fact": _one_of("fact", ("classes",)),
    "channel": _whole("channel", 0, LARGEST_INDEX),
    "position": _place("position"),
    "hide": _one_of("hide", HIDES),
    "of": _one_of("of", ("data", "parameters")),
    "setting": _one_of("setting", SETTINGS),
    "type": _type,
    "seed": _seed,
    "class_name": _class_name,
    "shares": _shares,
    "tolerance": _tolerance,
    "epochs": _epochs,
    **{name: _ratio(name) for name in ("mixup", "confidence", "iou", "match_iou")},
    "picture": _picture,
    "pictures": _pictures,
}

#: Where a kind means something else by a field's name.
_READERS_OF_A_KIND: Final[Mapping[tuple[str, str], Callable[[object], Any]]] = {
    ("label_files", "classes"): _class_names,
    ("annotation", "classes"): _class_names,
}

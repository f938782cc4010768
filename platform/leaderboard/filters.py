"""What a board may be filtered by, as the fields of a form: the choices are what the course has, nothing more. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from courses.draw import SIZES


def fields(
    classes: Sequence[str],
    rows: Iterable[Mapping[str, Any]],
    lots: Mapping[str, Mapping[str, Any]],
    asked: Mapping[str, str],
) -> list[dict[str, Any]]:
    """``{"name", "value", "choices"}`` of each field that has something to choose from; a number has no choices."""
    groups = sorted({row["group"] for row in rows if row.get("group")})
    yes_no = [("true", _("yes")), ("false", _("no"))]
    made = [
        _field("group", groups if len(groups) > 1 else [], asked),
        _field("class", classes if len(classes) > 1 else [], asked),
    ]
    if lots:
        sizes = [size for size in SIZES if any(lot["size"] == size for lot in lots.values())]
        image_sizes = sorted({lot["image_size"] for lot in lots.values()})
        made += [
            _field("size", sizes, asked),
            _field("image_size", [str(size) for size in image_sizes], asked),
            {"name": "frozen", "value": asked.get("frozen", ""), "choices": yes_no},
            {"name": "matches_lot", "value": asked.get("matches_lot", ""), "choices": yes_no},
        ]
    made = [field for field in made if field["choices"]]
    return [*made, {"name": "at_most_parameters", "value": asked.get("at_most_parameters", ""), "choices": []}]


def _field(name: str, values: Iterable[str], asked: Mapping[str, str]) -> dict[str, Any]:
    return {"name": name, "value": asked.get(name, ""), "choices": [(value, value) for value in values]}

"""``activation_value``: what one channel of a layer gives for a picture: at one place, or on average over its map."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from grader.errors import SubmissionError
from grader.keys.draft import Draft
from grader.keys.seen_in_picture import seen
from grader.keys.subject import Subject

Place = tuple[int, int] | None


def draft(question: Mapping[str, Any], subject: Subject) -> Draft:
    """The value at ``position`` (row, column), or the mean where there is none; all counted from 0."""
    found = seen(question, subject)
    channel = question["channel"]
    place: Place = tuple(question["position"]) if "position" in question else None
    truth = _value(found.asked, channel, place)
    if truth is None:
        raise _out_of_range(found.asked)
    made = Draft(truth=truth)
    _add(made, "one_based_index", _value(found.asked, channel - 1, place), f"channel {channel - 1}")
    if place is None:
        _add(made, "sum_for_mean", float(found.asked[channel].sum()), "the sum of its map")
        _add(made, "maximum_for_mean", float(found.asked[channel].max()), "the largest of its map")
    else:
        row, column = place
        _add(made, "one_based_index", _value(found.asked, channel - 1, (row - 1, column - 1)), "all counted from one")
        _add(made, "one_based_index", _value(found.asked, channel, (row - 1, column - 1)), "place counted from one")
        _add(made, "height_width_swapped", _value(found.asked, channel, (column, row)), "column first")
        _add(made, "mean_for_value", _value(found.asked, channel, None), "the mean of its map")
    for code, maps, detail in found.mistaken:
        _add(made, code, _value(maps, channel, place), detail)
    return made


def _value(maps: Tensor, channel: int, place: Place) -> float | None:
    """None where there is no such channel or place."""
    channels, rows, columns = maps.shape
    if not 0 <= channel < channels:
        return None
    if place is None:
        return float(maps[channel].mean())
    row, column = place
    return float(maps[channel, row, column]) if 0 <= row < rows and 0 <= column < columns else None


def _add(made: Draft, code: str, value: float | None, detail: str) -> None:
    if value is not None:
        made.add_others(code, [(value, detail)])


def _out_of_range(maps: Tensor) -> SubmissionError:
    channels, rows, columns = maps.shape
    return SubmissionError(
        "index_out_of_range",
        {
            "en": f"the layer gives {channels} channels of {rows} × {columns}",
            "fr": f"la couche donne {channels} canaux de {rows} × {columns}",
        },
        {"en": "Channels and places count from 0.", "fr": "Canaux et positions se comptent à partir de 0."},
    )

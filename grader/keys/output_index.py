"""``output_index``: which of Tiny YOLO's 1,470 outputs holds a class score, a confidence or a coordinate."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import permutations
from typing import Any

from grader.errors import SubmissionError
from grader.keys.draft import Draft
from grader.keys.subject import Subject
from ml.zoo import tiny_yolo
from ml.zoo.tiny_yolo_output import BLOCKS, CLASS, Asked, Layout


def draft(question: Mapping[str, Any], subject: Subject) -> Draft:
    """Counted from 0, as Darknet lays the outputs out (``ml.zoo.tiny_yolo_output``)."""
    if subject.model not in tiny_yolo.FAMILY.names:
        raise _another_network()
    layout = Layout(tiny_yolo.CELLS, tiny_yolo.BOXES, subject.own_classes or tiny_yolo.FAMILY.classes)
    asked = _asked(question, layout)
    made = Draft(truth=layout.index(asked))
    for classes_first in (False, True):
        value = layout.interleaved(asked, classes_first=classes_first)
        made.add_others("interleaved_layout", [(value, "all of a cell together")])
    for blocks in permutations(BLOCKS):
        made.add_others("other_block_order", [(replace(layout, blocks=blocks).index(asked), ", ".join(blocks))])
    turned = replace(asked, row=asked.column, column=asked.row)
    made.add_others("height_width_swapped", [(layout.index(turned), "column first")])
    made.add("one_based_index", layout.index(asked) + 1, "the place counted from one")
    less = replace(asked, row=max(asked.row - 1, 0), column=max(asked.column - 1, 0))
    made.add_others("one_based_index", [(layout.index(less), "cells counted from one")])
    if asked.what == CLASS:
        lower = replace(asked, class_index=max(asked.class_index - 1, 0))
        made.add_others("one_based_index", [(layout.index(lower), "classes counted from one")])
    else:
        others = [replace(asked, box=box) for box in range(layout.boxes)]
        made.add_others("other_box", [(layout.index(other), f"box {other.box}") for other in others])
    return made


def _asked(question: Mapping[str, Any], layout: Layout) -> Asked:
    row, column = question["cell"]
    asked = Asked(row, column, question["what"], question.get("box", 0), question.get("class", 0))
    if max(row, column) < layout.cells and asked.box < layout.boxes and asked.class_index < layout.classes:
        return asked
    raise SubmissionError(
        "index_out_of_range",
        {
            "en": f"there are {layout.cells}² cells of {layout.boxes} boxes, and {layout.classes} classes",
            "fr": f"il y a {layout.cells}² cases de {layout.boxes} boîtes, et {layout.classes} classes",
        },
        {"en": "All of them count from 0.", "fr": "Tout se compte à partir de 0."},
    )


def _another_network() -> SubmissionError:
    return SubmissionError(
        "not_tiny_yolo",
        {
            "en": "the layout is known for tiny-yolo-v1 only",
            "fr": "la disposition n'est connue que pour tiny-yolo-v1",
        },
        {"en": "Ask about tiny-yolo-v1.", "fr": "Choisissez tiny-yolo-v1."},
    )

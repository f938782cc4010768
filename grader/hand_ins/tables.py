"""``results.csv`` as YOLOv5 and ultralytics write it, as columns of numbers under names of our own."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from grader.hand_ins.inspection import Unreadable
from grader.hand_ins.texts import text_of

PLACE: Final = "results.csv"
MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 100
EPOCH: Final = "epoch"
#: Our name → what YOLOv5 calls it, what ultralytics does.
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    EPOCH: ("epoch",),
    "train/box": ("train/box_loss",),
    "train/obj": ("train/obj_loss",),
    "train/cls": ("train/cls_loss",),
    "train/dfl": ("train/dfl_loss",),
    "val/box": ("val/box_loss",),
    "val/obj": ("val/obj_loss",),
    "val/cls": ("val/cls_loss",),
    "val/dfl": ("val/dfl_loss",),
    "precision": ("metrics/precision", "metrics/precision(B)"),
    "recall": ("metrics/recall", "metrics/recall(B)"),
    "map50": ("metrics/mAP_0.5", "metrics/mAP50(B)", "metrics/mAP50"),
    "map50_95": ("metrics/mAP_0.5:0.95", "metrics/mAP50-95(B)", "metrics/mAP50-95"),
    "lr": ("x/lr0", "lr/pg0"),
}


@dataclass(frozen=True)
class Table:
    """One training: a column for each name that the file has, all equally long. ``runs`` trainings were in the file."""

    columns: Mapping[str, Sequence[float]]
    runs: int = 1

    def __len__(self) -> int:
        return len(self.columns[EPOCH])

    def of(self, *names: str) -> dict[str, Sequence[float]]:
        """Those of these columns that are there."""
        return {name: self.columns[name] for name in names if name in self.columns}


def read_results(data: bytes) -> Table:
    """The last training of the file. Raises ``Unreadable`` for what is not a results file."""
    rows = _rows(text_of(data, PLACE))
    header = [cell.strip() for cell in rows[0]] if rows else []
    places = {name: header.index(known) for name, spelt in COLUMNS.items() for known in spelt if known in header}
    if EPOCH not in places or "train/box" not in places:
        raise Unreadable("not_results_csv", PLACE)
    lines = [row for row in rows[1:] if [cell.strip() for cell in row] != header]
    if not lines:
        raise Unreadable("results_empty", PLACE)
    values = [{name: _number(row, place) for name, place in places.items()} for row in lines]
    runs = _runs(values)
    return Table({name: [row[name] for row in runs[-1]] for name in places}, len(runs))


def _rows(text: str) -> list[list[str]]:
    first = text.partition("\n")[0]
    is_french = ";" in first and "," not in first  # as a spreadsheet set to French saves it
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if is_french else ",", skipinitialspace=True)
    rows: list[list[str]] = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append([cell.replace(",", ".") for cell in row] if is_french else row)
            if len(rows) > MOST_ROWS or len(row) > MOST_COLUMNS:
                raise Unreadable("results_too_large", PLACE)
    except csv.Error as error:
        raise Unreadable("not_results_csv", PLACE) from error
    return rows


def _number(row: Sequence[str], place: int) -> float:
    """NaN where the training wrote one, or wrote nothing."""
    cell = row[place].strip() if place < len(row) else ""
    try:
        value = float(cell) if len(cell) <= 40 else math.nan
    except ValueError as error:
        if cell:
            raise Unreadable("results_cell", PLACE, cell=cell) from error
        return math.nan
    return value if math.isfinite(value) and abs(value) < 1e12 else math.nan


def _runs(rows: list[dict[str, float]]) -> list[list[dict[str, float]]]:
    """Trainings that were written one after the other into one file: epochs begin again."""
    runs = [[rows[0]]]
    for row in rows[1:]:
        if row[EPOCH] < runs[-1][-1][EPOCH]:
            runs.append([])
        runs[-1].append(row)
    return runs

"""``training_curves``: the four doubts about a training, answered from results.csv and/or the checkpoint.

Did it start? Is it monitored? Did the mAP move? Are the curves plausible? A checkpoint is read as data
(``ml.checkpoints``, no torch): what moved in it moved by training, this one or the one that it began from.
"""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from challenges.key import AnswerKey
from grader.hand_ins.inspection import Inspection, Note, Unreadable, judged, note
from grader.hand_ins.tables import EPOCH, PLACE, Table, read_results

if TYPE_CHECKING:
    from ml.checkpoints import Checkpoint

ORDER: Final = (
    "training_too_short",
    "epochs_not_consecutive",
    "training_diverged",
    "metrics_missing",
    "metrics_impossible",
    "rows_copied",
    "curves_invented",
    "map_never_moved",
    "losses_not_falling",
    "learning_rate_zero",
    "checkpoint_not_trained",
    "checkpoint_classes",
)
LOSSES: Final = ("train/box", "train/obj", "train/cls", "train/dfl")
METRICS: Final = ("precision", "recall", "map50", "map50_95")
DRAWN: Final = (*LOSSES, "val/box", "val/obj", "val/cls", "val/dfl", *METRICS, "lr")
MOST_POINTS: Final = 1_000
LEAST_MOVE: Final = 1e-3  # of the mAP, best against worst
FEWEST_TO_DOUBT: Final = 6  # rows: two points always lie on a line
#: A real curve leaves the straight line between its ends by a tenth of its height; noise alone does more than this.
LEAST_WIGGLE: Final = 1e-3
LEAST_SHIFT: Final = 1e-3  # of a running mean from 0, of a running variance from 1

Doubt = tuple[str, Note]


def rehearse(parts: Collection[str]) -> None:
    """What reads a checkpoint has to be there before the walls are."""
    if "checkpoint" in parts:
        import ml.checkpoints.reader  # noqa: F401


def inspect(question: Mapping[str, Any], key: AnswerKey, files: Mapping[str, bytes]) -> Inspection:
    """The doubts, in the order in which a teacher would have them."""
    if not files.keys() & {"results", "checkpoint"}:
        raise Unreadable("nothing_handed_in")
    doubts: list[Doubt] = []
    notes: list[Note] = []
    understood: list[str] = []
    figures: dict[str, Any] = {}
    if "results" in files:
        table = read_results(files["results"])
        doubts += _doubts(table, question["epochs"])
        notes += [note("several_runs", PLACE, runs=table.runs)] if table.runs > 1 else []
        figures |= _figures(table)
        understood.append(f"{len(table)} epochs · mAP50 {figures['best_map50']:.3f}")
    if "checkpoint" in files:
        checkpoint = _read_checkpoint(files["checkpoint"])
        doubts += _doubts_about(checkpoint, question.get("classes"))
        figures["checkpoint"] = {"parameters": checkpoint.parameters, "classes": len(checkpoint.names)}
        understood.append(f"{checkpoint.architecture[:40]} · {checkpoint.parameters} · {len(checkpoint.names)} classes")
    return judged(
        {mistake for mistake, _ in doubts},
        order=ORDER,
        understood=" · ".join(understood),
        notes=[*(found for _, found in doubts), *notes],
        figures=figures,
    )


def _doubts(table: Table, epochs: int) -> Iterator[Doubt]:
    yield from _started(table, epochs)
    yield from _monitored(table)
    yield from _possible(table)
    yield from _copied(table)
    yield from _moved(table)
    yield from _falling(table)


def _started(table: Table, epochs: int) -> Iterator[Doubt]:
    numbers = table.columns[EPOCH]
    if len(table) < epochs:
        yield "training_too_short", note("too_few_epochs", PLACE, found=len(table), least=epochs)
    for row, (one, other) in enumerate(pairwise(numbers), start=3):
        if other - one != 1:  # NaN too
            yield "epochs_not_consecutive", note("epochs_jump", f"{PLACE}:{row}")
            return


def _monitored(table: Table) -> Iterator[Doubt]:
    for name, column in table.of(*LOSSES).items():
        row = _first(column, lambda value: not math.isfinite(value))
        if row is not None:
            yield "training_diverged", note("loss_not_a_number", f"{PLACE}:{row + 2}", column=name)
            break
    missing = [name for name in ("map50", "map50_95") if name not in table.columns]
    if missing or not any(math.isfinite(value) for value in table.columns["map50"]):
        yield "metrics_missing", note("metrics_missing", PLACE)


def _possible(table: Table) -> Iterator[Doubt]:
    """What no training of anybody gives. NaN is the business of others: no comparison with it holds."""
    for name, column in table.of(*METRICS).items():
        row = _first(column, lambda value: value < 0 or value > 1)
        if row is not None:
            yield "metrics_impossible", note("ratio_impossible", f"{PLACE}:{row + 2}", column=name)
            return
    if {"map50", "map50_95"} <= table.columns.keys():
        margins = [one - other for one, other in zip(table.columns["map50"], table.columns["map50_95"], strict=True)]
        row = _first(margins, lambda value: value < -1e-6)
        if row is not None:
            yield "metrics_impossible", note("map_order", f"{PLACE}:{row + 2}")
            return
    for name, column in table.of(*LOSSES).items():
        # the class loss of a network with one class is zero; that of the boxes never is
        impossible = (lambda value: value <= 0) if name == "train/box" else (lambda value: value < 0)
        row = _first(column, impossible)
        if row is not None:
            yield "metrics_impossible", note("loss_impossible", f"{PLACE}:{row + 2}", column=name)
            return


def _copied(table: Table) -> Iterator[Doubt]:
    """Two epochs never give the same losses; no curve is a ruler's line, nor a calculator's decay."""
    seen: dict[tuple[float, ...], int] = {}
    for row, values in enumerate(zip(*table.of(*LOSSES).values(), strict=True)):
        first = seen.setdefault(values, row)
        if first != row and all(math.isfinite(value) for value in values):
            yield "rows_copied", note("rows_the_same", f"{PLACE}:{row + 2}", first=first + 2)
            break
    for name, column in table.of("train/box", "map50").items():
        logarithms = [math.log(value) for value in column] if all(value > 0 for value in column) else []
        if _is_straight(column) or _is_straight(logarithms):
            yield "curves_invented", note("curve_too_smooth", PLACE, column=name)
            return


def _moved(table: Table) -> Iterator[Doubt]:
    column = [value for value in table.columns.get("map50", ()) if math.isfinite(value)]
    if column and max(column) - min(column) < LEAST_MOVE:
        yield "map_never_moved", note("map_flat", PLACE, epochs=len(column))


def _falling(table: Table) -> Iterator[Doubt]:
    totals = [sum(values) for values in zip(*table.of(*LOSSES).values(), strict=True)]
    third = len(totals) // 3
    if third and not sum(totals[-third:]) < sum(totals[:third]) and all(math.isfinite(value) for value in totals):
        yield "losses_not_falling", note("losses_rise", PLACE)
    rates = table.columns.get("lr", ())
    if rates and not any(value > 0 for value in rates):
        yield "learning_rate_zero", note("learning_rate_zero", PLACE)


def _is_straight(column: Sequence[float]) -> bool:
    """Whether every point lies on the line between the ends, and the ends are apart."""
    count = len(column)
    if count < FEWEST_TO_DOUBT or not all(math.isfinite(value) for value in column):
        return False
    first, last = column[0], column[-1]
    height = abs(last - first)
    line = [first + (last - first) * place / (count - 1) for place in range(count)]
    return height > 0 and max(abs(a - b) for a, b in zip(column, line, strict=True)) < LEAST_WIGGLE * height


def _first(column: Sequence[float], is_so: Any) -> int | None:
    return next((row for row, value in enumerate(column) if is_so(value)), None)


def _figures(table: Table) -> dict[str, Any]:
    """The curves, thinned so that a page can hold them; NaN becomes nothing."""
    columns = table.of(*DRAWN)
    most = MOST_POINTS // (len(columns) + 1)
    step = max(1, -(-len(table) // most))
    rows = range(0, len(table), step)
    best = [value for value in table.columns.get("map50", ()) if math.isfinite(value)]
    return {
        "epochs": len(table),
        "best_map50": round(max(best, default=0.0), 5),
        "curves": {
            "epochs": [_plain(table.columns[EPOCH][row]) for row in rows],
            "series": {name: [_plain(column[row]) for row in rows] for name, column in columns.items()},
        },
    }


def _plain(value: float) -> float | None:
    return round(value, 6) if math.isfinite(value) else None


def _read_checkpoint(data: bytes) -> "Checkpoint":
    from ml.checkpoints import read_checkpoint_bytes
    from ml.errors import Refused

    try:
        return read_checkpoint_bytes(data)
    except Refused as refused:
        raise Unreadable(f"checkpoint:{refused.code}", "", **refused.facts) from refused


def _doubts_about(checkpoint: "Checkpoint", classes: int | None) -> Iterator[Doubt]:
    means = [array for name, array in checkpoint.state.items() if name.endswith(".running_mean")]
    variances = [array for name, array in checkpoint.state.items() if name.endswith(".running_var")]
    moved = sum(bool(abs(array).max() > LEAST_SHIFT) for array in means)
    moved += sum(bool(abs(array - 1).max() > LEAST_SHIFT) for array in variances)
    if 2 * moved < len(means) + len(variances):
        yield "checkpoint_not_trained", note("checkpoint_not_trained", "checkpoint")
    if classes is not None and len(checkpoint.names) != classes:
        found = len(checkpoint.names)
        yield "checkpoint_classes", note("checkpoint_classes", "checkpoint", found=found, asked=classes)

"""What is kept of an evaluation's report for rows of the board, and what of it pairs may read. Pure.

Of the hidden split pairs read ratios whole, but counts of errors only rounded: exact counts, asked for often enough
with slightly different files, say which picture holds what.
"""

from collections.abc import Mapping
from typing import Any, Final

#: Counts are told to the nearest of these; below it, only that they are below.
STEP: Final = 5
FEW: Final = f"<{STEP}"
#: A row names the scores of so many classes at most: a board of 300 pairs is sent whole at every change.
CLASSES_OF_A_ROW: Final = 24
RATIOS: Final = ("map50", "map50_95", "precision", "recall", "f1")
COSTS: Final = ("parameters", "gflops", "ms_per_image", "image_size")
#: The keys of a summary that a page or a call may show.
SUMMARY: Final = (*RATIOS, *COSTS, "architecture", "interval", "per_class")


def report_of(part: Mapping[str, Any], whole: Mapping[str, Any], checkpoint: Mapping[str, Any]) -> dict[str, Any]:
    """The report of one part as it is kept: with what the network costs, without the draws, which stand beside."""
    kept = {name: value for name, value in part.items() if name != "draws"}
    costs = {name: whole[name] for name in COSTS if name in whole}
    network = {name: checkpoint[name] for name in ("architecture", "parameters")}
    return {**kept, **costs, **network}


def summary_of(report: Mapping[str, Any], *, metric: str) -> dict[str, Any]:
    """What a row of the board says of a report; missing figures are None."""
    ratios = {name: _rounded(report.get(name)) for name in RATIOS}
    costs = {name: report.get(name) for name in COSTS}
    return {
        **ratios,
        **costs,
        "architecture": report.get("architecture"),
        "interval": (report.get("intervals") or {}).get(metric) or report.get("interval"),
        "per_class": _per_class(report.get("per_class") or {}),
    }


def for_pairs(report: Mapping[str, Any]) -> dict[str, Any]:
    """A report of the hidden split as its pair may read it: counts of errors to the nearest five."""
    shown = dict(report)
    confusion = shown.get("confusion")
    if isinstance(confusion, Mapping):
        counts = [[rounded_count(count) for count in row] for row in confusion.get("counts", ())]
        shown["confusion"] = {**confusion, "counts": counts}
    if isinstance(shown.get("errors"), Mapping):
        shown["errors"] = {name: rounded_count(count) for name, count in shown["errors"].items()}
    return shown


def rounded_count(count: int | str) -> int | str:
    """To the nearest five; "<5" for none to four. What is rounded already stays."""
    if isinstance(count, str):
        return count
    return FEW if count < STEP else STEP * ((count + STEP // 2) // STEP)


def _per_class(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, float | None] | None:
    if not rows or len(rows) > CLASSES_OF_A_ROW:
        return None
    return {name: _rounded(row.get("ap50_95")) for name, row in rows.items()}


def _rounded(value: Any) -> float | None:
    return None if value is None else round(value, 6)

"""The board as an aligned table: as many columns as the terminal is wide, one's own pair marked."""

from __future__ import annotations

from typing import Any, Callable, Dict, Tuple

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from dlcv.language import say
from dlcv.numbers import decimal, interval, is_number, percent
from dlcv.printable import one_line
from dlcv.shown import line
from dlcv.status_shown import metric_name

Record = Dict[str, Any]
#: A heading, and what stands below it.
Column = Tuple[str, Callable[[Record], str]]

#: So much of a pair's name is shown.
LONGEST_NAME = 32


def show(console: Console, board: Record, *, task: Record, own: str, filters: Record) -> None:
    metric = str(board.get("metric") or task.get("metric") or "map50_95")
    heading = [one_line(task.get("slug")), metric_name(metric), *_state_words(board)]
    line(console, " · ".join(heading), "bold")
    rows = [row for row in board["rows"] if isinstance(row, dict)]
    if not rows:
        line(console, say("No pair answers to all of these.") if filters else say("Nobody is on the board yet."))
        return
    console.print(_fitting(console, rows, _columns(rows, metric, str(filters.get("class", ""))), own))
    if any(row.get("pair") == own for row in rows) and own:
        line(console, say("* your pair; = a shared rank: the scores cannot be told apart"), "dim")


def rank(row: Record) -> str:
    """``1=`` when the rank is shared, a dash without one."""
    if not is_number(row.get("rank")):
        return "–"
    return f"{row['rank']}=" if row.get("tied") else str(row["rank"])


def _fitting(console: Console, rows: list[Record], columns: list[Column], own: str) -> Table:
    """The columns come by importance: from the last one on, those go that do not fit."""
    wide = console.options.update(max_width=10_000)
    for count in range(len(columns), 4, -1):
        table = _table(rows, columns[:count], own)
        if not console.is_terminal or Measurement.get(console, wide, table).maximum <= console.width:
            return table
    return _table(rows, columns[:4], own)


def _table(rows: list[Record], columns: list[Column], own: str) -> Table:
    table = Table(box=None, pad_edge=False, show_edge=False)
    for number, (heading, _) in enumerate(columns):
        table.add_column(heading, justify="left" if number == 1 else "right", no_wrap=True, overflow="ellipsis")
    for row in rows:
        is_own = bool(own) and row.get("pair") == own
        cells = [Text(cell(row)) for _, cell in columns]
        cells[0] = Text("* " if is_own else "  ") + cells[0]
        table.add_row(*cells, style="bold" if is_own else "")
    return table


def _columns(rows: list[Record], metric: str, class_name: str) -> list[Column]:
    """With a class, the score that ranks is that class's AP50-95."""
    score = f"AP50-95 {one_line(class_name)[:LONGEST_NAME]}" if class_name else metric_name(metric)
    measured = [
        (metric_name(name), lambda row, name=name: percent(_of(row, "metrics").get(name)))
        for name in ("map50_95", "map50", "precision", "recall", "f1")
        if class_name or name != metric
    ]
    columns: list[Column] = [
        (say("rank"), rank),
        (say("pair"), lambda row: one_line(row.get("pair"))[:LONGEST_NAME]),
        (score, lambda row: percent(row.get("score"))),
        (say("95% interval"), lambda row: interval(row.get("interval"))),
        *measured[:1],
        (say("network"), lambda row: one_line(_of(row, "metrics").get("architecture") or "")[:LONGEST_NAME]),
        (say("group"), lambda row: one_line(row.get("group") or "")[:LONGEST_NAME]),
        (say("parameters (M)"), lambda row: _number(_of(row, "metrics").get("parameters"), 1e-6, 2)),
        ("GFLOPs", lambda row: _number(_of(row, "metrics").get("gflops"))),
        (say("ms an image"), lambda row: _number(_of(row, "metrics").get("ms_per_image"))),
        (say("image size"), lambda row: _number(_of(row, "metrics").get("image_size"), digits=0)),
        (say("drawn"), _drawn),
        (say("lot"), _lot),
        *measured[1:],
        (say("submissions"), lambda row: _number(row.get("submissions"), digits=0)),
    ]
    # A column that says nothing about anybody is left out; the first four always stand.
    return columns[:4] + [column for column in columns[4:] if any(column[1](row).strip("–") for row in rows)]


def _of(row: Record, name: str) -> Record:
    value = row.get(name)
    return value if isinstance(value, dict) else {}


def _number(value: Any, factor: float = 1.0, digits: int = 1) -> str:
    return decimal(value * factor, digits) if is_number(value) else "–"


def _drawn(row: Record) -> str:
    """What the lot gave the pair to train: ``m 512``, and whether its backbone is frozen."""
    lot = _of(row, "configuration")
    words = [one_line(lot[name]) for name in ("size", "image_size") if lot.get(name) is not None]
    return " ".join([*words, say("frozen backbone")] if lot.get("frozen_backbone") else words)


def _lot(row: Record) -> str:
    """Whether what was handed in is what the pair had drawn."""
    return {True: say("as drawn"), False: say("another")}.get(row.get("matches_lot"), "–")  # type: ignore[arg-type]


def _state_words(board: Record) -> list[str]:
    words = {
        "frozen": say("frozen: the final ranking comes later"),
        "revealed": say("revealed"),
        "public": say("public part of the pictures"),
        "private": say("private part of the pictures"),
    }
    return [words[key] for key in (str(board.get("state")), str(board.get("part"))) if key in words]

"""One submission in words: where it stands, then what came out."""

from __future__ import annotations

from typing import Any, Dict

from rich.console import Console
from rich.table import Table

from dlcv.errors import DONE, FAILED, REFUSED
from dlcv.language import in_language, say
from dlcv.numbers import decimal, duration, interval, is_number, percent, size
from dlcv.printable import one_line
from dlcv.shown import line

Record = Dict[str, Any]

ENDED = ("done", "refused", "failed", "cancelled")
#: What a script learns from the exit code once it has ended.
EXIT_CODES = {"done": DONE, "refused": REFUSED, "cancelled": REFUSED, "failed": FAILED}
METRICS = {"map50_95": "mAP50-95", "map50": "mAP50", "precision": "precision", "recall": "recall", "f1": "F1"}


def metric_name(metric: Any) -> str:
    name = METRICS.get(str(metric), one_line(metric))
    return {"precision": say("precision"), "recall": say("recall")}.get(name, name)


def state_word(status: Any) -> str:
    words = {
        "queued": say("queued"),
        "running": say("running"),
        "done": say("done"),
        "refused": say("refused"),
        "failed": say("failed"),
        "cancelled": say("cancelled"),
    }
    return words.get(str(status), one_line(status))


def stage(one: Record) -> str:
    """Where it is just now, on one line."""
    status, progress = one.get("status"), one.get("progress")
    words = [state_word(status)]
    if status == "queued" and is_number(one.get("position")):
        words = [say("queued: place {place}", place=one["position"])]
    elif status == "running" and isinstance(progress, dict):
        words = [_stage_word(progress)]
    left: Any = one.get("seconds_left")
    if status in ("queued", "running") and is_number(left):
        words.append(say("about {time} to go", time=duration(left)))
    return ", ".join(words)


def share_done(one: Record) -> float | None:
    """How much of the pictures are done, 0…1; None while nobody knows."""
    progress = one.get("progress")
    if not isinstance(progress, dict) or progress.get("stage") != "predicting":
        return None
    done, total = progress.get("done"), progress.get("total")
    return min(1.0, done / total) if is_number(done) and is_number(total) and total else None


def show(console: Console, one: Record, metric: str) -> None:
    checkpoint = one.get("checkpoint") or {}
    head = [f"#{one.get('id')}", checkpoint.get("name", ""), one.get("task", ""), one.get("pair", "")]
    if is_number(checkpoint.get("size")):
        head.append(size(checkpoint["size"]))
    line(console, " · ".join(str(word) for word in head if word), "bold")
    line(console, stage(one))
    if one.get("status") == "done":
        _show_figures(console, one, metric)
    for said, style in ((one.get("reason"), "bold"), (one.get("advice"), "")):
        if in_language(said):
            line(console, in_language(said), style)
    if one.get("error_id"):
        line(console, say("Incident {number}", number=one["error_id"]))
    _show_quota(console, one.get("quota"))


def _show_figures(console: Console, one: Record, metric: str) -> None:
    figures = one.get("metrics") or {}
    intervals = figures.get("intervals")
    bounds = interval(intervals.get(metric) if isinstance(intervals, dict) else figures.get("interval"))
    score = f"{metric_name(metric)} {percent(one.get('score'))}"
    private = one.get("private") or {}
    line(console, f"{score} ({say('95% interval: {bounds}', bounds=bounds)})" if bounds else score, "bold green")
    if one.get("is_held_back"):
        line(console, say("No significant gain over your earlier one: the board keeps that score."))
    if is_number(private.get("score")):
        line(console, say("On the private part: {score}", score=percent(private["score"])), "bold green")
    if one.get("is_chosen"):
        line(console, say("Chosen: it stands for your pair."))
    others = [f"{metric_name(name)} {percent(figures[name])}" for name in METRICS if name != metric and name in figures]
    if others:
        line(console, ", ".join(others))
    facts = _facts({**figures, **(one.get("model") or {})})
    if facts:
        line(console, facts)
    _show_classes(console, figures.get("per_class"))


def _facts(figures: Record) -> str:
    words = [one_line(figures["architecture"])] if figures.get("architecture") else []
    if is_number(figures.get("parameters")):
        words.append(say("{count} million parameters", count=decimal(figures["parameters"] / 1e6, 2)))
    if is_number(figures.get("gflops")):
        words.append(f"{decimal(figures['gflops'])} GFLOPs")
    if is_number(figures.get("ms_per_image")):
        words.append(say("{count} ms an image", count=decimal(figures["ms_per_image"])))
    return ", ".join(words)


def _show_classes(console: Console, classes: Any) -> None:
    if not isinstance(classes, dict) or not classes:
        return
    table = Table(box=None, pad_edge=False, show_edge=False)
    table.add_column(say("class"), overflow="fold")
    for name in ("AP50", "AP50-95", say("precision"), say("recall"), say("objects")):
        table.add_column(name, justify="right", no_wrap=True)
    for name, row in classes.items():
        figures = [percent(row.get(key)) for key in ("ap50", "ap50_95", "precision", "recall")]
        table.add_row(one_line(name), *figures, one_line(row.get("instances", "–")))
    console.print(table)


def _show_quota(console: Console, quota: Any) -> None:
    if isinstance(quota, dict) and is_number(quota.get("used")) and is_number(quota.get("limit")):
        line(console, say("Evaluations used today: {used} of {limit}", used=quota["used"], limit=quota["limit"]), "dim")


def _stage_word(progress: Record) -> str:
    where = progress.get("stage")
    if where == "predicting":
        return say("predicting: image {done} of {total}", done=progress.get("done"), total=progress.get("total"))
    if where == "scoring":
        return say("comparing the boxes with the hidden labels")
    return say("reading the checkpoint as data")

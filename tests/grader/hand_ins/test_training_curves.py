"""TRAIN: real-looking curves pass in both headers, each of the four doubts is named, a checkpoint is read as data."""

import json
import math
import random
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from challenges.key import AnswerKey
from fixtures.benign.tiny import tiny_configuration, tiny_network
from fixtures.benign.yolov5_file import save_yolov5
from grader import check_hand_in
from grader.hand_ins.inspection import Inspection, Unreadable
from grader.hand_ins.training_curves import inspect
from tests.grader.hand_ins.making import key_of

QUESTION = {"kind": "training_curves", "epochs": 5}
KEY: AnswerKey = key_of(QUESTION)
WEIGHTS = Path(__file__).parents[3] / "fixtures" / "weights"

YOLOV5 = [
    *("epoch", "train/box_loss", "train/obj_loss", "train/cls_loss", "metrics/precision", "metrics/recall"),
    *("metrics/mAP_0.5", "metrics/mAP_0.5:0.95", "val/box_loss", "val/obj_loss", "val/cls_loss", "x/lr0"),
]
ULTRALYTICS = [
    *("epoch", "time", "train/box_loss", "train/cls_loss", "train/dfl_loss", "metrics/precision(B)"),
    *("metrics/recall(B)", "metrics/mAP50(B)", "metrics/mAP50-95(B)", "val/box_loss", "val/cls_loss", "val/dfl_loss"),
    "lr/pg0",
]

Rows = list[dict[str, float]]


def training(header: list[str], epochs: int = 20, seed: int = 1) -> Rows:
    """Curves as a network draws them: falling with noise, a mAP that gropes its way up."""
    noise = random.Random(seed)
    rows: Rows = []
    for epoch in range(epochs):
        row: dict[str, float] = {}
        done = 1 - math.exp(-epoch / 8)
        map50 = max(0.0, 0.6 * done + noise.gauss(0, 0.02))
        for name in header:
            if "_loss" in name:
                row[name] = 0.02 + 0.1 * (1 - 0.6 * done) * noise.gauss(1, 0.03)
            elif "0.95" in name or "50-95" in name:
                row[name] = 0.45 * map50
            elif "mAP" in name:
                row[name] = map50
            elif "metrics" in name:
                row[name] = min(1.0, max(0.0, 0.7 * done + noise.gauss(0, 0.03)))
        row |= {"epoch": float(epoch + (header is ULTRALYTICS)), "time": 12.5 * (epoch + 1)}
        row |= {"x/lr0": 0.01 * (1 - epoch / epochs), "lr/pg0": 0.01 * (1 - epoch / epochs)}
        rows.append(row)
    return rows


def csv_of(rows: Rows, header: list[str]) -> bytes:
    """As YOLOv5 pads it."""
    lines = [",".join(f"{name:>20}" for name in header)]
    lines += [",".join(f"{row[name]:20.5g}" for name in header) for row in rows]
    return "\n".join([*lines, ""]).encode()


def judged(data: bytes) -> Inspection:
    return inspect(QUESTION, KEY, {"results": data})


@pytest.mark.parametrize("header", [YOLOV5, ULTRALYTICS], ids=["YOLOv5", "ultralytics"])
@pytest.mark.parametrize("epochs", [5, 20, 300])
def test_a_real_training_passes_and_its_curves_are_given_to_the_page(header: list[str], epochs: int) -> None:
    inspection = judged(csv_of(training(header, epochs), header))
    assert inspection.verdict == "correct", inspection.notes
    curves = inspection.figures["curves"]
    assert {"train/box", "map50", "map50_95", "lr"} <= set(curves["series"])
    points = len(curves["epochs"]) + sum(map(len, curves["series"].values()))
    assert points <= 1_000
    assert inspection.figures["epochs"] == epochs


@pytest.mark.parametrize(
    "dressed",
    [
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: text.replace(b",", b";").replace(b".", b",").replace(b"mAP_0,5:0,95", b"mAP_0.5:0.95")
        .replace(b"mAP_0,5", b"mAP_0.5"),
        lambda text: text + b"\n\n",
        lambda text: text + text,
    ],
    ids=["CRLF", "BOM", "French spreadsheet", "blank lines", "two runs in one file"],
)  # fmt: skip
def test_what_editors_do_to_a_table_is_forgiven(dressed: Callable[[bytes], bytes]) -> None:
    assert judged(dressed(csv_of(training(YOLOV5), YOLOV5))).verdict == "correct"


def _short(rows: Rows) -> None:
    del rows[4:]


def _gap(rows: Rows) -> None:
    del rows[7]


def _diverged(rows: Rows) -> None:
    for row in rows[8:]:
        row["train/box_loss"] = math.nan


def _unwatched(rows: Rows) -> None:
    for row in rows:
        row["metrics/mAP_0.5"] = row["metrics/mAP_0.5:0.95"] = math.nan


def _too_good(rows: Rows) -> None:
    rows[-1]["metrics/mAP_0.5"] = 1.2


def _strict_above(rows: Rows) -> None:
    for row in rows:
        row["metrics/mAP_0.5:0.95"], row["metrics/mAP_0.5"] = row["metrics/mAP_0.5"], row["metrics/mAP_0.5:0.95"]


def _negative(rows: Rows) -> None:
    rows[3]["train/obj_loss"] = -0.1


def _copied(rows: Rows) -> None:
    rows[9] = {**rows[8], "epoch": rows[9]["epoch"]}


def _ruler(rows: Rows) -> None:
    for place, row in enumerate(rows):
        row["train/box_loss"] = 0.1 - 0.004 * place


def _decay(rows: Rows) -> None:
    for place, row in enumerate(rows):
        row["train/box_loss"] = 0.1 * 0.9**place


def _flat(rows: Rows) -> None:
    for row in rows:
        row["metrics/mAP_0.5"] = row["metrics/mAP_0.5:0.95"] = 0.0


def _rising(rows: Rows) -> None:
    losses = [{name: row[name] for name in row if name.startswith("train/")} for row in reversed(rows)]
    for row, other in zip(rows, losses, strict=True):
        row |= other


def _frozen_rate(rows: Rows) -> None:
    for row in rows:
        row["x/lr0"] = 0.0


@pytest.mark.parametrize(
    ("slip", "mistake"),
    [
        (_short, "training_too_short"),
        (_gap, "epochs_not_consecutive"),
        (_diverged, "training_diverged"),
        (_unwatched, "metrics_missing"),
        (_too_good, "metrics_impossible"),
        (_strict_above, "metrics_impossible"),
        (_negative, "metrics_impossible"),
        (_copied, "rows_copied"),
        (_ruler, "curves_invented"),
        (_decay, "curves_invented"),
        (_flat, "map_never_moved"),
        (_rising, "losses_not_falling"),
        (_frozen_rate, "learning_rate_zero"),
    ],
)
def test_each_doubt_is_named(slip: Callable[[Rows], None], mistake: str) -> None:
    rows = training(YOLOV5)
    slip(rows)
    inspection = judged(csv_of(rows, YOLOV5))
    assert (inspection.verdict, inspection.mistake) == ("wrong", mistake), inspection.notes
    json.dumps(inspection.to_json(), allow_nan=False)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"a,b\n1,2\n", "not_results_csv"),
        (b"", "not_results_csv"),
        (b"epoch,train/box_loss\n", "results_empty"),
        (b"epoch,train/box_loss\n0,=cmd()\n", "results_cell"),
        (b"epoch,train/box_loss" + b",x" * 200 + b"\n", "results_too_large"),
        (b"epoch,train/box_loss\n" + b"0,1\n" * 30_000, "results_too_large"),
        (b"\0\0\0", "not_text"),
        (b'epoch,"' + b"x" * 200_000, "not_results_csv"),
    ],
)
def test_what_is_no_results_file_is_malformed(data: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        judged(data)
    assert refused.value.note.code == code


@pytest.mark.parametrize("name", ["charlie_yolov5n.pt", "charlie_yolov8n.pt", "charlie_yolo11n.pt"])
def test_a_trained_checkpoint_alone_is_enough_inside_the_walls(name: str) -> None:
    report = check_hand_in({**QUESTION, "classes": 4}, KEY, {"checkpoint": WEIGHTS / name})
    assert report.verdict == "correct", report.findings
    assert report.figures["checkpoint"]["classes"] == 4


def test_both_parts_are_judged_together(tmp_path: Path) -> None:
    results = tmp_path / "results.csv"
    results.write_bytes(csv_of(training(YOLOV5, 3), YOLOV5))
    files = {"results": results, "checkpoint": WEIGHTS / "charlie_yolov5n.pt"}
    report = check_hand_in({**QUESTION, "classes": 80}, KEY, files)
    assert report.mistake == "training_too_short"
    assert {"checkpoint", "results.csv"} == {finding.where for finding in report.findings}


def test_a_checkpoint_that_never_learnt_is_told(tmp_path: Path) -> None:
    network = tiny_network(tiny_configuration())
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.reset_running_stats()
    file = tmp_path / "new.pt"
    with file.open("wb") as opened:
        save_yolov5(network, opened, config=tiny_configuration(), names=("charlie", "glasses", "mug"))
    report = check_hand_in(QUESTION, KEY, {"checkpoint": file})
    assert (report.verdict, report.mistake) == ("wrong", "checkpoint_not_trained")


def test_a_checkpoint_that_cannot_be_read_says_why_as_an_evaluation_would(tmp_path: Path) -> None:
    file = tmp_path / "best.pt"
    file.write_bytes(b"GIF89a" + bytes(100))
    report = check_hand_in(QUESTION, KEY, {"checkpoint": file})
    assert report.verdict == "malformed"
    assert report.advice["fr"] != report.advice["en"]


def test_nothing_at_all_is_malformed() -> None:
    with pytest.raises(Unreadable):
        inspect(QUESTION, KEY, {})

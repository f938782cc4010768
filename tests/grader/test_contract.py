"""Jobs and outcomes cross process borders as JSON: strictly read, exactly written."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from grader import Job, Outcome, Progress
from grader.contract import Limits, Settings, read_json

ROOT = Path(__file__).resolve().parents[2]

JOB: dict[str, Any] = {
    "version": 1,
    "id": "job-7",
    "weights": "weights/best.pt",
    "data": "charlie/data.yaml",
    "split": "test",
    "image_size": 416,
    "classes": ["charlie", "glasses", "mug", "key"],
}

ROW = {"ap50": 0.5, "ap50_95": 0.25, "precision": 0.5, "recall": 0.5, "instances": 4}
DONE: dict[str, Any] = {
    "version": 1,
    "job": "job-7",
    "status": "done",
    "metrics": {
        "map50": 0.5,
        "map50_95": 0.25,
        "precision": 0.5,
        "recall": 0.5,
        "images": 3,
        "instances": 4,
        "per_class": {"charlie": ROW},
        "curves": {"charlie": [[0.0, 1.0], [1.0, 0.0]]},
    },
    "checkpoint": {
        "format": "yolov5",
        "architecture": "yolov5n",
        "classes": ["charlie"],
        "parameters": 1_765_270,
        "image_size": 416,
        "digest": "sha256:" + "0" * 64,
    },
    "reason": None,
    "advice": None,
    "error_id": None,
    "log": ["sealed"],
    "seconds": {"total": 3.5},
}


def changed(value: dict[str, Any], path: str, new: object) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(value))
    *folders, name = path.split("/")
    place = copy
    for folder in folders:
        place = place[folder]
    place[name] = new
    return copy


def test_a_job_survives_the_journey_through_json() -> None:
    job = Job.from_json(JOB)
    assert Job.from_json(json.loads(json.dumps(job.to_json()))) == job
    assert job.settings == Settings(confidence=0.001, iou=0.6, max_detections=300)
    assert job.limits == Limits()


def test_a_job_keeps_the_settings_and_limits_it_is_given() -> None:
    job = Job.from_json({**JOB, "settings": {"iou": 0.5}, "limits": {"cpu_seconds": 5}})
    assert job.settings.iou == 0.5
    assert job.settings.max_detections == 300
    assert job.limits.cpu_seconds == 5.0


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("version", 2),
        ("version", True),
        ("id", ""),
        ("id", 7),
        ("weights", "a\0b"),
        ("split", "hidden"),
        ("image_size", 417),
        ("image_size", 0),
        ("image_size", 416.0),
        ("image_size", 10**9),
        ("classes", []),
        ("classes", ["a", "a"]),
        ("classes", "charlie"),
        ("classes", ["x" * 300]),
        ("settings", {"confidence": 2}),
        ("settings", {"confidence": float("nan")}),
        ("settings", {"confidense": 0.1}),
        ("settings", {"max_detections": True}),
        ("settings", {"letterbox": "stretch"}),
        ("limits", {"memory_bytes": 1}),
        ("limits", {"threads": 10**6}),
        ("limits", []),
        ("run", "rm -rf"),
    ],
)
def test_a_job_with_something_wrong_is_refused_by_the_name_of_the_field(path: str, value: object) -> None:
    with pytest.raises(ValueError, match=path):
        Job.from_json(changed(JOB, path, value))


@pytest.mark.parametrize("field", sorted(JOB))
def test_a_job_with_something_missing_is_refused_by_its_name(field: str) -> None:
    with pytest.raises(ValueError, match=field):
        Job.from_json({k: v for k, v in JOB.items() if k != field})


def test_an_outcome_survives_the_journey_through_json() -> None:
    outcome = Outcome.from_json(DONE)
    assert Outcome.from_json(json.loads(json.dumps(outcome.to_json()))) == outcome
    assert outcome.to_json() == DONE


def test_a_class_without_ground_truth_may_have_no_average_precision() -> None:
    row = {**ROW, "ap50": None, "ap50_95": None, "instances": 0}
    assert Outcome.from_json(changed(DONE, "metrics/per_class/charlie", row)).status == "done"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("status", "won"),
        ("metrics", None),
        ("metrics/map50", 1.01),
        ("metrics/map50", float("nan")),
        ("metrics/map50", "0.9"),
        ("metrics/images", -1),
        ("metrics/per_class", []),
        ("metrics/per_class/charlie", {"ap50": 2, "instances": 1}),
        ("metrics/curves", float("inf")),
        ("checkpoint", None),
        ("checkpoint/digest", "sha256:../../etc/passwd"),
        ("checkpoint/parameters", -4),
        ("checkpoint/classes", ["x" * 201]),
        ("checkpoint/pickle", "gASV"),
        ("log", ["x" * 1001]),
        ("seconds", {"total": -1}),
        ("reason", {"en": "only English"}),
        ("forged", 1),
    ],
)
def test_an_outcome_with_something_wrong_is_refused(path: str, value: object) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Outcome.from_json(changed(DONE, path, value))


@pytest.mark.parametrize("status", ["refused", "failed"])
def test_an_outcome_that_is_not_done_carries_no_score(status: str) -> None:
    with pytest.raises(ValueError, match="metrics without being done"):
        Outcome.from_json(changed(DONE, "status", status))


def test_a_refusal_needs_its_sentences_and_a_failure_its_id() -> None:
    bare = {**DONE, "metrics": None, "checkpoint": None}
    with pytest.raises(ValueError, match="refused"):
        Outcome.from_json({**bare, "status": "refused"})
    with pytest.raises(ValueError, match="error id"):
        Outcome.from_json({**bare, "status": "failed"})


def test_endless_nesting_is_refused_and_does_not_end_the_process() -> None:
    with pytest.raises(ValueError, match="deep"):
        read_json("[" * 200_000 + "]" * 200_000)
    nested: list[Any] = []
    for _ in range(50):
        nested = [nested]
    with pytest.raises(ValueError, match="deep"):
        Outcome.from_json(changed(DONE, "metrics/curves", nested))


@pytest.mark.parametrize("text", ['{"a": NaN}', '{"a": 1, "a": 2}', "{", "\x00", ""])
def test_json_that_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_json(text)


def test_progress_never_runs_past_its_total() -> None:
    progress = Progress("predicting", 3, 60)
    assert Progress.from_json(progress.to_json()) == progress
    with pytest.raises(ValueError, match="done"):
        Progress.from_json({"stage": "predicting", "done": 61, "total": 60})


def test_the_web_process_opens_the_door_without_torch_numpy_or_opencv() -> None:
    program = (
        "import sys, grader; grader.AnswerKey; grader.Verdict; grader.check_answer;"
        "print(sorted({'torch', 'numpy', 'cv2', 'ultralytics', 'ml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_door_has_exactly_its_names() -> None:
    import grader

    with pytest.raises(AttributeError):
        grader.conduct  # noqa: B018
    assert all(hasattr(grader, name) for name in grader.__all__)

"""Jobs and outcomes cross process borders as JSON: strictly read, exactly written."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from grader import Job, Outcome, Progress
from grader.contract import Limits, Settings, read_json
from tests.outcomes import an_outcome

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

#: What an outcome of an earlier version does not have.
NEWER: dict[str, Any] = {"safe_log": [], "parts": None, "record": None, "gallery": None, "sketch": None}

FULL = an_outcome(0.5, public=0.5, private=0.4).to_json()
CHANCES = [0.5] * 101


def changed(value: dict[str, Any], path: str, new: object) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(value))
    *folders, name = path.split("/")
    place: Any = copy
    for folder in folders:
        place = place[int(folder) if isinstance(place, list) else folder]
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
        ("convention", "voc"),
        ("configuration", "yolov5s; rm"),
        ("configuration", "../yolov5s"),
        ("configuration", "x" * 41),
        ("public_percent", 0),
        ("public_percent", 101),
        ("public_percent", 50.0),
        ("parts_seed", None),
        ("parts_seed", "x" * 201),
        ("gallery_split", "hidden"),
        ("gallery_split", "test"),
        ("device", "tpu"),
        ("pretrained", "yolov5n.pt"),
        ("pretrained", [""]),
        ("pretrained", ["x"] * 51),
    ],
)
def test_a_job_with_something_wrong_is_refused_by_the_name_of_the_field(path: str, value: object) -> None:
    with pytest.raises(ValueError, match=path):
        Job.from_json(changed(JOB, path, value))


def test_a_job_keeps_what_the_course_chose() -> None:
    chosen = {
        "convention": "coco",
        "configuration": "yolov5s",
        "public_percent": 50,
        "parts_seed": "5eed",
        "gallery_split": "val",
        "device": "cuda",
        "pretrained": ["published/yolov5n.pt"],
    }
    job = Job.from_json({**JOB, **chosen})
    assert {**job.to_json(), **chosen} == job.to_json()
    assert Job.from_json(json.loads(json.dumps(job.to_json()))) == job
    assert job.pretrained == (Path("published/yolov5n.pt"),)


@pytest.mark.parametrize("field", sorted(JOB))
def test_a_job_with_something_missing_is_refused_by_its_name(field: str) -> None:
    with pytest.raises(ValueError, match=field):
        Job.from_json({k: v for k, v in JOB.items() if k != field})


def test_an_outcome_survives_the_journey_through_json() -> None:
    outcome = Outcome.from_json(DONE)
    assert Outcome.from_json(json.loads(json.dumps(outcome.to_json()))) == outcome
    assert outcome.to_json() == {**DONE, **NEWER}


def test_an_outcome_with_everything_survives_the_journey_too() -> None:
    outcome = Outcome.from_json(FULL)
    assert outcome.to_json() == FULL
    assert Outcome.from_json(json.loads(json.dumps(FULL))) == outcome
    assert outcome.parts is not None
    assert set(outcome.parts) == {"public", "private"}
    assert len(outcome.parts["private"]["draws"]["map50_95"]) == 200


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
        ("metrics/f1", -0.1),
        ("metrics/gflops", -1),
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


PUBLIC = "parts/public"
PICTURE = "gallery/images"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("parts", {"public": FULL["metrics"]}),
        ("parts/secret", {}),
        (f"{PUBLIC}/seconds", {}),  # beside the whole split's figures only
        (f"{PUBLIC}/map50", None),
        (f"{PUBLIC}/curves/precision", [0.5] * 100),
        (f"{PUBLIC}/curves/precision", [*CHANCES[1:], float("nan")]),
        (f"{PUBLIC}/curves/precision", [*CHANCES[1:], True]),
        (f"{PUBLIC}/curves/per_class/charlie", {"precision": CHANCES, "recall": CHANCES}),
        (f"{PUBLIC}/pr/per_class/charlie", [[0.5, 0.5]] * 101),
        (f"{PUBLIC}/pr/per_class", {str(number): CHANCES for number in range(101)}),
        (f"{PUBLIC}/confusion/counts", [[1, 2, 3]]),
        (f"{PUBLIC}/confusion/counts", [[1, 2], [3, 4], [5, 6]]),
        (f"{PUBLIC}/confusion/counts", [[1, 2, -3]] * 3),
        (f"{PUBLIC}/errors", {"missed": 1}),
        (f"{PUBLIC}/per_size/small/instances", None),
        (f"{PUBLIC}/per_size/tiny", {}),
        (f"{PUBLIC}/conventions/coco/map50", 1.5),
        (f"{PUBLIC}/conventions/voc", {}),
        (f"{PUBLIC}/intervals/map50", [0.1]),
        (f"{PUBLIC}/draws/map50", [0.5] * 199),
        ("record", {}),
        ("record/weights", "sha256:0"),
        ("record/convention", "voc"),
        ("record/machine/cores", 0),
        ("record/machine/secret", "x"),
        ("record/settings", []),
        ("gallery/names", "charlie"),
        ("gallery/split", "hidden"),
        (PICTURE, [FULL["gallery"]["images"][0]] * 201),  # type: ignore[index]
        (f"{PICTURE}/0/image", "../../etc/passwd"),
        (f"{PICTURE}/0/image", "/etc/passwd"),
        (f"{PICTURE}/0/width", 0),
        (f"{PICTURE}/0/truths/0/class", "<script>"),
        (f"{PICTURE}/0/truths/0/box", [0, 0, float("inf"), 1]),
        (f"{PICTURE}/0/truths/0/found", 1),
        (f"{PICTURE}/0/found/0/truth", 2),
        (f"{PICTURE}/0/found/0/verdict", "wonderful"),
        ("sketch", "not base64!"),
        ("sketch", "AAAA" * 21_846),
        ("safe_log", ["x" * 1001]),
    ],
)  # fmt: skip
def test_a_part_a_record_or_a_gallery_with_something_wrong_is_refused(path: str, value: object) -> None:
    with pytest.raises(ValueError, match=path.split("/")[0]):
        Outcome.from_json(changed(FULL, path, value))


def test_an_outcome_keeps_no_confusion_matrix_of_hundreds_of_classes() -> None:
    outcome = Outcome.from_json(changed(FULL, "metrics/confusion", None))
    assert outcome.metrics is not None
    assert outcome.metrics["confusion"] is None


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
        Outcome.from_json(changed(FULL, "metrics/seconds", {"total": nested}))


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

"""Predictions meet hidden labels: classes by name, boxes read as bytes, and how sure the score is."""

import json
import re
import unicodedata
from dataclasses import replace

import numpy as np
import pytest

from grader import refusals
from grader.errors import SubmissionError
from grader.parts import public_clusters
from grader.prediction import detections_from
from grader.reports import DRAWS, read_report
from grader.score import class_map, measure
from grader.uncertainty import SEED, Drawable, draws, intervals
from ml.checkpoints.sentences import SENTENCES
from ml.detection.boxes import SplitBoxes
from ml.detection.conventions import CONVENTIONS, Judge
from ml.detection.metrics import measure_boxes
from tests.ml.detection.worlds import World, make

TASK = ("charlie", "glasses", "mug")


def rows(*values: tuple[float, ...]) -> bytes:
    return np.array(values, dtype="<f4").tobytes()


@pytest.mark.parametrize(
    ("found", "index"),
    [
        (TASK, [0, 1, 2]),
        (("mug", "charlie", "glasses"), [2, 0, 1]),
        (("Mug", " CHARLIE", "glasses "), [2, 0, 1]),
    ],
)
def test_classes_are_matched_by_name_whatever_their_order(found: tuple[str, ...], index: list[int]) -> None:
    mapped = class_map(found, TASK)
    assert mapped.index.tolist() == index
    assert mapped.renumbered is (index != [0, 1, 2])


def test_an_accent_is_the_same_in_one_character_and_in_two() -> None:
    names = ("élève", "Œuvre", "mug")
    decomposed = tuple(unicodedata.normalize("NFD", name) for name in names)
    assert decomposed != names
    assert class_map(decomposed, names).index.tolist() == [0, 1, 2]
    assert class_map(names, decomposed).index.tolist() == [0, 1, 2]


def test_a_task_may_have_classes_that_differ_by_a_capital_alone() -> None:
    assert class_map(("b", "a", "A"), ("A", "a", "b")).index.tolist() == [2, 1, 0]
    with pytest.raises(SubmissionError):
        class_map(("B", "a", "A"), ("A", "a", "b"))


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ((), "class_count"),
        (("charlie",), "class_count"),
        ((*TASK, "key"), "class_count"),
        (("0", "1", "2"), "class_names"),
        (("charlie", "mug", "mug"), "class_names"),
        (("charlie", "mug", "MUG"), "class_names"),
        (("charlie", "glasses", "mugs"), "class_names"),
    ],
)
def test_other_classes_are_refused_and_the_right_ones_named(found: tuple[str, ...], code: str) -> None:
    with pytest.raises(SubmissionError) as refused:
        class_map(found, TASK)
    assert refused.value.code == code
    for language in ("en", "fr"):
        assert "charlie, glasses, mug" in refused.value.advice[language]


def test_a_thousand_class_names_make_a_short_sentence() -> None:
    with pytest.raises(SubmissionError) as refused:
        class_map([f"{'x' * 150}\u202e{number}" for number in range(1_000)], TASK)
    assert len(refused.value.reason["en"]) < 500
    assert refused.value.reason["en"].isprintable()


def test_boxes_come_back_in_descending_confidence_whatever_order_they_were_sent_in() -> None:
    found = detections_from(rows((0, 0, 1, 1, 0.2, 1), (0, 0, 2, 2, 0.9, 0)), most=300, classes=2)
    assert found.confidence.tolist() == pytest.approx([0.9, 0.2])
    assert found.class_index.tolist() == [0, 1]
    assert found.xyxy.tolist() == [[0, 0, 2, 2], [0, 0, 1, 1]]


def test_a_picture_without_boxes_is_an_honest_answer() -> None:
    assert len(detections_from(b"", most=300, classes=2)) == 0


@pytest.mark.parametrize(
    "payload",
    [
        rows((0, 0, 1, 1, 0.5, 2)),
        rows((0, 0, 1, 1, 0.5, -1)),
        rows((0, 0, 1, 1, 0.5, 0.5)),
        rows((0, 0, 1, 1, 1.5, 0)),
        rows((0, 0, 1, 1, -0.1, 0)),
        rows((0, np.nan, 1, 1, 0.5, 0)),
        rows((0, 0, np.inf, 1, 0.5, 0)),
        rows((0, 0, 1e30, 1, 0.5, 0)),
        rows(*[(0, 0, 1, 1, 0.5, 0)] * 3),
        rows((0, 0, 1, 1, 0.5, 0))[:-1],
    ],
)
def test_boxes_that_no_network_gives_are_refused(payload: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        detections_from(payload, most=2, classes=2)


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_every_refusal_of_the_reader_can_be_said_again_here(code: str) -> None:
    bare = refusals.from_child(code, {})
    facts = dict.fromkeys(re.findall(r"\{(\w+)\}", "".join(SENTENCES[code][0])), "7")
    complete = refusals.from_child(code, facts)
    assert complete.code == code
    assert "{" not in complete.reason["fr"]
    assert bare.code == (code if not facts else "unreadable")


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        ("no_such_code", {}),
        (None, {}),
        (["forbidden_name"], {}),
        ("forbidden_name", None),
        ("forbidden_name", {"name": 7}),
        ("forbidden_name", {"name": "x" * 201}),
        ("forbidden_name", {f"name{number}": "x" for number in range(50)}),
        ("forbidden_name", {"other": "x"}),
    ],
)
def test_a_refusal_that_is_not_ours_becomes_the_plainest_one(code: object, facts: object) -> None:
    assert refusals.from_child(code, facts).code == "unreadable"


def drawn_again(boxes: SplitBoxes, pictures: np.ndarray, convention: str) -> tuple[float, float]:
    """mAP of pictures repeated in full, by the evaluator itself: slow and obvious."""
    rows = [np.flatnonzero(boxes.image == picture) for picture in pictures]
    labels = [np.flatnonzero(boxes.label_image == picture) for picture in pictures]
    detection, label = np.concatenate(rows), np.concatenate(labels)
    repeated = SplitBoxes(
        boxes.xyxy[detection],
        boxes.confidence[detection],
        boxes.class_index[detection],
        np.repeat(np.arange(len(rows)), [len(one) for one in rows]),
        boxes.label_xyxy[label],
        boxes.label_drawn[label],
        boxes.label_class[label],
        np.repeat(np.arange(len(labels)), [len(one) for one in labels]),
        len(pictures),
    )
    metrics = measure_boxes(repeated, [str(index) for index in range(9)], convention)
    return metrics.map50, metrics.map50_95


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_draws_are_those_of_clusters_really_drawn_again(convention: str) -> None:
    boxes = make(World(images=12, classes=2, labels=8), 3)
    cluster = np.repeat(np.arange(4), 3)
    generator = np.random.default_rng(SEED)
    expected = []
    for _ in range(20):
        chosen = generator.integers(0, 4, 4)
        expected.append(
            drawn_again(boxes, np.concatenate([np.flatnonzero(cluster == one) for one in chosen]), convention)
        )
    found = draws(Judge(boxes)(convention), boxes, cluster)
    # repeated pictures lie one after another in the slow way, side by side in the fast one
    assert found["map50"][:20] == pytest.approx([row[0] for row in expected], abs=0.02)
    assert found["map50_95"][:20] == pytest.approx([row[1] for row in expected], abs=0.02)
    assert len(found["map50"]) == DRAWS
    low, high = intervals(found)["map50_95"]
    assert low < np.median(found["map50_95"]) < high


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_a_draw_of_every_picture_once_is_the_score_itself(convention: str) -> None:
    """To the last digit, the recalls that are exactly one of the hundred points included: 40 labels of a class."""
    boxes = make(World(images=5, classes=1, labels=8, detections=40), 0)
    judged = Judge(boxes)(convention)
    (found,) = Drawable.of(judged, boxes).means(np.ones((1, boxes.images), np.int64))
    metrics = measure_boxes(boxes, ["key"], convention)
    assert found[0].tolist() == [metrics.map50, metrics.map50_95]


def test_the_draws_of_two_files_are_pairs() -> None:
    """The same detections, one of them lost: no draw is better for it, though either file's draws are far apart."""
    boxes = make(World(images=20, classes=1, detections=20), 1)
    judge = Judge(boxes)
    lost = replace(boxes, class_index=boxes.class_index.copy())
    lost.class_index[judge("coco").right[0][:8]] = 1
    cluster = np.arange(20) // 2
    with_it, without = (draws(Judge(one)("coco"), one, cluster)["map50"] for one in (boxes, lost))
    assert all(first >= second for first, second in zip(with_it, without, strict=True))
    assert max(without) > min(with_it)


def test_a_split_of_one_video_is_drawn_picture_by_picture() -> None:
    boxes = make(World(), 0)
    judged = Judge(boxes)("yolov5")
    assert draws(judged, boxes, np.zeros(12, np.int64)) == draws(judged, boxes, np.arange(12))


def test_the_draws_of_the_same_predictions_are_the_same() -> None:
    first, second = (make(World(), 0) for _ in range(2))
    cluster = np.arange(12)
    assert draws(Judge(first)("yolov5"), first, cluster) == draws(Judge(second)("yolov5"), second, cluster)


@pytest.mark.parametrize("world", [World(detections=0), World(labels=0), World(images=0)])
def test_nothing_found_and_nothing_to_find_have_an_interval_of_zero(world: World) -> None:
    boxes = make(world, 0)
    found = draws(Judge(boxes)("yolov5"), boxes, np.arange(world.images))
    assert intervals(found) == {"map50": [0, 0], "map50_95": [0, 0]}


def test_parts_are_reports_of_their_pictures_alone() -> None:
    boxes = make(World(images=20), 2)
    clusters = [f"clip-{picture // 2}" for picture in range(20)]
    names = ["a", "b", "c"]
    figures = measure(boxes, names, clusters, convention="coco", percent=30, seed="5eed")
    assert figures.parts is not None
    public = public_clusters(clusters, percent=30, seed="5eed")
    kept = np.array([cluster in public for cluster in clusters])
    for name, mask in (("public", kept), ("private", ~kept)):
        part = read_report(json.loads(json.dumps(figures.parts[name])), name)
        alone = measure_boxes(boxes.only(mask), names, "coco")
        assert (part["map50_95"], part["images"]) == (alone.map50_95, int(mask.sum()))
        assert part["clusters"] == int(mask.sum()) // 2
    assert figures.whole["images"] == 20
    assert figures.whole["instances"] == sum(part["instances"] for part in figures.parts.values())


def test_without_parts_there_is_one_report() -> None:
    boxes = make(World(images=4), 2)
    assert measure(boxes, ["a", "b", "c"], list("wxyz"), convention="yolov5", percent=100, seed="").parts is None

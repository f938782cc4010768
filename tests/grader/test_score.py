"""Predictions meet hidden labels: classes by name, boxes read as bytes, and how sure the score is."""

import numpy as np
import pytest

from grader import refusals
from grader.errors import SubmissionError
from grader.prediction import detections_from
from grader.score import class_map
from grader.uncertainty import DRAWS, SEED, intervals
from ml.checkpoints.sentences import SENTENCES
from ml.detection.average_precision import measure_classes
from ml.detection.matching import MatchAccumulator, Matches

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
    names = {"name", "limit", "count", "opcode", "names", "nc", "detail", "index", "found", "expected", "held"}
    bare = refusals.from_child(code, {})
    facts = {name: "7" for name in names if "{" + name + "}" in "".join(SENTENCES[code][0])}
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


def some_matches(pictures: int = 8) -> Matches:
    """Pictures with a few labels of two classes, found well, badly or not at all."""
    generator = np.random.default_rng(5)
    found = MatchAccumulator()
    for _ in range(pictures):
        count = int(generator.integers(0, 4))
        corner = generator.uniform(0, 50, (count, 2)).astype(np.float32)
        labels = np.concatenate((corner, corner + 20), axis=1)  # (m, 4) xyxy
        moved = labels + generator.normal(0, 3, labels.shape).astype(np.float32)
        boxes = np.concatenate((moved, labels[:1] + 30))  # (n, 4): one of them beside everything
        classes = generator.integers(0, 2, count)
        found.add(
            boxes,
            generator.uniform(0, 1, len(boxes)).astype(np.float32),
            np.concatenate((classes, np.zeros(len(boxes) - count, np.int64))),
            labels,
            classes,
        )
    return found.matches()


def drawn_again(matches: Matches, pictures: np.ndarray) -> tuple[float, float]:
    """mAP of pictures repeated in full, by the evaluator itself: slow and obvious."""
    true_positive = matches.true_positives()
    kept = np.concatenate([np.flatnonzero(matches.image == picture) for picture in pictures])
    labels = np.concatenate([matches.label_class[matches.label_image == picture] for picture in pictures])
    ap = measure_classes(
        true_positive[kept], matches.confidence[kept], matches.class_index[kept], labels
    ).average_precision
    return (float(ap[:, 0].mean()), float(ap.mean())) if len(ap) else (0.0, 0.0)


def test_the_interval_is_that_of_pictures_really_drawn_again() -> None:
    matches = some_matches()
    generator = np.random.default_rng(SEED)
    draws = [drawn_again(matches, generator.integers(0, 8, 8)) for _ in range(DRAWS)]
    low, high = np.percentile(draws, (2.5, 97.5), axis=0)
    found = intervals(matches)
    # repeated pictures lie one after another in the slow way, side by side in the fast one
    assert found["map50"] == pytest.approx([low[0], high[0]], abs=0.02)
    assert found["map50_95"] == pytest.approx([low[1], high[1]], abs=0.02)
    assert low[0] < high[0]


def test_the_interval_of_the_same_predictions_is_the_same() -> None:
    assert intervals(some_matches()) == intervals(some_matches())


def test_nothing_found_and_nothing_to_find_have_an_interval_of_zero() -> None:
    assert intervals(MatchAccumulator().matches()) == {"map50": [0, 0], "map50_95": [0, 0]}
    empty = MatchAccumulator()
    empty.add(
        np.zeros((0, 4), np.float32),
        np.zeros(0, np.float32),
        np.zeros(0, np.int64),
        np.array([[0, 0, 5, 5]], np.float32),
        np.array([0]),
    )
    assert intervals(empty.matches())["map50"] == [0, 0]

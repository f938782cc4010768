"""Files that are a little broken, in thousands of ways: each is judged or malformed, none breaks its reader."""

import json
import random

import pytest

from grader.hand_ins.checking import report_of
from grader.hand_ins.inspection import Inspection, Unreadable, malformed
from grader.hand_ins.inspectors import Inspect, inspector
from tests.grader.hand_ins import test_augmentation as settings
from tests.grader.hand_ins import test_boxes as boxes
from tests.grader.hand_ins import test_label_files as labels
from tests.grader.hand_ins import test_splits as splits
from tests.grader.hand_ins import test_training_curves as training
from tests.grader.hand_ins.making import zipped

ROUNDS = 150
BREAKERS = [
    *(b"nan", b"inf", b"1e308", b"1e999", b"-1", b"\0", b"\xff\xfe", b"\xc3\x28", b"[", b"{", b"]", b"}", b":", b","),
    *(b'"', b"null", b"true", b"NaN", b"9" * 30, b"\n", b"\r", b"&a", b"*a", b"!!", b"../", b"\\", b"PK\x03\x04"),
]
CURVES = training.csv_of(training.training(training.YOLOV5, 8), training.YOLOV5)
LISTS = zipped({f"{name}.txt": data for name, data in splits.written(splits.by_time()).items()})
SEEDS = [
    *((boxes.QUESTION, boxes.KEY, "detections", data) for data in boxes.HONEST.values()),
    (boxes.HAND, boxes.HAND_KEY, "labels", zipped({"crowd-1.txt": boxes.text_of(boxes.DRAWN["crowd-1"])}, method=0)),
    (training.QUESTION, training.KEY, "results", CURVES),
    *((settings.QUESTION, settings.KEY, "settings", text.encode()) for text in (settings.YOLOV5, settings.BOMB)),
    (splits.QUESTION, splits.KEY, "archive", LISTS),
    (labels.QUESTION, labels.KEY, "labels", zipped(labels.milled(), method=0)),
]  # fmt: skip


def mutated(data: bytes, rng: random.Random) -> bytes:
    broken = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5))):
        place = rng.randrange(len(broken) + 1)
        way = rng.randrange(5)
        if way == 0:
            broken[place : place + rng.randrange(3)] = rng.choice(BREAKERS)
        elif way == 1 and broken:
            broken[rng.randrange(len(broken))] ^= 1 << rng.randrange(8)
        elif way == 2:
            del broken[place : place + rng.randrange(60)]
        elif way == 3:
            broken[place:place] = broken[: rng.randrange(200)]
        else:
            del broken[place:]
    return bytes(broken)


@pytest.mark.parametrize("seed", range(len(SEEDS)))
def test_a_file_that_is_a_little_broken_never_breaks_its_reader(seed: int) -> None:
    question, key, part, data = SEEDS[seed]
    kind = str(question["kind"])
    inspect: Inspect = inspector(kind, [part])
    rng = random.Random(seed)
    for _ in range(ROUNDS):
        try:
            inspection = inspect(question, key, {part: mutated(data, rng)})
        except Unreadable as unreadable:
            inspection = malformed(unreadable.note)
        crossed = Inspection.from_json(json.loads(json.dumps(inspection.to_json(), allow_nan=False)))
        assert report_of(kind, crossed).advice["fr"]

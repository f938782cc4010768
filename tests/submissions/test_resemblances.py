"""Files that hold the same weights are shown to the instructor; networks that only began alike are not."""

import base64
import json
import struct

import pytest

from courses.models import Pair
from submissions.models import Resemblance, Task
from submissions.resemblances import compare_with_others, duplicates_of
from tests.builders import make_course, make_pair
from tests.hand_in import evaluate_whole, hand_in, make_task

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]
ZEROS = [0.0] * 16


@pytest.fixture
def task() -> Task:
    return make_task(make_course())


def sketch(*tensors: list[float]) -> bytes:
    """A network of so many layers; equal values are equal tensors."""
    rows = []
    for place, values in enumerate(tensors):
        halves = struct.pack(f"<{len(values)}e", *values)
        digest = f"{abs(hash(halves)) % 16**16:016x}"
        rows.append([f"model.{place}.conv.weight", [16, 3, 3, 3], digest, base64.b64encode(halves).decode()])
    return json.dumps({"version": 1, "tensors": rows}).encode()


def given(task: Task, pair: Pair, text: str, weights: bytes, **more: int) -> None:
    submission = hand_in(task, pair, text)
    evaluate_whole(submission, 0.5, sketch=weights, **more)
    assert submission.job is not None
    compare_with_others(job=submission.job)


def told(task: Task) -> list[tuple[str, str, bool]]:
    return [(one["first"].pair.name, one["second"].pair.name, one["is_same"]) for one in duplicates_of(task)]


MINE, OTHER = [0.5, -0.25] * 8, [0.25] * 8 + [-0.5] * 8
NEARLY = [value * 1.001 + 0.001 for value in MINE]


def test_the_same_weights_in_another_file_are_the_same(task: Task) -> None:
    one, two = make_pair(task.course, "1"), make_pair(task.course, "2")
    given(task, one, "a", sketch(MINE, OTHER))
    given(task, two, "b", sketch(MINE, OTHER))
    assert told(task) == [("1", "2", True)]


def test_weights_with_a_little_noise_over_them_are_nearly_the_same(task: Task) -> None:
    one, two = make_pair(task.course, "1"), make_pair(task.course, "2")
    given(task, one, "a", sketch(MINE))
    given(task, two, "b", sketch(NEARLY))
    assert told(task) == [("1", "2", False)]


def test_other_weights_resemble_nobodys(task: Task) -> None:
    one, two = make_pair(task.course, "1"), make_pair(task.course, "2")
    given(task, one, "a", sketch(MINE))
    given(task, two, "b", sketch(OTHER))
    assert told(task) == []
    assert not Resemblance.objects.exists()


def test_a_pairs_own_files_and_other_networks_are_not_compared(task: Task) -> None:
    one, two = make_pair(task.course, "1"), make_pair(task.course, "2")
    given(task, one, "a", sketch(MINE))
    given(task, one, "b", sketch(MINE))
    given(task, two, "c", sketch(MINE), parameters=7)
    assert told(task) == []


def test_the_very_same_file_is_known_without_a_sketch(task: Task) -> None:
    one, two = make_pair(task.course, "1"), make_pair(task.course, "2")
    given(task, one, "same", b"no sketch")
    given(task, two, "same", b"no sketch")
    assert told(task) == [("2", "1", True)] or told(task) == [("1", "2", True)]

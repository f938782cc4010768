"""Splits: three honest styles pass, each classic slip is named, leakage is told and never judged."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from grader.hand_ins import split_files, split_strategies
from grader.hand_ins.checking import report_of
from grader.hand_ins.inspection import Inspection, Unreadable
from tests.grader.hand_ins.making import key_of, material_of, zipped

QUESTION: dict[str, Any] = {"kind": "split_files", "seed": 3, "shares": [65, 25, 10], "tolerance": 5}
KEY = key_of(QUESTION)
PICTURES = [path for path in material_of(QUESTION) if path.endswith(".jpg")]
SHARES = (0.65, 0.25, 0.10)

Split = dict[str, list[str]]


def sequence_of(path: str) -> str:
    return path.partition("/images/")[0]


def cut(ordered: list[str]) -> Split:
    first, second = round(0.65 * len(ordered)), round(0.90 * len(ordered))
    return {"train": ordered[:first], "val": ordered[first:second], "test": ordered[second:]}


def by_sequence() -> Split:
    sequences = sorted({sequence_of(path) for path in PICTURES})
    random.Random(1).shuffle(sequences)
    ordered = [path for sequence in sequences for path in PICTURES if sequence_of(path) == sequence]
    split: Split = {"train": [], "val": [], "test": []}
    for sequence in sequences:
        frames = [path for path in ordered if sequence_of(path) == sequence]
        wanted = max(split, key=lambda name: SHARES[list(split).index(name)] * len(PICTURES) - len(split[name]))
        split[wanted] += frames
    return split


def by_time() -> Split:
    split: Split = {"train": [], "val": [], "test": []}
    for sequence in sorted({sequence_of(path) for path in PICTURES}):
        for name, frames in cut([path for path in PICTURES if sequence_of(path) == sequence]).items():
            split[name] += frames
    return split


def at_random() -> Split:
    shuffled = list(PICTURES)
    random.Random(2).shuffle(shuffled)
    return cut(shuffled)


def written(split: Split, line: Callable[[str], str] = lambda path: path, end: str = "\n") -> dict[str, bytes]:
    return {name: end.join([*map(line, paths), ""]).encode() for name, paths in split.items()}


def judged(files: dict[str, bytes]) -> Inspection:
    return split_files.inspect(QUESTION, KEY, files)


def test_a_tree_is_several_classes_of_pairs_with_five_sequences_and_a_label_for_each_picture() -> None:
    tree = material_of(QUESTION)
    assert 40 * 14 <= len(PICTURES) <= 40 * 26
    assert {path.replace("/images/", "/labels/").replace(".jpg", ".txt") for path in PICTURES} | set(PICTURES) == {
        *tree
    }
    assert len({path.split("/")[0] for path in PICTURES}) == 4


@pytest.mark.parametrize(
    ("line", "style"),
    [
        (lambda path: path, None),
        (lambda path: f"./{path}", "style_dot"),
        (lambda path: f"dataset/{path}", None),
        (lambda path: path.replace("/", "\\"), "style_backslashes"),
        (lambda path: f'"{path}"', "style_quotes"),
        (lambda path: f"../data/{path}", "style_parents"),
        (lambda path: f"  {path} \t", None),
    ],
)
def test_every_style_that_holds_on_all_machines_is_understood_and_said(
    line: Callable[[str], str], style: str | None
) -> None:
    inspection = judged(written(by_sequence(), line, "\r\n"))
    assert inspection.verdict == "correct", inspection.notes
    assert {found.code for found in inspection.notes if found.code.startswith("style")} == ({style} if style else set())


def test_one_zip_with_the_three_lists_is_as_good() -> None:
    lists = {f"splits/{name}.txt": data for name, data in written(by_sequence()).items()}
    assert judged({"archive": zipped({**lists, "__MACOSX/splits/._train.txt": b"\0"})}).verdict == "correct"


@pytest.mark.parametrize(
    ("split", "strategy", "leaks"), [(by_sequence, "sequence", 0), (by_time, "time", 1), (at_random, "random", 1)]
)
def test_leakage_is_measured_and_told_and_refuses_nobody(
    split: Callable[[], Split], strategy: str, leaks: float
) -> None:
    inspection = judged(written(split()))
    assert inspection.verdict == "correct"
    assert inspection.figures["strategy"] == strategy
    assert inspection.figures["leakage"]["sequence"] == pytest.approx(leaks)
    report = report_of("split_files", inspection)
    assert any("mAP" in finding.text["fr"] for finding in report.findings)


def test_at_random_nearly_every_frame_has_a_neighbour_in_train_and_by_time_few_do() -> None:
    random_share = judged(written(at_random())).figures["leakage"]["neighbour"]
    time_share = judged(written(by_time())).figures["leakage"]["neighbour"]
    assert random_share > 0.8
    assert time_share < 0.3


def _overlap(split: Split) -> None:
    split["val"].append(split["train"][0])


def _twice(split: Split) -> None:
    split["test"].append(split["test"][0])


def _labels(split: Split) -> None:
    split["train"] = [path.replace("/images/", "/labels/").replace(".jpg", ".txt") for path in split["train"]]


def _absolute(split: Split) -> None:
    split["train"] = [f"/home/ada/dlcv/{path}" for path in split["train"]]


def _windows_absolute(split: Split) -> None:
    split["val"] = [f"C:\\Users\\ada\\{path}" for path in split["val"]]


def _invented(split: Split) -> None:
    split["train"].append("mug/nobody/9/images/frame_000001.jpg")


def _swapped(split: Split) -> None:
    split["val"], split["test"] = split["test"], split["val"]


def _left_out(split: Split) -> None:
    for paths in split.values():
        del paths[::3]


def _other_shares(split: Split) -> None:
    split["val"] += split["train"][:150]
    del split["train"][:150]


@pytest.mark.parametrize(
    ("slip", "mistake"),
    [
        (_overlap, "split_overlap"),
        (_twice, "duplicate_lines"),
        (_labels, "label_files_listed"),
        (_absolute, "absolute_paths"),
        (_windows_absolute, "absolute_paths"),
        (_invented, "images_unknown"),
        (_swapped, "split_swapped"),
        (_left_out, "images_left_out"),
        (_other_shares, "split_shares"),
    ],
)
def test_each_slip_is_named(slip: Callable[[Split], None], mistake: str) -> None:
    split = by_sequence()
    slip(split)
    inspection = judged(written(split))
    assert (inspection.verdict, inspection.mistake) == ("wrong", mistake), inspection.notes


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"train": b"a.jpg\n"}, "list_missing"),
        (written(by_sequence()) | {"test": b"\n \n"}, "list_empty"),
        (written(by_sequence()) | {"test": b"\x89PNG\0\0"}, "not_text"),
        ({"archive": zipped({"a/train.txt": b"x", "b/train.txt": b"y"})}, "list_twice"),
    ],
)
def test_a_list_that_cannot_be_read_is_malformed(files: dict[str, bytes], code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        judged(files)
    assert refused.value.note.code == code


STRATEGIES = {"kind": "split_strategies", "seed": 3}


def strategies(**splits: Split) -> bytes:
    return zipped(
        {f"splits/{name}/{part}.txt": data for name, split in splits.items() for part, data in written(split).items()}
    )


def test_three_strategies_each_true_to_its_name() -> None:
    archive = strategies(sequence=by_sequence(), time=by_time(), random=at_random())
    inspection = split_strategies.inspect(STRATEGIES, KEY, {"lists": archive})
    assert inspection.verdict == "correct", inspection.notes
    found = inspection.figures["strategies"]
    assert found["sequence"]["leakage"]["sequence"] == 0
    assert found["random"]["leakage"]["neighbour"] > found["time"]["leakage"]["neighbour"]


@pytest.mark.parametrize(
    ("sequence", "time", "random_", "mistake"),
    [
        (at_random, by_time, by_sequence, "strategies_swapped"),
        (at_random, by_time, at_random, "sequence_shared"),
        (by_sequence, at_random, at_random, "time_order_broken"),
        (by_sequence, by_sequence, at_random, "time_order_broken"),
        (by_sequence, by_time, by_time, "not_mixed"),
        (by_sequence, by_time, by_sequence, "not_mixed"),
    ],
)
def test_a_strategy_that_is_another_one_is_named(
    sequence: Callable[[], Split], time: Callable[[], Split], random_: Callable[[], Split], mistake: str
) -> None:
    archive = strategies(sequence=sequence(), time=time(), random=random_())
    assert split_strategies.inspect(STRATEGIES, KEY, {"lists": archive}).mistake == mistake


def test_a_strategy_that_is_missing_is_malformed() -> None:
    with pytest.raises(Unreadable) as refused:
        split_strategies.inspect(STRATEGIES, KEY, {"lists": strategies(sequence=by_sequence(), time=by_time())})
    assert refused.value.note.code == "folder_missing"

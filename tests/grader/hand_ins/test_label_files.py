"""La moulinette: an honest mill passes however it was zipped, and each classic slip is named with its place."""

import re
from collections.abc import Callable

import pytest

from grader.hand_ins.checking import report_of
from grader.hand_ins.inspection import Inspection, Unreadable
from grader.hand_ins.label_files import inspect
from tests.grader.hand_ins.making import CLASS_MAP, key_of, material_of, zipped

QUESTION = {"kind": "label_files", "seed": 7, "class_name": "mug", "classes": CLASS_MAP}
MUG = CLASS_MAP.index("mug")
KEY = key_of(QUESTION)
MESS = material_of(QUESTION)

Files = dict[str, bytes]


def milled(index: int = MUG) -> Files:
    """What a good script makes of the mess."""
    clean = {}
    for path, data in MESS.items():
        folder, _, name = path.rpartition("/")
        lines = [f"{index} {line.split(' ', 1)[1]}\n" for line in data.decode().splitlines()]
        clean[f"{folder}/{''.join(name.split())}"] = "".join(lines).encode()
    return clean


def judged(files: Files) -> Inspection:
    return inspect(QUESTION, KEY, {"labels": zipped(files)})


def first_with_objects(files: Files) -> str:
    return next(path for path in sorted(files) if files[path])


def changed(change: Callable[[Files, str], None]) -> Inspection:
    files = milled()
    change(files, first_with_objects(files))
    return judged(files)


def test_the_mess_is_a_mess_and_the_same_for_the_same_seed() -> None:
    assert material_of(QUESTION) == MESS
    assert material_of({**QUESTION, "seed": 8}) != MESS
    names = [path.rpartition("/")[2] for path in MESS]
    assert any(" " in name for name in names)
    assert any(not data for data in MESS.values())
    assert any(data and not data.endswith(b"\n") for data in MESS.values())
    assert any(b"\r\n" in data for data in MESS.values())
    assert all(line.startswith("0 ") for data in MESS.values() for line in data.decode().splitlines())
    assert 5 * 26 <= len(MESS) <= 5 * 34


def test_a_class_that_is_already_zero_is_never_drawn() -> None:
    assert not KEY.collides
    assert key_of({**QUESTION, "class_name": CLASS_MAP[0]}).collides


@pytest.mark.parametrize(
    "dressed",
    [
        lambda files: files,
        lambda files: {f"out/v2/{path}": data for path, data in files.items()},
        lambda files: {path.split("/", 2)[2]: data for path, data in files.items()},
        lambda files: {path.replace("/labels/", "/"): data for path, data in files.items()},
        lambda files: {path.replace("/", "\\"): data for path, data in files.items()},
        lambda files: {path: data.replace(b"\n", b"\r\n") for path, data in files.items()},
        lambda files: {path: b"\xef\xbb\xbf" + data if data else data for path, data in files.items()},
        lambda files: {**files, "__MACOSX/._mug": b"\0\5", "mug/.DS_Store": b"\0", "mill.py": b"print()"},
        lambda files: {path: re.sub(rb"(?m)^3 ", b"3.0 ", data) for path, data in files.items()},
    ],
    ids=["plain", "deeper", "shallower", "no labels folder", "Windows", "CRLF", "BOM", "macOS", "floats"],
)
def test_an_honest_mill_is_right_however_it_was_zipped(dressed: Callable[[Files], Files]) -> None:
    inspection = judged(dressed(milled()))
    assert inspection.verdict == "correct", inspection.notes
    assert inspection.figures["right"] == len(MESS)


def test_what_was_received_handed_back_is_class_zero_first() -> None:
    inspection = judged(MESS)
    assert (inspection.verdict, inspection.mistake) == ("wrong", "label_class_zero")
    assert set(inspection.figures["mistakes"]) == {"label_class_zero", "spaces_left_in_names", "final_newline_missing"}
    assert inspection.notes[0].code == "class_zero"
    assert inspection.notes[0].where.endswith(".txt:1")


@pytest.mark.parametrize(
    ("index", "mistake"),
    [(0, "label_class_zero"), (MUG + 1, "one_based_index"), (1, "label_class_other"), (12, "label_class_unknown")],
)
def test_the_wrong_class_is_told_from_the_class_map(index: int, mistake: str) -> None:
    assert judged(milled(index)).mistake == mistake


def test_a_script_that_replaces_every_zero_is_recognised() -> None:
    files = milled()
    for path, data in files.items():
        files[path] = b"".join(line.replace(b"0", b"3") for line in data.splitlines(keepends=True))
    assert judged(files).mistake == "label_zeros_replaced"


def _lose_one(files: Files, path: str) -> None:
    del files[path]


def _lose_the_empty_ones(files: Files, path: str) -> None:
    for name in [name for name, data in files.items() if not data]:
        del files[name]


def _move_a_box(files: Files, path: str) -> None:
    words = files[path].split()
    files[path] = b" ".join([*words[:1], b"0.123456", *words[2:5]]) + b"\n"


def _forget_the_end(files: Files, path: str) -> None:
    files[path] = files[path].rstrip()


def _keep_the_old_name(files: Files, path: str) -> None:
    files[path.replace(".txt", " .txt")] = files[path]


def _commas(files: Files, path: str) -> None:
    files[path] = files[path].replace(b" ", b",")


@pytest.mark.parametrize(
    ("slip", "mistake", "code"),
    [
        (_lose_one, "label_files_missing", "file_missing"),
        (_lose_the_empty_ones, "label_files_missing", "empty_file_missing"),
        (_move_a_box, "label_boxes_changed", "boxes_changed"),
        (_forget_the_end, "final_newline_missing", "newline_missing"),
        (_keep_the_old_name, "spaces_left_in_names", "spaces_in_name"),
        (_commas, "label_lines_invalid", "label_line_invalid"),
    ],
)
def test_each_slip_is_named_with_its_place(slip: Callable[[Files, str], None], mistake: str, code: str) -> None:
    inspection = changed(slip)
    assert (inspection.verdict, inspection.mistake) == ("wrong", mistake)
    assert code in {found.code for found in inspection.notes}


def test_a_report_shows_few_places_and_counts_the_rest() -> None:
    report = report_of("label_files", judged(milled(1)))
    assert len(report.findings) <= 20
    assert "glasses" in report.findings[0].text["fr"]
    assert any("more files" in finding.text["en"] for finding in report.findings)
    assert not any(f"{MUG}" in report.advice[language] for language in ("fr", "en"))


@pytest.mark.parametrize(("data", "code"), [(b"%PDF-1.4", "not_a_zip"), (zipped({"a.jpg": b"x"}), "no_label_files")])
def test_what_holds_no_labels_is_malformed(data: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        inspect(QUESTION, KEY, {"labels": data})
    assert refused.value.note.code == code


def test_the_order_of_the_lines_and_a_digit_less_do_not_matter() -> None:
    files = milled()
    for path, data in files.items():
        lines = [[f"{float(word):.4f}" for word in line.split()[1:]] for line in data.decode().splitlines()]
        files[path] = "".join(f"{MUG} {' '.join(words)}\n" for words in reversed(lines)).encode()
    assert judged(files).verdict == "correct"

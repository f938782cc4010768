"""``label_files``: the pair's messy labels, handed back with the right class in every line of every file.

The truth is (class index, the files: (path, (box, …))). A file is known by its sequence's folder and its name without
spaces, so that one folder more or less above it does not matter; its boxes must still be what they were.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from challenges.key import AnswerKey
from grader.hand_ins.archives import open_zip
from grader.hand_ins.inspection import Inspection, Note, Unreadable, judged, note
from grader.hand_ins.texts import lines_of, text_of
from grader.hand_ins.yolo_lines import LabelLine, read_line

#: Which mistake is named when there are several: what explains the others comes first.
ORDER: Final = (
    "label_zeros_replaced",
    "label_lines_invalid",
    "label_class_zero",
    "one_based_index",
    "label_class_other",
    "label_class_unknown",
    "label_files_missing",
    "label_boxes_changed",
    "spaces_left_in_names",
    "final_newline_missing",
    "label_files_added",
)
#: Some scripts write four decimals where the original had six.
BOX_TOLERANCE: Final = 1e-4
NOTES_OF_A_MISTAKE: Final = 4

Place = tuple[str, str]  # (sequence's folder, name without spaces)


@dataclass
class _Findings:
    """What is wrong, mistake by mistake: the first places and how many files."""

    files: Counter[str] = field(default_factory=Counter)
    wrong: set[str] = field(default_factory=set)
    notes: dict[str, list[Note]] = field(default_factory=dict)

    def add(self, mistake: str, path: str, found: Note) -> None:
        """Once a file and a mistake: a file whose every line is wrong is one finding."""
        if (mistake, path) in self._seen:
            return
        self._seen.add((mistake, path))
        self.files[mistake] += 1
        self.wrong.add(path)
        self.notes.setdefault(mistake, []).append(found)

    _seen: set[tuple[str, str]] = field(default_factory=set)

    def listed(self) -> Iterator[Note]:
        for mistake in sorted(self.notes, key=ORDER.index):
            yield from self.notes[mistake][:NOTES_OF_A_MISTAKE]
            if self.files[mistake] > NOTES_OF_A_MISTAKE:
                yield note("and_others", files=self.files[mistake] - NOTES_OF_A_MISTAKE)


@dataclass(frozen=True)
class _Expected:
    """What the pair was given, and the class map."""

    index: int
    classes: Sequence[str]
    boxes: Mapping[Place, Sequence[str]]


def inspect(question: Mapping[str, Any], key: AnswerKey, files: Mapping[str, bytes]) -> Inspection:
    """Every file against the class map and against what the pair was given."""
    expected = _expected(question, key)
    uploaded = open_zip(files["labels"])
    labels = {path: data for path, data in sorted(uploaded.items()) if path.rstrip().lower().endswith(".txt")}
    if not labels:
        raise Unreadable("no_label_files")
    findings = _Findings()
    found = _matched(labels, expected, findings)
    for place, path in found.items():
        _check_file(path, labels[path], expected.boxes[place], expected, findings)
    _check_missing(found, expected, findings)
    right = sum(path not in findings.wrong for path in found.values())
    return judged(
        findings.files,
        order=ORDER,
        understood=f"{len(labels)} × .txt · {len({sequence for sequence, _ in found})} × labels/",
        notes=findings.listed(),
        figures={
            "files": len(labels),
            "expected": len(expected.boxes),
            "right": right,
            "mistakes": {code: findings.files[code] for code in ORDER if code in findings.files},
        },
    )


def _expected(question: Mapping[str, Any], key: AnswerKey) -> _Expected:
    truth: Any = key.truth
    index, files = truth
    return _Expected(index, tuple(question["classes"]), {place_of(path): boxes for path, boxes in files})


def place_of(path: str) -> Place:
    """``mug/team/3/labels/frame_000012.txt`` → ``("3", "frame_000012.txt")``."""
    *folders, name = path.split("/")
    return folders[-2], name


def _matched(labels: Mapping[str, bytes], expected: _Expected, findings: _Findings) -> dict[Place, str]:
    """The uploaded file for each expected one; the clean name wins where both are there."""
    sequences = {sequence for sequence, _ in expected.boxes}
    found: dict[Place, str] = {}
    for path in sorted(labels, key=lambda path: (_has_spaces(path), path)):
        place = _place_in(path, sequences)
        if place not in expected.boxes or place in found:
            findings.add("label_files_added", path, note("file_added", path))
        else:
            found[place] = path
        if _has_spaces(path):
            findings.add("spaces_left_in_names", path, note("spaces_in_name", path, path=path.rpartition("/")[2]))
    return found


def _place_in(path: str, sequences: set[str]) -> Place:
    """By the nearest folder that is a sequence's; ``labels`` may be missing between."""
    *folders, name = ("".join(part.split()) for part in path.split("/"))
    sequence = next((folder for folder in reversed(folders) if folder in sequences), "")
    return sequence, name


def _has_spaces(path: str) -> bool:
    return path.rpartition("/")[2].split() != [path.rpartition("/")[2]]


def _check_file(path: str, data: bytes, boxes: Sequence[str], expected: _Expected, findings: _Findings) -> None:
    text = text_of(data, path)
    lines: list[LabelLine] = []
    written: list[str] = []
    for number, line in enumerate(lines_of(text, path), start=1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        found = read_line(line)
        if found is None or found.confidence is not None:
            findings.add("label_lines_invalid", path, note("label_line_invalid", where))
            return
        lines.append(found)
        written.append(line)
        _check_class(path, where, found.label, expected, findings)
    if lines and not text.endswith(("\n", "\r")):
        findings.add("final_newline_missing", path, note("newline_missing", path))
    _check_boxes(path, lines, written, boxes, expected, findings)


def _check_class(path: str, where: str, label: int, expected: _Expected, findings: _Findings) -> None:
    if label == expected.index:
        return
    if label == 0:
        findings.add("label_class_zero", path, note("class_zero", where))
    elif label >= len(expected.classes) and label != expected.index + 1:
        findings.add("label_class_unknown", path, note("class_unknown", where, found=label))
    else:
        mistake = "one_based_index" if label == expected.index + 1 else "label_class_other"
        name = expected.classes[label] if label < len(expected.classes) else "?"
        findings.add(mistake, path, note("class_other", where, found=label, name=name))


def _check_boxes(
    path: str,
    lines: Sequence[LabelLine],
    written: Sequence[str],
    boxes: Sequence[str],
    expected: _Expected,
    findings: _Findings,
) -> None:
    if len(lines) != len(boxes):
        findings.add("label_boxes_changed", path, note("objects_changed", path, found=len(lines), given=len(boxes)))
        return
    if _same_boxes([line.box for line in lines], [_numbers(box) for box in boxes]):
        return
    mangled = {box.replace("0", str(expected.index)) for box in boxes}
    if any(" ".join(line.split()[1:]) in mangled for line in written):
        findings.add("label_zeros_replaced", path, note("zeros_replaced", path))
    else:
        findings.add("label_boxes_changed", path, note("boxes_changed", path))


def _same_boxes(found: list[tuple[float, ...]], given: list[tuple[float, ...]]) -> bool:
    """Whatever the order of the lines: each box given is one of those found, each found once."""
    left = list(found)
    for box in given:
        same = next((other for other in left if _is_same(box, other)), None)
        if same is None:
            return False
        left.remove(same)
    return not left


def _is_same(box: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return all(abs(a - b) <= BOX_TOLERANCE for a, b in zip(box, other, strict=True))


def _numbers(box: str) -> tuple[float, ...]:
    return tuple(float(word) for word in box.split())


def _check_missing(found: Mapping[Place, str], expected: _Expected, findings: _Findings) -> None:
    for place in sorted(expected.boxes.keys() - found.keys()):
        path = f"{place[0]}/labels/{place[1]}"
        code = "file_missing" if expected.boxes[place] else "empty_file_missing"
        findings.add("label_files_missing", path, note(code, path))

"""train.txt, val.txt and test.txt, read generously and checked against the tree that they split.

Three styles of path come in every year (``./x``, ``x``, an absolute one), plus Windows' backslashes: what is true on
every machine is taken, and said; what is true on one machine only is wrong.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from grader.hand_ins.inspection import Note, Unreadable, note
from grader.hand_ins.leakage import Split, leakage
from grader.hand_ins.texts import lines_of, text_of
from grader.hand_ins.tree import Frame, Tree, is_absolute

LISTS: Final = ("train", "val", "test")
#: Which mistake is named when there are several: what explains the others comes first.
ORDER: Final = (
    "label_files_listed",
    "absolute_paths",
    "images_unknown",
    "split_overlap",
    "duplicate_lines",
    "split_swapped",
    "images_left_out",
    "split_shares",
)
NOTES_OF_A_MISTAKE: Final = 3
_IMAGES: Final = (".jpg", ".jpeg", ".png")


@dataclass
class Lists:
    """The three lists as frames of the tree, what is wrong with them and how they were written."""

    tree: Tree
    split: dict[str, list[Frame]] = field(default_factory=dict)
    wrong: Counter[str] = field(default_factory=Counter)
    notes: dict[str, list[Note]] = field(default_factory=dict)
    styles: dict[str, str] = field(default_factory=dict)  # style → the first place that is written so
    lines: Counter[str] = field(default_factory=Counter)

    def add(self, mistake: str, found: Note) -> None:
        self.wrong[mistake] += 1
        if self.wrong[mistake] <= NOTES_OF_A_MISTAKE:
            self.notes.setdefault(mistake, []).append(found)

    def findings(self) -> list[Note]:
        """The first places of every mistake, then what was understood although it is written oddly."""
        wrong = [found for mistake in ORDER for found in self._first(mistake)]
        return [*wrong, *(note(f"style_{style}", where) for style, where in sorted(self.styles.items()))]

    def _first(self, mistake: str) -> list[Note]:
        found = self.notes.get(mistake, [])
        hidden = self.wrong[mistake] - len(found)
        return [*found, note("and_other_lines", lines=hidden)] if hidden > 0 else found


def read_lists(files: Mapping[str, bytes], tree: Tree, *, folder: str = "") -> Lists:
    """Every line of ``train``, ``val`` and ``test``; ``folder`` goes before their names where places are told.

    Raises ``Unreadable`` when a list is missing or empty.
    """
    lists = Lists(tree)
    for name in LISTS:
        place = f"{folder}{name}.txt"
        if name not in files:
            raise Unreadable("list_missing", place)
        _read_list(lists, name, place, files[name])
        if not lists.lines[name]:
            raise Unreadable("list_empty", place)
    _check_disjoint(lists, folder)
    return lists


def check_shares(lists: Lists, shares: Sequence[float], tolerance: float) -> None:
    """Shares in percent of what is listed, within ``tolerance`` points; nearly all of the tree must be listed."""
    counts = {name: len(set(lists.split[name])) for name in LISTS}
    total = sum(counts.values())
    if not total:
        return
    listed = len({frame for frames in lists.split.values() for frame in frames})
    left_out = lists.tree.pictures - listed
    if 100 * left_out > tolerance * lists.tree.pictures:
        lists.add("images_left_out", note("images_left_out", files=left_out, total=lists.tree.pictures))
    found = [100 * counts[name] / total for name in LISTS]
    if _near(found, shares, tolerance):
        return
    if any(_near(found, order, tolerance) for order in _exchanged(shares)):
        lists.add("split_swapped", note("split_swapped", found=_spoken(found), asked=_spoken(shares)))
        return
    lists.add(
        "split_shares", note("split_shares", found=_spoken(found), asked=_spoken(shares), tolerance=f"{tolerance:g}")
    )


def leakage_notes(split: Split, *, where: str = "") -> list[Note]:
    """What the lists' val and test have in common with train: told, not held against the pair."""
    found = leakage(split)
    if not found["sequence"]:
        return [note("leakage_none", where)]
    shares = {name: f"{100 * share:.0f}" for name, share in found.items()}
    return [note("leakage_found", where, **shares)]


def _read_list(lists: Lists, name: str, place: str, data: bytes) -> None:
    frames: dict[Frame, int] = {}
    for number, line in enumerate(lines_of(text_of(data, place), place), start=1):
        written = line.strip().strip("\"'").strip()
        if not written:
            continue
        lists.lines[name] += 1
        where = f"{place}:{number}"
        frame = _frame_of(lists, written, line, where)
        if frame is None:
            continue
        if frame in frames:
            lists.add("duplicate_lines", note("line_twice", where, first=frames[frame]))
        frames.setdefault(frame, number)
    lists.split[name] = list(frames)


def _frame_of(lists: Lists, written: str, line: str, where: str) -> Frame | None:
    """The frame that a line names; what is wrong with the line is noted."""
    parts = [part for part in written.replace("\\", "/").split("/") if part not in ("", ".")]
    if not parts or not parts[-1].lower().endswith(_IMAGES):
        is_label = bool(parts) and parts[-1].lower().endswith(".txt")
        code = "label_listed" if is_label else "not_a_picture"
        lists.add("label_files_listed" if is_label else "images_unknown", note(code, where, path=written))
        return None
    if is_absolute(written):
        lists.add("absolute_paths", note("absolute_path", where, path=written))
    frame = lists.tree.find(parts)
    if frame is None:
        lists.add("images_unknown", note("image_unknown", where, path=written))
    _note_style(lists, written, line, where)
    return frame


def _note_style(lists: Lists, written: str, line: str, where: str) -> None:
    styles = {
        "backslashes": "\\" in written,
        "dot": written.startswith(("./", ".\\")),
        "quotes": line.strip() != written,
        "parents": "../" in written.replace("\\", "/"),
    }
    for style, is_so in styles.items():
        if is_so:
            lists.styles.setdefault(style, where)


def _check_disjoint(lists: Lists, folder: str) -> None:
    for one, other in (("train", "val"), ("train", "test"), ("val", "test")):
        for frame in sorted(set(lists.split[one]) & set(lists.split[other])):
            code = note("in_two_lists", f"{folder}{one}.txt", path=lists.tree.path(frame), other=f"{other}.txt")
            lists.add("split_overlap", code)


def _near(found: Sequence[float], asked: Sequence[float], tolerance: float) -> bool:
    return all(abs(one - other) <= tolerance + 1e-9 for one, other in zip(found, asked, strict=True))


def _exchanged(shares: Sequence[float]) -> list[list[float]]:
    train, val, test = shares
    return [[train, test, val], [val, train, test], [test, val, train], [val, test, train], [test, train, val]]


def _spoken(shares: Sequence[float]) -> str:
    return " / ".join(f"{share:.1f}".removesuffix(".0") for share in shares) + " %"

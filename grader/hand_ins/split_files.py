"""``split_files``: train.txt, val.txt and test.txt of a tree of pictures, as three files or in one zip.

Shares, disjointness and existence are judged. Leakage between sequences is measured and told, not judged: which
strategy is the right one is what the pair is to find out.
"""

from collections.abc import Mapping
from typing import Any, Final

from challenges.key import AnswerKey
from grader.hand_ins import leakage
from grader.hand_ins.archives import open_zip
from grader.hand_ins.inspection import Inspection, Unreadable, judged
from grader.hand_ins.split_lists import LISTS, ORDER, check_shares, leakage_notes, read_lists
from grader.hand_ins.tree import Tree

USUAL_TOLERANCE: Final = 5.0  # points of percent


def inspect(question: Mapping[str, Any], key: AnswerKey, files: Mapping[str, bytes]) -> Inspection:
    """The three lists against the tree."""
    tree = Tree.of(key)
    lists = read_lists(_three(files), tree)
    check_shares(lists, question["shares"], question.get("tolerance", USUAL_TOLERANCE))
    return judged(
        lists.wrong,
        order=ORDER,
        understood=" · ".join(f"{name} {lists.lines[name]}" for name in LISTS),
        notes=[*lists.findings(), *leakage_notes(lists.split)],
        figures=leakage.figures(lists.split, tree),
    )


def _three(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The lists by name, from the files or else from the zip, wherever they lie in it."""
    if "archive" not in files:
        return {name: files[name] for name in LISTS if name in files}
    found: dict[str, bytes] = {}
    for path, data in open_zip(files["archive"]).items():
        name = path.rpartition("/")[2].lower().removesuffix(".txt").strip()
        if name in LISTS and path.lower().endswith(".txt"):
            if name in found:
                raise Unreadable("list_twice", path)
            found[name] = data
    return found

"""``split_strategies``: the same tree split by sequence, by time and at random, each being what it says."""

from collections.abc import Mapping
from typing import Any, Final

from challenges.key import AnswerKey
from grader.hand_ins import leakage, split_lists
from grader.hand_ins.archives import open_zip
from grader.hand_ins.inspection import Inspection, Note, Unreadable, judged, note
from grader.hand_ins.split_lists import LISTS, Lists, check_shares, leakage_notes, read_lists
from grader.hand_ins.tree import Frame, Tree

STRATEGIES: Final = ("sequence", "time", "random")
#: Whole sequences do not add up to any share.
USUAL_TOLERANCE: Final = 8.0
USUAL_SHARES: Final = (65, 25, 10)
ORDER: Final = (*split_lists.ORDER, "strategies_swapped", "sequence_shared", "time_order_broken", "not_mixed")
#: Drawn at 65/25/10, neighbouring frames part in one case of two; cut by time, in one of ten.
FEWEST_CHANGES: Final = 0.25
FEWEST_CUT: Final = 0.8  # of the sequences, when frames are shared out by time or at random
_OTHER_WORDS: Final = {"sequences": "sequence", "séquence": "sequence", "temps": "time", "hasard": "random"}


def inspect(question: Mapping[str, Any], key: AnswerKey, files: Mapping[str, bytes]) -> Inspection:
    """Three splits of the tree, each in its folder."""
    tree = Tree.of(key)
    folders = _folders(open_zip(files["lists"]))
    shares, tolerance = question.get("shares", USUAL_SHARES), question.get("tolerance", USUAL_TOLERANCE)
    splits: dict[str, Lists] = {}
    wrong: set[str] = set()
    notes: list[Note] = []
    for strategy in STRATEGIES:
        lists = read_lists(folders[strategy], tree, folder=f"{strategy}/")
        check_shares(lists, shares, tolerance)
        splits[strategy] = lists
        wrong |= lists.wrong.keys()
        notes += [*lists.findings()[:3], *leakage_notes(lists.split, where=f"{strategy}/")]
    broken = _broken(splits, tree)
    return judged(
        wrong | broken.keys(),
        order=ORDER,
        understood=" · ".join(f"{name}/ {sum(splits[name].lines.values())}" for name in STRATEGIES),
        notes=[*broken.values(), *notes],
        figures={"strategies": {name: leakage.figures(splits[name].split, tree) for name in STRATEGIES}},
    )


def _folders(archive: Mapping[str, bytes]) -> dict[str, dict[str, bytes]]:
    """strategy → list → bytes, by the nearest folder that bears a strategy's name."""
    found: dict[str, dict[str, bytes]] = {strategy: {} for strategy in STRATEGIES}
    for path, data in archive.items():
        *above, name = (part.strip().lower() for part in path.split("/"))
        strategy = next((named for folder in reversed(above) if (named := _strategy(folder)) in found), None)
        stem = name.removesuffix(".txt").strip()
        if strategy is None or stem not in LISTS:
            continue
        if stem in found[strategy]:
            raise Unreadable("list_twice", path)
        found[strategy][stem] = data
    for strategy, lists in found.items():
        if not lists:
            raise Unreadable("folder_missing", f"{strategy}/")
    return found


def _strategy(folder: str) -> str:
    words = folder.replace("-", "_").removeprefix("by_").removeprefix("par_")
    return _OTHER_WORDS.get(words, words)


def _broken(splits: Mapping[str, Lists], tree: Tree) -> dict[str, Note]:
    """What is not as its folder says; three good splits in each other's folders are one mistake."""
    really = {name: leakage.strategy_of(lists.split, tree) for name, lists in splits.items()}
    if sorted(really.values()) == sorted(STRATEGIES) and any(name != found for name, found in really.items()):
        name = next(name for name, found in really.items() if name != found)
        return {"strategies_swapped": note("strategies_swapped", f"{name}/", found=really[name])}
    checks = {
        "sequence_shared": _shared_sequence(splits["sequence"], tree),
        "time_order_broken": _out_of_order(splits["time"], tree),
        "not_mixed": _not_mixed(splits["random"], tree),
    }
    return {mistake: found for mistake, found in checks.items() if found is not None}


def _shared_sequence(lists: Lists, tree: Tree) -> Note | None:
    for sequence, names in _lists_of(lists, tree).items():
        if len(names) > 1:
            return note("sequence_shared", "sequence/", path=tree.sequences[sequence][0], lists=_spoken(names))
    return None


def _out_of_order(lists: Lists, tree: Tree) -> Note | None:
    owners = leakage.owners_of(lists.split)
    cut = [sequence for sequence, names in _lists_of(lists, tree).items() if len(names) > 1]
    for sequence in cut:
        if not leakage.is_in_order(sequence, owners):
            return note("time_order_broken", "time/", path=tree.sequences[sequence][0])
    if len(cut) < FEWEST_CUT * len(tree.sequences):
        return note("sequences_not_cut", "time/", cut=len(cut), total=len(tree.sequences))
    return None


def _not_mixed(lists: Lists, tree: Tree) -> Note | None:
    cut = sum(len(names) > 1 for names in _lists_of(lists, tree).values())
    if cut < FEWEST_CUT * len(tree.sequences):
        return note("sequences_not_cut", "random/", cut=cut, total=len(tree.sequences))
    if leakage.changes(leakage.owners_of(lists.split)) < FEWEST_CHANGES:
        return note("not_mixed", "random/")
    return None


def _lists_of(lists: Lists, tree: Tree) -> dict[int, set[str]]:
    """Which lists each sequence has frames in."""
    owners: Mapping[Frame, str] = leakage.owners_of(lists.split)
    found: dict[int, set[str]] = {sequence: set() for sequence in range(len(tree.sequences))}
    for (sequence, _), name in owners.items():
        found[sequence].add(name)
    return found


def _spoken(names: set[str]) -> str:
    return " + ".join(name for name in LISTS if name in names)

"""How much of val and test a network has as good as seen in training: frames of one sequence look alike."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from grader.hand_ins.tree import Frame, Tree

Split = Mapping[str, Collection[Frame]]  # train, val, test → frames


def leakage(split: Split) -> dict[str, float]:
    """Shares (0…1) of the val and test frames whose sequence, or whose neighbour in time, is in train too."""
    train = set(split["train"])
    held_out = [frame for name in ("val", "test") for frame in split[name]]
    sequences = {sequence for sequence, _ in train}
    if not held_out:
        return {"sequence": 0.0, "neighbour": 0.0}
    same = sum(sequence in sequences for sequence, _ in held_out)
    near = sum((s, f - 1) in train or (s, f + 1) in train for s, f in held_out)
    return {"sequence": round(same / len(held_out), 4), "neighbour": round(near / len(held_out), 4)}


def strategy_of(split: Split, tree: Tree) -> str:
    """``sequence`` (no sequence is cut), ``time`` (cut once or twice, in order), ``random`` or ``mixed``."""
    owners = owners_of(split)
    cut = [s for s in range(len(tree.sequences)) if len({owners[f] for f in _of(s, owners)}) > 1]
    if len(cut) <= 0.05 * len(tree.sequences):
        return "sequence"
    if len(cut) >= 0.8 * len(tree.sequences):
        if all(is_in_order(s, owners) for s in cut):
            return "time"
        if changes(owners) >= 0.25:
            return "random"
    return "mixed"


def owners_of(split: Split) -> dict[Frame, str]:
    """Which list each frame is in; the first of train, val, test where it is in several."""
    return {frame: name for name in ("test", "val", "train") for frame in split[name]}


def is_in_order(sequence: int, owners: Mapping[Frame, str]) -> bool:
    """Whether the train frames of a sequence come before its val frames, and these before its test frames."""
    ranks = [("train", "val", "test").index(owners[frame]) for frame in sorted(_of(sequence, owners))]
    return ranks == sorted(ranks)


def changes(owners: Mapping[Frame, str]) -> float:
    """The share of neighbouring frames that are in different lists: one half when drawn at 65/25/10."""
    pairs = [(owner, owners[(s, f + 1)]) for (s, f), owner in owners.items() if (s, f + 1) in owners]
    return sum(one != other for one, other in pairs) / len(pairs) if pairs else 0.0


def figures(split: Split, tree: Tree) -> dict[str, Any]:
    """Plain numbers for the page and its plot."""
    listed = sum(len(frames) for frames in split.values())
    return {
        "pictures": {name: len(split[name]) for name in ("train", "val", "test")},
        "shares": {name: round(len(split[name]) / max(1, listed), 4) for name in ("train", "val", "test")},
        "leakage": leakage(split),
        "strategy": strategy_of(split, tree),
    }


def _of(sequence: int, owners: Mapping[Frame, str]) -> Iterator[Frame]:
    return (frame for frame in owners if frame[0] == sequence)

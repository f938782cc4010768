"""What the answer keys of all cards cost, from cold: ``python benchmarks/keys.py``.

One process that has imported nothing makes the key of one variant of every quest, as a worker does for the first pair
of a class; then of other pairs, whose variants share what was traced. Processor seconds; the ratio is to importing
torch alone.
"""

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from challenges.spec import Quest, load_cards
from challenges.variants import draw

WEIGHTS: Final = Path(__file__).resolve().parents[1] / "fixtures" / "weights" / "course_yolov5nu.pt"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=4, help="pairs after the first one")
    pairs = parser.parse_args().pairs
    quests = [quest for card in load_cards() for quest in card.quests]
    importing = cpu(lambda: __import__("torch"))
    cold: dict[str, list[float]] = defaultdict(list)
    warm: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        for pair in range(pairs + 1):
            for quest in quests:
                spent = cpu(partial(make_key, quest, pair, Path(folder)))
                (warm if pair else cold)[quest.kind].append(spent)
    print(f"import torch: {importing:.1f} s of processor time")
    print(f"{'kind':<22}{'quests':>7}{'first pair, s':>15}{'each pair after, s':>20}")
    for kind in sorted(cold, key=lambda each: -sum(cold[each])):
        print(f"{kind:<22}{len(cold[kind]):>7}{sum(cold[kind]):>15.2f}{sum(warm[kind]) / pairs:>20.2f}")
    first, after = total(cold), total(warm) / pairs
    print(f"{'all cards':<22}{len(quests):>7}{first:>15.2f}{after:>20.2f}")
    print(f"in importing torch: {first / importing:.1f} for the first pair, {after / importing:.1f} for each after")


def make_key(quest: Quest, pair: int, folder: Path) -> None:
    """One pair's key, with the file that goes with it, as the worker makes it."""
    from grader import make_answer_key

    question = quest.question_for(draw(b"benchmark", pair=pair, quest=quest))
    make_answer_key(question, weights=WEIGHTS, materials=folder)


def cpu(action: Callable[[], object]) -> float:
    started = time.process_time()
    action()
    return time.process_time() - started


def total(by_kind: dict[str, list[float]]) -> float:
    return sum(sum(spent) for spent in by_kind.values())


if __name__ == "__main__":
    main()

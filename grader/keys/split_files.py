"""``split_files``: a tree of pictures and labels to be split, drawn for the pair (``split_strategies`` splits it too).

Several classes, two pairs each, five sequences a pair, as on the course's own server; the pictures are empty files,
because a split is made of names.
"""

import random
from collections.abc import Iterator, Mapping
from typing import Any, Final

from grader.keys.draft import Draft
from grader.keys.label_files import PAIRS
from grader.keys.material import material_zip

CLASSES: Final = ("bottle", "chair", "glasses", "key", "lens", "mug", "pen", "plant", "ring", "shoe", "watch")
CLASSES_DRAWN: Final = 4
PAIRS_OF_A_CLASS: Final = 2
SEQUENCES: Final = 5
FRAMES: Final = (14, 26)  # fewest and most of a sequence
STEPS: Final = (1, 5, 10, 15)  # frames kept of the film: every one, …, two in a second

Sequence = tuple[str, tuple[int, ...]]


def draft(question: Mapping[str, Any]) -> Draft:
    """Truth: every sequence's folder and the numbers of its frames."""
    sequences = tuple(_sequences(random.Random(f"splits {question['seed']}")))
    made = Draft(truth=sequences)
    made.material = ("dataset.zip", material_zip(_files(sequences)))
    made.notes.append(f"{sum(len(frames) for _, frames in sequences)} pictures in {len(sequences)} sequences")
    return made


def _sequences(rng: random.Random) -> Iterator[Sequence]:
    for name in sorted(rng.sample(CLASSES, CLASSES_DRAWN)):
        for pair in sorted(rng.sample(PAIRS, PAIRS_OF_A_CLASS)):
            for number in range(1, SEQUENCES + 1):
                step = rng.choice(STEPS)
                frames = rng.randint(*FRAMES)
                yield f"{name}/{pair}/{number}", tuple(range(0, frames * step, step))


def _files(sequences: tuple[Sequence, ...]) -> Iterator[tuple[str, bytes]]:
    for folder, frames in sequences:
        for frame in frames:
            yield f"{folder}/images/frame_{frame:06d}.jpg", b""
        for frame in frames:
            yield f"{folder}/labels/frame_{frame:06d}.txt", b"0 0.500000 0.500000 0.200000 0.200000\n"

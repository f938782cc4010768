"""``label_files``: a pair's own messy folder of labels, as CVAT and people's hands leave them.

Five sequences of a class: class 0 everywhere, spaces in some names, some last lines without an end, one sequence
written by Windows, some pictures without an object (an empty file, to be kept).
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from grader.errors import SubmissionError
from grader.keys.draft import Draft
from grader.keys.material import material_zip

SEQUENCES: Final = 5
FRAMES: Final = (26, 34)  # fewest and most of a sequence
SPACED: Final = 0.12
UNENDED: Final = 0.3
EMPTY: Final = 0.05
CROWDED: Final = 2  # sequences with two objects in a picture
PAIRS: Final = (
    "ada-grace",
    "alan-joan",
    "emmy-carl",
    "hedy-nikola",
    "marie-paul",
    "rosa-max",
    "sofia-leon",
    "yann-fei",
)

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class _File:
    """``written`` is the name with its spaces; ``boxes`` are the lines without their class."""

    path: str
    written: str
    boxes: tuple[str, ...]
    end: str
    is_ended: bool

    def content(self) -> bytes:
        text = self.end.join(f"0 {box}" for box in self.boxes)
        return (text + self.end if self.boxes and self.is_ended else text).encode()


def draft(question: Mapping[str, Any]) -> Draft:
    """Truth: the class's index and, for every file, its right path and its boxes. Raises ``SubmissionError``."""
    classes, name = list(question["classes"]), question["class_name"]
    if name not in classes:
        raise _unknown_class(name)
    files = tuple(_files(random.Random(f"label_files {question['seed']} {name}"), name))
    index = classes.index(name)
    made = Draft(truth=(index, tuple((file.path, file.boxes) for file in files)))
    if index == 0:  # nothing to correct: the variant collides
        made.add("label_class_zero", made.truth)
    made.material = (f"{name}-labels.zip", material_zip((file.written, file.content()) for file in files))
    made.notes.append(f"class {index}; {len(files)} files, {sum(not file.boxes for file in files)} without an object")
    return made


def _files(rng: random.Random, name: str) -> Iterator[_File]:
    pair = rng.choice(PAIRS)
    crowded = rng.sample(range(1, SEQUENCES + 1), CROWDED)
    windows = rng.randint(1, SEQUENCES)
    for sequence in range(1, SEQUENCES + 1):
        walks = [_walk(rng) for _ in range(2 if sequence in crowded else 1)]
        for frame in range(rng.randint(*FRAMES)):
            folder = f"{name}/{pair}/{sequence}/labels"
            stem = f"frame_{frame:06d}"
            boxes = [next(walk) for walk in walks]
            yield _File(
                path=f"{folder}/{stem}.txt",
                written=f"{folder}/{_spaced(rng, stem) if rng.random() < SPACED else stem}.txt",
                boxes=() if rng.random() < EMPTY else tuple(" ".join(f"{v:.6f}" for v in box) for box in boxes),
                end="\r\n" if sequence == windows else "\n",
                is_ended=rng.random() >= UNENDED,
            )


def _spaced(rng: random.Random, stem: str) -> str:
    return rng.choice((f" {stem}", f"{stem} ", f"{stem}  ", stem.replace("_", " _"), stem.replace("_", "_ ")))


def _walk(rng: random.Random) -> Iterator[Box]:
    """A box that moves a little from frame to frame, as a filmed object does."""
    x, y = rng.uniform(0.3, 0.7), rng.uniform(0.3, 0.7)
    width, height = rng.uniform(0.08, 0.3), rng.uniform(0.08, 0.3)
    while True:
        x, y = (min(0.82, max(0.18, value + rng.gauss(0, 0.006))) for value in (x, y))
        width, height = (min(0.34, max(0.05, value * rng.gauss(1, 0.01))) for value in (width, height))
        yield x, y, width, height


def _unknown_class(name: str) -> SubmissionError:
    return SubmissionError(
        "invalid_question",
        {"en": f"“{name}” is not in the class map", "fr": f"« {name} » n'est pas dans la liste des classes"},
        {"en": "Give one of “classes”.", "fr": "Donnez l'une de « classes »."},
    )

"""A dataset's folders as a split sees them: sequences of frames, and how a line of a list is understood."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from challenges.key import AnswerKey

Frame = tuple[int, int]  # (which sequence, which of its frames), both from 0

_DRIVE: Final = re.compile(r"[A-Za-z]:[\\/]")
SHORTEST_TAIL: Final = 2  # images/frame_000012.jpg alone names one picture only where there is one sequence


@dataclass(frozen=True)
class Tree:
    """``sequences``: (folder, the numbers of its frames in time's order), as the key's truth holds them."""

    sequences: Sequence[tuple[str, Sequence[int]]]

    @classmethod
    def of(cls, key: AnswerKey) -> "Tree":
        truth: Any = key.truth
        return cls(truth)

    @property
    def pictures(self) -> int:
        return sum(len(frames) for _, frames in self.sequences)

    def path(self, frame: Frame) -> str:
        """The picture's path from the tree's root."""
        folder, frames = self.sequences[frame[0]]
        return f"{folder}/images/frame_{frames[frame[1]]:06d}.jpg"

    @cached_property
    def frames(self) -> Mapping[str, Frame]:
        """Every picture's path."""
        every = ((s, f) for s, (_, frames) in enumerate(self.sequences) for f in range(len(frames)))
        return {self.path(frame): frame for frame in every}

    @cached_property
    def _tails(self) -> Mapping[str, Frame | None]:
        """Ends of paths, for lists written from inside a folder of the tree; None where two pictures end so."""
        tails: dict[str, Frame | None] = {}
        for path, frame in self.frames.items():
            parts = path.split("/")
            for start in range(1, len(parts) - SHORTEST_TAIL + 1):
                tail = "/".join(parts[start:])
                tails[tail] = None if tail in tails else frame
        return tails

    def find(self, parts: Sequence[str]) -> Frame | None:
        """The picture that a path's parts name, whatever folders stand above the tree or are left out of it."""
        depth = self.sequences[0][0].count("/") + 3
        found = self.frames.get("/".join(parts[-depth:]))
        return found if found is not None else self._tails.get("/".join(parts))


def is_absolute(path: str) -> bool:
    """``/home/…``, ``C:\\…``, ``~/…``, ``\\\\server\\…``: true on one machine only."""
    return path.startswith(("/", "~", "\\")) or _DRIVE.match(path) is not None

"""Experiments that were run once so that everybody can look at what came out; nothing here is typed by hand."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import mean
from typing import Any, Final

_FOLDER: Final = Path(__file__).parent
_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Training:
    """One detector, measured on the test part of its own split and on clips that nobody had seen; both in 0…1."""

    seed: int
    map50_own_test: float
    map50_new_clips: float


@dataclass(frozen=True, slots=True)
class Strategy:
    """A way to split, and what became of it.

    ``leakage``: share of the test pictures whose clip was trained on. ``frames_to_training``: how many frames lie
    between such a picture and the nearest one of training, the median; None where nothing leaks.
    """

    name: str
    leakage: float
    frames_to_training: float | None
    trainings: tuple[Training, ...]

    @property
    def map50_own_test(self) -> float:
        """What a pair would have reported: the mean over the trainings."""
        return mean(training.map50_own_test for training in self.trainings)

    @property
    def map50_new_clips(self) -> float:
        """What its detector was worth: the mean over the trainings."""
        return mean(training.map50_new_clips for training in self.trainings)

    @property
    def flattery(self) -> float:
        """By how much the split's own test promised too much; below zero where it promised too little."""
        return self.map50_own_test - self.map50_new_clips


@dataclass(frozen=True, slots=True)
class SplitStrategies:
    """``clips`` of ``frames`` pictures were split; ``new_clips`` of ``new_frames`` came afterwards."""

    clips: int
    frames: int
    new_clips: int
    new_frames: int
    architecture: str
    image_size: int
    epochs: int
    strategies: tuple[Strategy, ...]

    def strategy(self, name: str) -> Strategy:
        """``sequence``, ``time`` or ``random``; raises ``KeyError``."""
        for strategy in self.strategies:
            if strategy.name == name:
                return strategy
        raise KeyError(name)


@cache
def split_strategies() -> SplitStrategies:
    """What a split by sequence, by time and at random does to the mAP that is measured, on the demo's scenes."""
    content = json.loads((_FOLDER / "split_strategies.json").read_text(encoding="utf-8"))
    if content["version"] != _VERSION:
        raise ValueError(f"split_strategies.json has version {content['version']!r}, not {_VERSION}")
    material, recipe = content["material"], content["recipe"]
    return SplitStrategies(
        **{name: material[name] for name in ("clips", "frames", "new_clips", "new_frames")},
        **{name: recipe[name] for name in ("architecture", "image_size", "epochs")},
        strategies=tuple(_strategy(name, runs) for name, runs in content["strategies"].items()),
    )


def _strategy(name: str, runs: list[dict[str, Any]]) -> Strategy:
    distances = [run["frames_to_training"] for run in runs if run["frames_to_training"] is not None]
    return Strategy(
        name,
        leakage=mean(run["leakage"] for run in runs),
        frames_to_training=mean(distances) if distances else None,
        trainings=tuple(Training(run["seed"], run["map50_own_test"], run["map50_new_clips"]) for run in runs),
    )

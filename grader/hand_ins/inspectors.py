"""Which program reads which kind of hand-in. Imported by name: a child loads its own kind and nothing else."""

import importlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from challenges.key import AnswerKey
from grader.hand_ins.inspection import Inspection

Inspect = Callable[[Mapping[str, Any], AnswerKey, Mapping[str, bytes]], Inspection]

#: Kinds with a part that a machine checks.
KINDS: Final = (
    "label_files",
    "split_files",
    "split_strategies",
    "training_curves",
    "augmentation",
    "detections",
    "annotation",
)


@dataclass(frozen=True)
class Budget:
    """What reading one hand-in may take on top of what the child holds already."""

    memory_bytes: int = 512 << 20
    cpu_seconds: float = 20.0


def inspector(kind: str, parts: Collection[str]) -> Inspect:
    """The kind's ``inspect``; what these parts need is imported and tried once. Raises KeyError for an unknown kind."""
    if kind not in KINDS:
        raise KeyError(kind)
    module = importlib.import_module(f"grader.hand_ins.{kind}")
    if hasattr(module, "rehearse"):
        module.rehearse(parts)
    inspect: Inspect = module.inspect
    return inspect


def mistakes_of_hand_ins() -> frozenset[str]:
    """Every mistake that some kind of hand-in can be told."""
    modules = (importlib.import_module(f"grader.hand_ins.{kind}") for kind in KINDS)
    return frozenset(mistake for module in modules for mistake in module.ORDER)


def budget_of(files: Mapping[str, object]) -> Budget:
    """A checkpoint is large, everything else is text."""
    return Budget(memory_bytes=2 << 30, cpu_seconds=60.0) if "checkpoint" in files else Budget()

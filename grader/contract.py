"""What goes in and comes out of an evaluation job: frozen data and its versioned JSON. Never pickle.

The class writes JSON with ``to_json`` (a plain dict) and reads it with ``from_json``, which refuses
unknown keys, wrong types and numbers out of range with a ``ValueError`` naming the field.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from grader import strict

VERSION: Final = 1
STATUSES: Final = ("done", "refused", "failed")
STAGES: Final = ("reading", "predicting", "scoring")
SPLITS: Final = ("train", "val", "test")

#: The ratios every evaluation reports; ``per_class`` holds ap50, ap50_95, precision, recall and instances.
RATIOS: Final = ("map50", "map50_95", "precision", "recall")
CLASS_RATIOS: Final = ("ap50", "ap50_95", "precision", "recall")

MEBIBYTE: Final = 1 << 20
GIBIBYTE: Final = 1 << 30


@dataclass(frozen=True)
class Settings:
    """How boxes are made and kept, under the names of ``ml.detection.settings``: part of the task."""

    letterbox: str = "square"
    confidence: float = 0.001
    iou: float = 0.6
    max_detections: int = 300
    batch_size: int = 32

    @classmethod
    def from_json(cls, value: object) -> "Settings":
        found = strict.keys(value, "settings", required=(), optional=cls.__dataclass_fields__)
        given = {**asdict(cls()), **found}
        return cls(
            letterbox=strict.one_of(given["letterbox"], "settings.letterbox", ("square", "rectangular")),
            confidence=strict.number(given["confidence"], "settings.confidence", lowest=1e-4, highest=1),
            iou=strict.number(given["iou"], "settings.iou", lowest=0, highest=1),
            max_detections=strict.integer(given["max_detections"], "settings.max_detections", lowest=1, highest=1_000),
            batch_size=strict.integer(given["batch_size"], "settings.batch_size", lowest=1, highest=256),
        )


@dataclass(frozen=True)
class Limits:
    """What one job may take. ``memory_bytes`` counts on top of what the child holds before the weights.

    The child may use ``cpu_seconds + cpu_seconds_per_image × images`` of processor time and 1.5 times
    that on the clock.
    """

    file_bytes: int = 200 * MEBIBYTE
    memory_bytes: int = 3 * GIBIBYTE
    cpu_seconds: float = 60.0
    cpu_seconds_per_image: float = 1.0
    threads: int = 1

    @classmethod
    def from_json(cls, value: object) -> "Limits":
        found = strict.keys(value, "limits", required=(), optional=cls.__dataclass_fields__)
        given = {**asdict(cls()), **found}
        return cls(
            file_bytes=strict.integer(given["file_bytes"], "limits.file_bytes", lowest=1, highest=2 * GIBIBYTE),
            memory_bytes=strict.integer(
                given["memory_bytes"], "limits.memory_bytes", lowest=MEBIBYTE, highest=64 * GIBIBYTE
            ),
            cpu_seconds=strict.number(given["cpu_seconds"], "limits.cpu_seconds", lowest=1, highest=86_400),
            cpu_seconds_per_image=strict.number(
                given["cpu_seconds_per_image"], "limits.cpu_seconds_per_image", lowest=0, highest=600
            ),
            threads=strict.integer(given["threads"], "limits.threads", lowest=1, highest=16),
        )


@dataclass(frozen=True)
class Job:
    """One checkpoint to score on one split. ``classes`` are the task's, in the order of its labels."""

    id: str
    weights: Path
    data: Path
    split: str
    image_size: int
    classes: tuple[str, ...]
    settings: Settings = field(default_factory=Settings)
    limits: Limits = field(default_factory=Limits)

    def to_json(self) -> dict[str, object]:
        return {
            "version": VERSION,
            "id": self.id,
            "weights": str(self.weights),
            "data": str(self.data),
            "split": self.split,
            "image_size": self.image_size,
            "classes": list(self.classes),
            "settings": asdict(self.settings),
            "limits": asdict(self.limits),
        }

    @classmethod
    def from_json(cls, value: object) -> "Job":
        """Raises ValueError naming the first field that is missing, unknown or not as it should be."""
        required = ("version", "id", "weights", "data", "split", "image_size", "classes")
        found = strict.keys(value, "job", required=required, optional=("settings", "limits"))
        strict.integer(found["version"], "version", lowest=VERSION, highest=VERSION)
        classes = strict.texts(found["classes"], "classes", most=1_000)
        if not classes or len(set(classes)) != len(classes):
            raise ValueError("classes: at least one name, each once")
        image_size = strict.integer(found["image_size"], "image_size", lowest=32, highest=4_096)
        if image_size % 32:
            raise ValueError("image_size: a multiple of 32 is expected")
        return cls(
            id=strict.text(found["id"], "id"),
            weights=Path(strict.text(found["weights"], "weights", longest=4_000)),
            data=Path(strict.text(found["data"], "data", longest=4_000)),
            split=strict.one_of(found["split"], "split", SPLITS),
            image_size=image_size,
            classes=classes,
            settings=Settings.from_json(found.get("settings", {})),
            limits=Limits.from_json(found.get("limits", {})),
        )


@dataclass(frozen=True)
class Progress:
    """How far a job is: ``done`` of ``total`` images in this stage (0 of 1 while the weights are read)."""

    stage: Literal["reading", "predicting", "scoring"]
    done: int
    total: int

    def to_json(self) -> dict[str, object]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: object) -> "Progress":
        found = strict.keys(value, "progress", required=("stage", "done", "total"))
        total = strict.integer(found["total"], "total", lowest=0, highest=10_000_000)
        stage = strict.one_of(found["stage"], "stage", STAGES)
        done = strict.integer(found["done"], "done", lowest=0, highest=total)
        return cls(stage=stage, done=done, total=total)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Outcome:
    """How a job ended.

    ``done``: ``metrics`` and ``checkpoint`` are there. ``refused``: their file cannot be judged, ``reason``
    and ``advice`` say why in both languages. ``failed``: ours, ``error_id`` is what people may quote and no
    attempt is lost. ``log`` is for instructors: stages, timings, versions, walls; no path, no label.
    """

    job: str
    status: Literal["done", "refused", "failed"]
    metrics: Mapping[str, Any] | None = None
    checkpoint: Mapping[str, Any] | None = None
    reason: Mapping[str, str] | None = None
    advice: Mapping[str, str] | None = None
    error_id: str | None = None
    log: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    version: int = VERSION

    def to_json(self) -> dict[str, object]:
        result = asdict(self)
        result["log"] = list(self.log)
        return result

    @classmethod
    def from_json(cls, value: object) -> "Outcome":
        """Raises ValueError: it crosses a process border, so it is read as a stranger's is."""
        found = strict.keys(value, "outcome", required=tuple(cls.__dataclass_fields__))
        strict.integer(found["version"], "version", lowest=VERSION, highest=VERSION)
        status = strict.one_of(found["status"], "status", STATUSES)
        seconds = strict.mapping(found["seconds"], "seconds")
        outcome = cls(
            job=strict.text(found["job"], "job"),
            status=status,  # type: ignore[arg-type]
            metrics=None if found["metrics"] is None else _metrics(found["metrics"]),
            checkpoint=None if found["checkpoint"] is None else _checkpoint(found["checkpoint"]),
            reason=None if found["reason"] is None else strict.both_languages(found["reason"], "reason"),
            advice=None if found["advice"] is None else strict.both_languages(found["advice"], "advice"),
            error_id=_optional_id(found["error_id"]),
            log=strict.texts(found["log"], "log", most=1_000, longest=1_000),
            seconds={
                strict.text(k, "seconds"): strict.number(v, f"seconds.{k}", lowest=0, highest=1e7)
                for k, v in seconds.items()
            },
        )
        outcome._coherent()
        return outcome

    def _coherent(self) -> None:
        if self.status == "done" and (self.metrics is None or self.checkpoint is None):
            raise ValueError("outcome: done without metrics or checkpoint")
        if self.status != "done" and self.metrics is not None:
            raise ValueError("outcome: metrics without being done")
        if self.status == "refused" and (self.reason is None or self.advice is None):
            raise ValueError("outcome: refused without a reason or an advice")
        if self.status == "failed" and self.error_id is None:
            raise ValueError("outcome: failed without an error id")


def read_json(text: str | bytes) -> object:
    """JSON as the standard has it: no NaN or Infinity, no key given twice. Raises ValueError."""

    def constant(name: str) -> object:
        raise ValueError(f"{name} is not JSON")

    def pairs(items: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(items)
        if len(found) != len(items):
            raise ValueError("a key is given twice")
        return found

    try:
        return json.loads(text, parse_constant=constant, object_pairs_hook=pairs)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _optional_id(value: object) -> str | None:
    return None if value is None else strict.text(value, "error_id", longest=40)


def _metrics(value: object) -> Mapping[str, object]:
    """The evaluation's numbers: ratios in [0, 1], counts, one row a class; the rest as plain JSON."""
    found = strict.mapping(value, "metrics")
    for name in (*RATIOS, "images", "instances", "per_class"):
        if name not in found:
            raise ValueError(f"metrics: missing {name}")
    for name in RATIOS:
        strict.number(found[name], f"metrics.{name}", lowest=0, highest=1)
    for name in ("images", "instances"):
        strict.integer(found[name], f"metrics.{name}", lowest=0, highest=100_000_000)
    for name, row in strict.mapping(found["per_class"], "metrics.per_class").items():
        label = f"metrics.per_class.{name[:40]}"
        cells = strict.mapping(row, label)
        for ratio in CLASS_RATIOS:
            if cells.get(ratio) is not None:  # a class without ground truth has no average precision
                strict.number(cells[ratio], f"{label}.{ratio}", lowest=0, highest=1)
        strict.integer(cells.get("instances"), f"{label}.instances", lowest=0, highest=100_000_000)
    return strict.mapping(strict.plain(found, "metrics"), "metrics")


def _checkpoint(value: object) -> Mapping[str, object]:
    """What the file turned out to be; ``image_size`` is the one it was trained at, when it says."""
    names = ("format", "architecture", "classes", "parameters", "image_size", "digest")
    found = strict.keys(value, "checkpoint", required=names, optional=("gflops",))
    digest = strict.text(found["digest"], "checkpoint.digest", longest=80)
    if not re.fullmatch(r"sha256:[0-9a-f]{64}", digest):
        raise ValueError("checkpoint.digest: sha256:… is expected")
    size = found["image_size"]
    return {
        "format": strict.text(found["format"], "checkpoint.format"),
        "architecture": strict.text(found["architecture"], "checkpoint.architecture"),
        "classes": list(strict.texts(found["classes"], "checkpoint.classes", most=1_000, empty=True)),
        "parameters": strict.integer(found["parameters"], "checkpoint.parameters", lowest=0, highest=10**10),
        "image_size": None if size is None else strict.integer(size, "checkpoint.image_size", lowest=1, highest=65_536),
        "digest": digest,
        **({"gflops": _gflops(found["gflops"])} if "gflops" in found else {}),
    }


def _gflops(value: object) -> float | None:
    return None if value is None else strict.number(value, "checkpoint.gflops", lowest=0, highest=1e9)

"""What goes into an evaluation job and how far it is: frozen data and its versioned JSON. Never pickle.

What comes out is ``grader.outcomes``.

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
from grader.reports import CONVENTIONS

VERSION: Final = 1
STAGES: Final = ("reading", "predicting", "scoring", "probing", "copying", "extracting", "detecting")
SPLITS: Final = ("train", "val", "test")
DEVICES: Final = ("cpu", "cuda")

#: Which rules make the figures. It changes with them, and every record and fingerprint with it.
METRIC_VERSION: Final = "2"

#: A published network's name (``yolov5s``, ``yolov8n``), said by a pair whose file does not say it.
CONFIGURATION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
MOST_PRETRAINED: Final = 50

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
    """One checkpoint to score on one split. ``classes`` are the task's, in the order of its labels.

    ``convention`` decides the headline figures. Below 100, ``public_percent`` of the split's pictures (whole clusters,
    in an order that ``parts_seed`` decides) are its public part, the others its private one. ``gallery_split`` is a
    split that pairs may see: the errors in it are collected picture by picture. ``pretrained`` are published files that
    a frozen backbone may have come from.
    """

    id: str
    weights: Path
    data: Path
    split: str
    image_size: int
    classes: tuple[str, ...]
    settings: Settings = field(default_factory=Settings)
    limits: Limits = field(default_factory=Limits)
    convention: Literal["yolov5", "ultralytics", "coco"] = "yolov5"
    configuration: str = ""
    public_percent: int = 100
    parts_seed: str = ""
    gallery_split: str = ""
    device: Literal["cpu", "cuda"] = "cpu"
    pretrained: tuple[Path, ...] = ()

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
            "convention": self.convention,
            "configuration": self.configuration,
            "public_percent": self.public_percent,
            "parts_seed": self.parts_seed,
            "gallery_split": self.gallery_split,
            "device": self.device,
            "pretrained": [str(path) for path in self.pretrained],
        }

    @classmethod
    def from_json(cls, value: object) -> "Job":
        """Raises ValueError naming the first field that is missing, unknown or not as it should be."""
        required = ("version", "id", "weights", "data", "split", "image_size", "classes")
        found = strict.keys(value, "job", required=required, optional=("settings", "limits", *_CHOICES))
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
            **_choices(found),
        )


#: What a job may leave out, with what is meant then.
_CHOICES: Final[Mapping[str, object]] = {
    "convention": "yolov5",
    "configuration": "",
    "public_percent": 100,
    "parts_seed": "",
    "gallery_split": "",
    "device": "cpu",
    "pretrained": (),
}


def _choices(job: Mapping[str, object]) -> dict[str, Any]:
    found = {name: job.get(name, usual) for name, usual in _CHOICES.items()}
    configuration = strict.text(found["configuration"], "configuration", empty=True)
    if configuration and not CONFIGURATION.fullmatch(configuration):
        raise ValueError("configuration: a name such as yolov5s is expected")
    gallery = strict.one_of(found["gallery_split"], "gallery_split", ("", *SPLITS))
    if gallery == job["split"]:
        raise ValueError("gallery_split: never the split that is scored")
    pretrained = strict.texts(found["pretrained"], "pretrained", most=MOST_PRETRAINED, longest=4_000)
    return {
        "convention": strict.one_of(found["convention"], "convention", CONVENTIONS),
        "configuration": configuration,
        "public_percent": strict.integer(found["public_percent"], "public_percent", lowest=1, highest=100),
        "parts_seed": strict.text(found["parts_seed"], "parts_seed", empty=True),
        "gallery_split": gallery,
        "device": strict.one_of(found["device"], "device", DEVICES),
        "pretrained": tuple(map(Path, pretrained)),
    }


@dataclass(frozen=True)
class Progress:
    """How far a job is: ``done`` of ``total`` images in this stage (0 of 1 while the weights are read)."""

    stage: Literal["reading", "predicting", "scoring", "probing", "copying", "extracting", "detecting"]
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

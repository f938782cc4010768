"""What comes out of an evaluation job: frozen data and its versioned JSON, read as strictly as a stranger's."""

import base64
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

from grader import strict
from grader.contract import VERSION
from grader.galleries import read_gallery
from grader.records import digest, read_record
from grader.reports import read_report

STATUSES: Final = ("done", "refused", "failed")
PARTS: Final = ("public", "private")
SKETCH_BYTES: Final = 64 * 1024


@dataclass(frozen=True)
class Outcome:
    """How a job ended.

    ``done``: ``metrics`` and ``checkpoint`` are there. ``refused``: their file cannot be judged, ``reason``
    and ``advice`` say why in both languages. ``failed``: ours, ``error_id`` is what people may quote and no
    attempt is lost. ``log`` is for instructors: stages, timings, versions, walls; no path, no label.
    ``safe_log`` is for the pair: the lines of it that say nothing of the hidden pictures nor of a private part.

    ``metrics`` is the whole split's report with speed and size beside it; ``parts`` the reports of the public and the
    private part; ``record`` what it was all made of; ``gallery`` the errors on a split that the pair may see;
    ``sketch`` (base64) what tells this file's weights from others'.
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
    safe_log: tuple[str, ...] = ()
    parts: Mapping[str, Any] | None = None
    record: Mapping[str, Any] | None = None
    gallery: Mapping[str, Any] | None = None
    sketch: str | None = None

    def to_json(self) -> dict[str, object]:
        result = asdict(self)
        result["log"], result["safe_log"] = list(self.log), list(self.safe_log)
        return result

    @classmethod
    def from_json(cls, value: object) -> "Outcome":
        """Raises ValueError: it crosses a process border, so it is read as a stranger's is."""
        newer = ("safe_log", "parts", "record", "gallery", "sketch")
        required = [name for name in cls.__dataclass_fields__ if name not in newer]
        found = strict.keys(value, "outcome", required=required, optional=newer)
        strict.integer(found["version"], "version", lowest=VERSION, highest=VERSION)
        seconds = strict.mapping(found["seconds"], "seconds")
        outcome = cls(
            job=strict.text(found["job"], "job"),
            status=strict.one_of(found["status"], "status", STATUSES),  # type: ignore[arg-type]
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
            safe_log=strict.texts(found.get("safe_log", ()), "safe_log", most=1_000, longest=1_000),
            parts=None if found.get("parts") is None else _parts(found["parts"]),
            record=None if found.get("record") is None else read_record(found["record"]),
            gallery=None if found.get("gallery") is None else read_gallery(found["gallery"]),
            sketch=None if found.get("sketch") is None else _sketch(found["sketch"]),
        )
        outcome._coherent()
        return outcome

    def _coherent(self) -> None:
        if self.status == "done" and (self.metrics is None or self.checkpoint is None):
            raise ValueError("outcome: done without metrics or checkpoint")
        figures = {"metrics": self.metrics, "parts": self.parts, "gallery": self.gallery, "record": self.record}
        for name, there in figures.items():
            if self.status != "done" and there is not None:
                raise ValueError(f"outcome: {name} without being done")
        if self.status == "refused" and (self.reason is None or self.advice is None):
            raise ValueError("outcome: refused without a reason or an advice")
        if self.status == "failed" and self.error_id is None:
            raise ValueError("outcome: failed without an error id")


def _optional_id(value: object) -> str | None:
    return None if value is None else strict.text(value, "error_id", longest=40)


def _metrics(value: object) -> Mapping[str, object]:
    """The whole split's report; beside it what the file and the machine have to do with it."""
    return read_report(
        value,
        "metrics",
        more={
            "seconds": strict.plain,
            "gflops": _amount_or_none,
            "ms_per_image": _amount_or_none,
            "parameters": lambda cell, label: strict.integer(cell, label, lowest=0, highest=10**10),
            "image_size": lambda cell, label: strict.integer(cell, label, lowest=1, highest=65_536),
        },
    )


def _amount_or_none(value: object, label: str) -> float | None:
    return None if value is None else strict.number(value, label, lowest=0, highest=1e9)


def _parts(value: object) -> Mapping[str, object]:
    found = strict.keys(value, "parts", required=PARTS)
    return {name: read_report(found[name], f"parts.{name}") for name in PARTS}


def _sketch(value: object) -> str:
    text = strict.text(value, "sketch", longest=-(-SKETCH_BYTES // 3) * 4)
    try:
        size = len(base64.b64decode(text, validate=True))
    except ValueError as error:
        raise ValueError("sketch: base64 is expected") from error
    if size > SKETCH_BYTES:
        raise ValueError(f"sketch: at most {SKETCH_BYTES} bytes")
    return text


def _checkpoint(value: object) -> Mapping[str, object]:
    """What the file turned out to be; ``image_size`` is the one it was trained at, ``gflops`` at the job's size."""
    names = ("format", "architecture", "classes", "parameters", "image_size", "digest")
    found = strict.keys(value, "checkpoint", required=names, optional=("gflops",))
    size = found["image_size"]
    return {
        "format": strict.text(found["format"], "checkpoint.format"),
        "architecture": strict.text(found["architecture"], "checkpoint.architecture"),
        "classes": list(strict.texts(found["classes"], "checkpoint.classes", most=1_000, empty=True)),
        "parameters": strict.integer(found["parameters"], "checkpoint.parameters", lowest=0, highest=10**10),
        "image_size": None if size is None else strict.integer(size, "checkpoint.image_size", lowest=1, highest=65_536),
        "digest": digest(found["digest"], "checkpoint.digest"),
        **({"gflops": _amount_or_none(found["gflops"], "checkpoint.gflops")} if "gflops" in found else {}),
    }

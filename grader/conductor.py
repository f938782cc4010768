"""One evaluation job from start to end: prepare here, predict in the sealed child, measure here."""

import hashlib
import logging
import os
import platform
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, Final

from grader import refusals, report
from grader.contract import Job, Progress
from grader.errors import Cancelled, GraderError, SubmissionError
from grader.outcomes import Outcome
from grader.pictures import shared_pictures
from grader.prediction import predict_sealed
from grader.score import class_map, describe, measure
from ml.datasets import Dataset, read_dataset
from ml.detection.settings import EvaluationSettings
from ml.errors import Refused

LOG: Final = logging.getLogger("grader")
VERSIONS: Final = ("torch", "ultralytics", "numpy")
LINE: Final = 1_000


@dataclass
class _Record:
    """What is known so far: it goes into the outcome however the job ends."""

    started: float = field(default_factory=time.perf_counter)
    log: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    digest: str = ""
    checkpoint: dict[str, Any] | None = None

    @contextmanager
    def clock(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - started

    def note(self, line: str) -> None:
        self.log.append(f"{time.perf_counter() - self.started:7.2f} s  {refusals.printable(line)}"[:LINE])


def run_job(job: Job, *, on_progress: Callable[[Progress], None], cancelled: Callable[[], bool]) -> Outcome:
    """See ``grader.run_job``."""
    record = _Record()
    try:
        return _judged(job, record, on_progress, cancelled)
    except Cancelled:
        raise
    except SubmissionError as error:
        return _refused(job, record, error)
    except GraderError as error:
        return _failed(job, record, error)
    except Refused as error:  # the child's refusals are SubmissionErrors: this one is about the course's own data
        return _failed(job, record, GraderError(f"the task's data cannot be used: {error.code}", private=str(error)))
    except Exception as error:
        return _failed(job, record, GraderError(f"unexpected {type(error).__name__}", private=str(error)))


def _judged(
    job: Job, record: _Record, on_progress: Callable[[Progress], None], cancelled: Callable[[], bool]
) -> Outcome:
    on_progress(Progress("reading", 0, 1))
    walls = report.require_seal()
    record.note(_versions())
    settings = EvaluationSettings.from_json({"image_size": job.image_size, **vars(job.settings)})
    with ExitStack() as opened:
        weights = opened.enter_context(_weights(job, record))
        dataset = _dataset(job)
        split = dataset.split(job.split)
        images = len(split.samples)
        with record.clock("decode"):
            pictures = opened.enter_context(shared_pictures(split, settings, cancelled))
        record.note(f"{job.split}: {images} pictures, {_spoken(settings)}")
        prediction = predict_sealed(
            job,
            weights=weights,
            pictures=pictures.descriptor,
            shapes=pictures.prepared.shapes,
            settings=settings.to_json(),
            weak=walls["weak"],
            on_checkpoint=lambda found: _accept(job, record, found, on_progress, images),
            on_image=lambda done: on_progress(Progress("predicting", done, images)),
            cancelled=cancelled,
        )
        record.seconds |= prediction.seconds
        record.note(f"sealed by {_named(prediction.seal)}; {prediction.seconds['cpu']:.1f} s of processor time")
        on_progress(Progress("scoring", 0, 1))
        with record.clock("match"):
            classes = class_map(prediction.checkpoint["classes"], job.classes)
            metrics = measure(prediction.detections, classes, dataset=dataset, split=split, prepared=pictures.prepared)
        on_progress(Progress("scoring", 1, 1))
    return _done(job, record, metrics)


@contextmanager
def _weights(job: Job, record: _Record) -> Iterator[int]:
    """The file, opened once: what is hashed here is what the child reads."""
    try:
        descriptor = os.open(job.weights, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise GraderError("the weights file cannot be opened", private=str(error)) from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise GraderError("the weights are not a regular file")
        if status.st_size > job.limits.file_bytes:
            raise refusals.from_child("file_too_big", {"limit": str(job.limits.file_bytes >> 20)})
        with os.fdopen(os.dup(descriptor), "rb") as file:
            record.digest = "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
        os.lseek(descriptor, 0, os.SEEK_SET)
        record.note(f"weights: {status.st_size} bytes, {record.digest}")
        yield descriptor
    finally:
        os.close(descriptor)


def _dataset(job: Job) -> Dataset:
    """The task's data, which must be about the job's classes: labels are numbers, names make them classes."""
    dataset = read_dataset(job.data)
    if dataset.names != job.classes:
        raise GraderError(
            f"the task's classes ({refusals.listed(job.classes)}) are not those of its data"
            f" ({refusals.listed(dataset.names)})"
        )
    return dataset


def _accept(
    job: Job,
    record: _Record,
    found: Mapping[str, Any],
    on_progress: Callable[[Progress], None],
    images: int,
) -> None:
    """The file has been read: note what it is, and go on only if it knows the task's classes."""
    record.checkpoint = {**found, "digest": record.digest}
    record.note(f"file: {found['architecture']}, {found['parameters']} parameters, classes {found['classes']}")
    classes = class_map(found["classes"], job.classes)
    if classes.renumbered:
        record.note(describe(classes, job.classes))
    on_progress(Progress("reading", 1, 1))
    on_progress(Progress("predicting", 0, images))


def _done(job: Job, record: _Record, metrics: Mapping[str, Any]) -> Outcome:
    total = time.perf_counter() - record.started
    shown = {name: record.seconds[name] for name in ("decode", "predict", "match")}
    record.note(f"done: mAP50 {metrics['map50']:.4f}, mAP50-95 {metrics['map50_95']:.4f}")
    return Outcome(
        job=job.id,
        status="done",
        metrics={**metrics, "seconds": {**shown, "total": total}},
        checkpoint=record.checkpoint,
        log=tuple(record.log),
        seconds={**record.seconds, "total": total},
    )


def _refused(job: Job, record: _Record, error: SubmissionError) -> Outcome:
    record.note(f"refused ({error.code}): {error.reason['en']}")
    if error.detail:
        record.note(f"{'SECURITY EVENT' if error.security_event else 'limit'}: {error.detail}")
    return Outcome(
        job=job.id,
        status="refused",
        checkpoint=record.checkpoint,
        reason=error.reason,
        advice=error.advice,
        log=tuple(record.log),
        seconds={**record.seconds, "total": time.perf_counter() - record.started},
    )


def _failed(job: Job, record: _Record, error: GraderError) -> Outcome:
    """Ours: people get an id, the instructors' log a sentence without paths, the server's log everything."""
    LOG.error("job %s failed (%s): %s %s", job.id, error.id, error, error.private, exc_info=True)
    record.note(f"failed ({error.id}): {error}")
    return Outcome(
        job=job.id,
        status="failed",
        checkpoint=record.checkpoint,
        error_id=error.id,
        log=tuple(record.log),
        seconds={**record.seconds, "total": time.perf_counter() - record.started},
    )


def _spoken(settings: EvaluationSettings) -> str:
    return (
        f"{settings.letterbox} letterbox at {settings.image_size} pixels, confidence {settings.confidence},"
        f" NMS IoU {settings.iou}, at most {settings.max_detections} boxes a picture"
    )


def _named(seal: Mapping[str, Any]) -> str:
    walls = f"Landlock {seal['landlock']}, " if seal["landlock"] else "no Landlock, "
    return walls + ("seccomp" if seal["seccomp"] else "no seccomp") + f", user {seal['user']}"


def _versions() -> str:
    return f"Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in VERSIONS)

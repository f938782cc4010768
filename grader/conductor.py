"""One evaluation job from start to end: prepare here, predict in the sealed child, measure here."""

import base64
import hashlib
import logging
import os
import platform
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from typing import Any, Final

from grader import recording, refusals, report
from grader.contract import Job, Progress
from grader.errors import Cancelled, GraderError, SubmissionError
from grader.journal import Journal
from grader.outcomes import Outcome
from grader.pictures import shared_pictures
from grader.prediction import Prediction, predict_sealed
from grader.score import ClassMap, Figures, boxes_of, class_map, describe, measure
from grader.showing import gallery, sample_of
from ml.clusters import clusters_of, relative_name
from ml.datasets import Dataset, Split, read_dataset
from ml.detection.detections import Detections
from ml.detection.prepared import PreparedSplit
from ml.detection.settings import EvaluationSettings
from ml.errors import Refused

LOG: Final = logging.getLogger("grader")
VERSIONS: Final = ("onnxruntime", "torch", "ultralytics", "numpy")


def run_job(job: Job, *, on_progress: Callable[[Progress], None], cancelled: Callable[[], bool]) -> Outcome:
    """See ``grader.run_job``."""
    journal = Journal()
    try:
        return _judged(job, journal, on_progress, cancelled)
    except Cancelled:
        raise
    except SubmissionError as error:
        return _refused(job, journal, error)
    except GraderError as error:
        return _failed(job, journal, error)
    except Refused as error:  # the child's refusals are SubmissionErrors: this one is about the course's own data
        return _failed(job, journal, GraderError(f"the task's data cannot be used: {error.code}", private=str(error)))
    except Exception as error:
        return _failed(job, journal, GraderError(f"unexpected {type(error).__name__}", private=str(error)))


def _judged(
    job: Job, journal: Journal, on_progress: Callable[[Progress], None], cancelled: Callable[[], bool]
) -> Outcome:
    on_progress(Progress("reading", 0, 1))
    walls = report.require_seal()
    journal.tell(_versions())
    settings = EvaluationSettings.from_json({"image_size": job.image_size, **vars(job.settings)})
    with ExitStack() as opened:
        weights = opened.enter_context(_weights(job, journal))
        dataset = _dataset(job)
        splits = _splits(job, dataset)
        pictures = opened.enter_context(shared_pictures(splits, settings))
        images = sum(len(split.samples) for split in splits)
        journal.tell(f"{_counted(splits)}, {_spoken(settings)}")
        prediction = predict_sealed(
            job,
            weights=weights,
            pictures=pictures,
            settings=settings.to_json(),
            weak=walls["weak"],
            on_checkpoint=lambda found: _accept(job, journal, found, on_progress, images),
            on_image=lambda done: on_progress(Progress("predicting", done, images)),
            cancelled=cancelled,
        )
        prepared = pictures.wait()
        journal.seconds |= {**prediction.seconds, "decode": pictures.seconds}
        journal.note(f"sealed by {_named(prediction.seal)}")
        journal.tell(
            f"predicted by {prediction.engine} on {prediction.device}, {prediction.ms_per_image:.1f} ms a picture,"
            f" {prediction.seconds['cpu']:.1f} s of processor time"
        )
        on_progress(Progress("scoring", 0, 1))
        outcome = _scored(job, journal, prediction, dataset, splits, prepared)
        on_progress(Progress("scoring", 1, 1))
    return outcome


def _splits(job: Job, dataset: Dataset) -> list[Split]:
    """The hidden split, then a sample of the one for the gallery where the job asks for it and the data has it."""
    splits = [dataset.split(job.split)]
    if job.gallery_split and job.gallery_split in dataset.sources:
        shown = sample_of(dataset, dataset.split(job.gallery_split))
        splits += [shown] if shown.samples else []
    return splits


def _scored(
    job: Job,
    journal: Journal,
    prediction: Prediction,
    dataset: Dataset,
    splits: Sequence[Split],
    every: Sequence[PreparedSplit],
) -> Outcome:
    hidden, prepared = splits[0], every[0]
    detections = prediction.detections[: len(hidden.samples)]
    classes = class_map(prediction.checkpoint["classes"], job.classes)
    with journal.clock("match"):
        clusters = clusters_of(dataset, hidden)
        boxes = boxes_of(detections, classes, dataset=dataset, split=hidden, prepared=prepared)
        figures = measure(
            boxes,
            dataset.names,
            [clusters[index] for index in prepared.order],
            convention=job.convention,
            percent=job.public_percent,
            seed=job.parts_seed,
        )
    with journal.clock("gallery"):
        shown = None
        if len(splits) > 1:
            shown = _gallery(dataset, splits[1], every[1], prediction.detections[len(hidden.samples) :], classes)
    with journal.clock("record"):
        record = recording.record(
            job,
            weights=journal.digest,
            dataset=recording.version_of(job, dataset, hidden, clusters),
            engine=prediction.engine,
            device=prediction.device,
        )
    return _done(job, journal, prediction, figures, shown, record)


def _gallery(
    dataset: Dataset, split: Split, prepared: PreparedSplit, detections: Sequence[Detections], classes: ClassMap
) -> dict[str, Any]:
    boxes = boxes_of(detections, classes, dataset=dataset, split=split, prepared=prepared)
    images = [relative_name(dataset, split.samples[index].image) for index in prepared.order]
    return gallery(boxes, split.name, images, prepared.geometries, dataset.names)


@contextmanager
def _weights(job: Job, journal: Journal) -> Iterator[int]:
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
            journal.digest = "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
        os.lseek(descriptor, 0, os.SEEK_SET)
        journal.tell(f"weights: {status.st_size} bytes, {journal.digest}")
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
    journal: Journal,
    found: Mapping[str, Any],
    on_progress: Callable[[Progress], None],
    images: int,
) -> None:
    """The file has been read: note what it is, and go on only if it knows the task's classes."""
    journal.checkpoint = {**found, "digest": journal.digest}
    journal.tell(f"file: {found['architecture']}, {found['parameters']} parameters, classes {found['classes']}")
    classes = class_map(found["classes"], job.classes)
    if classes.renumbered:
        journal.tell(describe(classes, job.classes))
    on_progress(Progress("reading", 1, 1))
    on_progress(Progress("predicting", 0, images))


def _done(
    job: Job,
    journal: Journal,
    prediction: Prediction,
    figures: Figures,
    shown: dict[str, Any] | None,
    record: dict[str, Any],
) -> Outcome:
    journal.note(f"record {record['fingerprint']}")
    for name, part in {"whole split": figures.whole, **(figures.parts or {})}.items():
        line = f"{name}: mAP50 {part['map50']:.4f}, mAP50-95 {part['map50_95']:.4f} ({job.convention})"
        is_seen = name == "public" if figures.parts else True
        (journal.tell if is_seen else journal.note)(line)
    checkpoint = journal.checkpoint or {}
    seconds = {name: journal.seconds[name] for name in ("decode", "predict", "match")}
    beside = {
        "seconds": {**seconds, "total": journal.total},
        "ms_per_image": prediction.ms_per_image,
        "gflops": checkpoint.get("gflops"),
        "parameters": checkpoint["parameters"],
        "image_size": job.image_size,
    }
    return Outcome(
        job=job.id,
        status="done",
        metrics={**figures.whole, **beside},
        parts=figures.parts,
        record=record,
        gallery=shown,
        sketch=base64.b64encode(prediction.sketch).decode("ascii") or None,
        **journal.endings(),
    )


def _refused(job: Job, journal: Journal, error: SubmissionError) -> Outcome:
    journal.tell(f"refused ({error.code}): {error.reason['en']}")
    if error.detail:
        journal.note(f"{'SECURITY EVENT' if error.security_event else 'limit'}: {error.detail}")
    return Outcome(job=job.id, status="refused", reason=error.reason, advice=error.advice, **journal.endings())


def _failed(job: Job, journal: Journal, error: GraderError) -> Outcome:
    """Ours: people get an id, the instructors' log a sentence without paths, the server's log everything."""
    LOG.error("job %s failed (%s): %s %s", job.id, error.id, error, error.private, exc_info=True)
    journal.safe_log.append(f"failed: an error of ours, {error.id}")
    journal.note(f"failed ({error.id}): {error}")
    return Outcome(job=job.id, status="failed", error_id=error.id, **journal.endings())


def _counted(splits: Sequence[Split]) -> str:
    return ", ".join(f"{split.name}: {len(split.samples)} pictures" for split in splits)


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

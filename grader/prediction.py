"""Listening to the sealed child: what it may say, in which order, and what that makes of it.

``sealed``, then ``checkpoint``, then one ``boxes`` per picture in order, then ``done``; or ``refused`` or ``broken``
on the way; or, in place of ``checkpoint``, ``needs_torch``: another child starts then. Every number is checked against
what an honest child could send; the rest is a lie.
"""

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from grader import devices, likeness, refusals, strict
from grader.contract import Job, Limits
from grader.endings import LIED, ending_of
from grader.errors import Cancelled, GraderError, SubmissionError
from grader.frames import FARTHEST, HEADER_BYTES, MOST_CLASSES, Frame, FrameReader
from grader.pictures import SharedPictures
from grader.sandbox import Child, ChildLost
from ml.detection.detections import Detections

PROGRAM = "grader.predict"
ROW: Final = 6  # float32: x1, y1, x2, y2, confidence, class
ROW_BYTES: Final = 4 * ROW
WALL_PER_CPU: Final = 1.5
SKETCH_BYTES: Final = likeness.LARGEST_BYTES
MOST_GFLOPS: Final = 1e9
#: How exports begin: enough to know what the child must have at hand before it may open nothing more.
ONNX: Final = b"\x08"
SAFETENSORS_AT_8: Final = b"{"
HEAD_BYTES: Final = 9
DEVICES: Final = ("cpu", "cuda")

SECURITY: Final = logging.getLogger("grader.security")


@dataclass
class Prediction:
    """What the child said, checked. ``detections`` are in canvas pixels and in the classes of the file.

    ``checkpoint["gflops"]`` is 2 × MACs / 10⁹ of one picture on the task's square canvas, None where it cannot be
    counted. ``sketch`` is of the weights (``ml.checkpoints.sketch``). ``engine`` is what ran the network
    ("torch 2.14.1") on ``device``; ``ms_per_image`` the time from a letterboxed picture to its boxes.
    """

    checkpoint: dict[str, Any] = field(default_factory=dict)
    sketch: bytes = b""
    engine: str = ""
    device: str = "cpu"
    detections: list[Detections] = field(default_factory=list)
    seal: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    ms_per_image: float = 0.0
    done: bool = False
    needs_torch: bool = False  # and nothing else is known


class Lie(Exception):
    """Something that an honest child never says."""


@dataclass(frozen=True)
class _Work:
    """What every child of one job is given."""

    job: Job
    weights: int
    pictures: SharedPictures
    instructions: Mapping[str, Any]
    on_image: Callable[[int], None]
    on_checkpoint: Callable[[Mapping[str, Any]], None]
    cancelled: Callable[[], bool]


def predict_sealed(
    job: Job,
    *,
    weights: int,
    pictures: SharedPictures,
    settings: Mapping[str, Any],
    weak: bool,
    on_image: Callable[[int], None],
    on_checkpoint: Callable[[Mapping[str, Any]], None],
    cancelled: Callable[[], bool],
) -> Prediction:
    """Run the child on the weights' open descriptor. ``on_checkpoint`` may raise to end it once the file was read.

    The first child has no torch; where the file needs it, a second one starts that has. Detections follow
    ``pictures``, split after split. Raises SubmissionError when the file made it end, GraderError when we did,
    Cancelled when asked to stop, and what decoding the pictures raised.
    """
    images = sum(shape[0] for shape in pictures.shapes)
    head = os.pread(weights, HEAD_BYTES, 0)
    is_onnx, is_safetensors = head[:1] == ONNX, head[8:9] == SAFETENSORS_AT_8
    instructions = {
        "shapes": [list(shape) for shape in pictures.shapes],
        "settings": settings,
        "images": images,
        "memory_bytes": job.limits.memory_bytes,
        "cpu_seconds": cpu_budget(job.limits, images),
        "threads": job.limits.threads,
        "weak": weak,
        "device": devices.allowed(job.device),
        "onnx": is_onnx,
        "configuration": job.configuration,
        # For files that cannot name their classes; the others are compared with the task's outside.
        "classes": list(job.classes) if is_onnx or is_safetensors or job.configuration else [],
    }
    work = _Work(
        job, weights, pictures, instructions, on_image, on_checkpoint, lambda: cancelled() or bool(pictures.failure)
    )
    try:
        heard = _predict_in_child(work, torch=instructions["device"] != "cpu")
        if heard.needs_torch:
            os.lseek(weights, 0, os.SEEK_SET)
            heard = _predict_in_child(work, torch=True)
    except Cancelled:
        if pictures.failure is not None:
            raise pictures.failure from None
        raise
    return heard


def _predict_in_child(work: _Work, *, torch: bool) -> Prediction:
    job, images = work.job, work.instructions["images"]
    cpu_seconds = work.instructions["cpu_seconds"]
    most = job.settings.max_detections
    reader = FrameReader(
        payload_bytes=max(most * ROW_BYTES, SKETCH_BYTES),
        # exactly what the split can give: stricter than a round number for a small split, enough for a large one
        total_bytes=images * (most * ROW_BYTES + 256) + SKETCH_BYTES + 4 * HEADER_BYTES,
    )
    listener = _Listener(images, most, work.on_image, work.on_checkpoint)
    files = {"weights": work.weights, "pictures": work.pictures.descriptor}
    heard = listener.heard
    with Child(PROGRAM, files=files, instructions={**work.instructions, "torch": torch}) as child:
        try:
            for frame in child.frames(reader, wall_seconds=cpu_seconds * WALL_PER_CPU, cancelled=work.cancelled):
                listener.hear(frame)
                if heard.needs_torch:
                    break
            if torch and heard.needs_torch:
                raise Lie("it has torch and asks for it")
            if not heard.done and not heard.needs_torch:
                raise child.lost("it ended before its last word")
        except Lie as lie:
            raise _blame(job, ChildLost("protocol", str(lie)), heard, child, cpu_seconds) from lie
        except ChildLost as lost:
            raise _blame(job, lost, heard, child, cpu_seconds) from lost
        child.kill()
        heard.seconds["cpu"] = child.cpu_seconds
    return heard


def cpu_budget(limits: Limits, images: int) -> float:
    """Processor seconds that one job may use."""
    return limits.cpu_seconds + limits.cpu_seconds_per_image * images


class _Listener:
    """Takes frames in their order, believes nothing."""

    def __init__(
        self,
        images: int,
        most: int,
        on_image: Callable[[int], None],
        on_checkpoint: Callable[[Mapping[str, Any]], None],
    ) -> None:
        self.images = images
        self.most = most
        self.on_image = on_image
        self.on_checkpoint = on_checkpoint
        self.heard = Prediction()

    def hear(self, frame: Frame) -> None:
        """Raises Lie, SubmissionError for a refusal, GraderError when the child says that we broke."""
        if self.heard.done:
            raise Lie("it goes on after its last word")
        answers: dict[str, Callable[[Frame], None]] = {
            "sealed": self._sealed,
            "needs_torch": self._needs_torch,
            "checkpoint": self._checkpoint,
            "boxes": self._boxes,
            "done": self._done,
            "refused": self._refused,
            "broken": self._broken,
        }
        if frame.type not in answers:
            raise Lie("an unknown kind of frame")
        if not self.heard.seal and frame.type not in ("sealed", "broken"):
            raise Lie(f"{frame.type} before it was sealed")
        try:
            answers[frame.type](frame)
        except ValueError as error:
            raise Lie(f"{frame.type}: {error}") from error
        if frame.type == "checkpoint":
            self.on_checkpoint(self.heard.checkpoint)
        elif frame.type == "boxes":
            self.on_image(len(self.heard.detections))

    def _sealed(self, frame: Frame) -> None:
        names = ("landlock", "seccomp", "user", "base_bytes", "start_seconds")
        found = strict.keys(frame.header, "sealed", required=names)
        if self.heard.seal:
            raise Lie("sealed twice")
        self.heard.seconds["start"] = strict.number(found["start_seconds"], "start", lowest=0, highest=1e6)
        self.heard.seal = {
            "landlock": strict.integer(found["landlock"], "landlock", lowest=0, highest=1_000),
            "seccomp": found["seccomp"] is True,
            "user": strict.integer(found["user"], "user", lowest=0, highest=2**32),
        }

    def _needs_torch(self, frame: Frame) -> None:
        strict.keys(frame.header, "needs_torch", required=())
        if self.heard.checkpoint:
            raise Lie("it asks for torch after the checkpoint")
        self.heard.needs_torch = True

    def _checkpoint(self, frame: Frame) -> None:
        names = ("format", "architecture", "classes", "parameters", "image_size", "read_seconds")
        found = strict.keys(frame.header, "checkpoint", required=(*names, "gflops", "engine", "device"))
        if self.heard.checkpoint:
            raise Lie("a second checkpoint")
        self._keep_engine(found)
        self._keep_sketch(frame.payload)
        size, gflops = found["image_size"], found["gflops"]
        self.heard.seconds["read"] = strict.number(found["read_seconds"], "read", lowest=0, highest=1e6)
        self.heard.checkpoint = {
            "format": refusals.printable(strict.text(found["format"], "format", longest=40)),
            "architecture": refusals.printable(strict.text(found["architecture"], "architecture", longest=80)),
            "classes": [
                refusals.printable(name)
                for name in strict.texts(found["classes"], "classes", most=MOST_CLASSES, empty=True)
            ],
            "parameters": strict.integer(found["parameters"], "parameters", lowest=1, highest=10**9),
            "image_size": None if size is None else strict.integer(size, "image_size", lowest=1, highest=65_536),
            "gflops": None if gflops is None else strict.number(gflops, "gflops", lowest=0, highest=MOST_GFLOPS),
        }

    def _keep_engine(self, found: Mapping[str, object]) -> None:
        self.heard.engine = refusals.printable(strict.text(found["engine"], "engine", longest=40))
        self.heard.device = strict.one_of(found["device"], "device", DEVICES)

    def _keep_sketch(self, payload: bytes) -> None:
        if payload:
            likeness.read_sketch(payload)
        self.heard.sketch = payload

    def _boxes(self, frame: Frame) -> None:
        place = len(self.heard.detections)
        found = strict.keys(frame.header, "boxes", required=("image",))
        if not self.heard.checkpoint or place >= self.images or found["image"] != place:
            raise Lie("boxes of a picture that is not the next one")
        classes = len(self.heard.checkpoint["classes"])
        self.heard.detections.append(detections_from(frame.payload, most=self.most, classes=classes))

    def _done(self, frame: Frame) -> None:
        found = strict.keys(frame.header, "done", required=("predict_seconds", "ms_per_image"))
        if len(self.heard.detections) != self.images:
            raise Lie(f"done after {len(self.heard.detections)} of {self.images} pictures")
        self.heard.seconds["predict"] = strict.number(found["predict_seconds"], "predict", lowest=0, highest=1e6)
        self.heard.ms_per_image = strict.number(found["ms_per_image"], "ms_per_image", lowest=0, highest=1e9)
        self.heard.done = True

    def _refused(self, frame: Frame) -> None:
        raise refusals.from_child(frame.header.get("code"), frame.header.get("facts"))

    def _broken(self, frame: Frame) -> None:
        stage, error = (refusals.printable(str(frame.header.get(name)))[:300] for name in ("stage", "error"))
        raise GraderError(f"the sealed child failed while {stage}", private=error)


def detections_from(payload: bytes, *, most: int, classes: int) -> Detections:
    """(n, 6) little-endian float32 rows to detections. Raises ValueError for what no network of ours predicts."""
    if len(payload) % ROW_BYTES:
        raise ValueError("not whole rows")
    rows = np.frombuffer(payload, dtype="<f4").reshape(-1, ROW)  # (n, 6)
    if len(rows) > most:
        raise ValueError(f"{len(rows)} boxes in a picture")
    if not np.isfinite(rows).all():
        raise ValueError("numbers that are not finite")
    index = rows[:, 5]  # (n,)
    if len(rows) and not (index.min() >= 0 and index.max() < classes and (index == np.floor(index)).all()):
        raise ValueError("a class that the network does not have")
    if (np.abs(rows[:, :4]) > FARTHEST).any():
        raise ValueError("a box far outside of the picture")
    order = np.argsort(-rows[:, 4], kind="stable")  # scoring relies on it: never on a promise
    rows = rows[order]
    return Detections(rows[:, :4].astype(np.float32), rows[:, 4].astype(np.float32), rows[:, 5].astype(np.int64))


def _blame(job: Job, lost: ChildLost, heard: Prediction, child: Child, cpu_seconds: float) -> SubmissionError:
    """Raises GraderError where the end was our doing."""
    after = f" after {len(heard.detections)} pictures"
    ending, suspicious = ending_of(lost, child, is_sealed=bool(heard.seal), cpu_seconds=cpu_seconds, after=after)
    error = refusals.submission_error("not_detections" if ending == LIED else ending)
    error.detail = f"{lost}{after}, {child.cpu_seconds:.1f} s of processor time"
    if suspicious:
        SECURITY.warning("job %s: sealed child: %s", job.id, error.detail)
        error.security_event = True
    return error

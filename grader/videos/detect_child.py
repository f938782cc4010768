"""The sealed child's program: weights and a film in, boxes and a film out. Both were sent by strangers.

As in ``grader.predict``, imports and a rehearsal come first, then the walls, then the files. The film it writes goes
through the one pipe too, piece by piece, each with its place: behind the walls no file can be written.
"""

import io
import os
import time
from collections.abc import Mapping
from dataclasses import replace
from threading import Lock
from typing import Any, Final

import cv2
import numpy as np

from grader.frames import FARTHEST, write_frame
from grader.predict import READ_BYTES, require_few_classes
from grader.rehearsal import NAMES, rehearse, small_engine
from grader.sandbox import read_instructions
from grader.seal import Plan, SealError, die_with_parent, seal
from grader.videos.voice import PipedFile
from ml import checkpoints
from ml.detection.detections import Detections
from ml.detection.drawing import draw
from ml.detection.film import FilmBounds, detect_film
from ml.detection.filming import Filming
from ml.detection.footage import Film, Shot, blank_shot
from ml.detection.frames import DETECTION_SETTINGS
from ml.detection.predictor import require_canvas
from ml.detection.settings import EvaluationSettings
from ml.engines import Engine
from ml.engines.opening import open_engine
from ml.engines.parts import NeedsTorch
from ml.errors import Refused
from ml.video import USUAL_RATE

#: How far below everybody else: an evaluation that waits for the processor goes first.
NICENESS: Final = 10
POSTER_SIDE: Final = 640  # pixels
POSTER_QUALITY: Final = 85
CLEARLY_BETTER: Final = 1.1  # a frame is not kept for a trifle: making it small takes a moment
WITHOUT_LIMIT: Final = 1 << 62  # of the film: whoever listens counts its bytes, and says it in words
#: Refusals while detecting; another is about the network's output.
DETECTING: Final = ("not_finite", "onnx_scores", "unreadable_video")


def main() -> None:
    instructions = read_instructions()
    die_with_parent(instructions["parent"])
    os.nice(NICENESS)
    files: Mapping[str, int] = instructions["files"]
    mouth = Mouth(files["result"])
    stage = "starting"
    try:
        _rehearse(instructions)
        mouth.say("sealed", **seal(_plan(instructions)))
        stage = "reading"
        engine = _read(files["weights"], instructions, mouth)
        stage = "detecting"
        _detect(engine, files["film"], instructions, mouth)
    except NeedsTorch:
        mouth.say("needs_torch")
    except Refused as refused:
        code = refused.code if stage == "reading" or refused.code in DETECTING else "unexpected_output"
        mouth.say("refused", stage=stage, code=code, facts=refused.facts)
    except Exception as error:
        _say_what_broke(mouth, stage, error)
    os._exit(0)  # nothing that Python does at its end is wanted inside the walls


class Mouth:
    """The one pipe, for several threads: a frame is never cut by another."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._lock = descriptor, Lock()

    def say(self, kind: str, payload: bytes = b"", **header: object) -> None:
        with self._lock:
            write_frame(self._descriptor, kind, payload, **header)


def _plan(instructions: Mapping[str, Any]) -> Plan:
    files = instructions["files"]
    return Plan(
        keep=(files["weights"], files["film"], files["result"]),
        memory_bytes=instructions["memory_bytes"],
        cpu_seconds=instructions["cpu_seconds"],
        threads=instructions["threads"],
        weak=instructions["weak"],
    )


def _rehearse(instructions: Mapping[str, Any]) -> None:
    """All that has to be opened, opened: networks, then a film of two frames from end to end."""
    cv2.setNumThreads(1)
    rehearse(torch=instructions["torch"], onnx=instructions["onnx"], configuration=instructions["configuration"])
    film = io.BytesIO()
    with Filming(film, Film(USUAL_RATE, 2), FilmBounds(2), threads=1) as filming:
        for number in range(2):
            filming.write(blank_shot(number))
    film.seek(0)
    settings = EvaluationSettings(image_size=64, confidence=0.0, max_detections=10)
    posters = Posters()
    detect_film(small_engine(), film, io.BytesIO(), settings, threads=1, on_frame=posters.look)
    posters.best(NAMES)


def _read(descriptor: int, instructions: Mapping[str, Any], mouth: Mouth) -> Engine:
    """The stranger's weights. Raises NeedsTorch where this child has not the means to run them."""
    parts = []
    while part := os.read(descriptor, READ_BYTES):
        parts.append(part)
    named, classes = instructions["configuration"], tuple(instructions["classes"])
    found = checkpoints.read_bytes(b"".join(parts), configuration=named, classes=classes)
    parts.clear()
    engine = open_engine(found, may_need_torch=instructions["torch"])
    require_few_classes(found.names)
    require_canvas(engine, _settings(instructions, engine))
    mouth.say(
        "checkpoint",
        architecture=found.architecture[:80],
        classes=list(found.names),
        parameters=found.parameters,
        engine=engine.label[:40],
    )
    return engine


def _settings(instructions: Mapping[str, Any], engine: Engine) -> EvaluationSettings:
    """An export for one canvas gets that one: on a film nobody compares scores."""
    asked = instructions["settings"]
    return replace(
        DETECTION_SETTINGS,
        image_size=engine.canvas or asked["image_size"],
        letterbox="square" if engine.canvas else "rectangular",
        confidence=asked["confidence"],
        iou=asked["iou"],
        max_detections=asked["max_detections"],
    )


def _detect(engine: Engine, film: int, instructions: Mapping[str, Any], mouth: Mouth) -> None:
    posters = Posters()

    def on_frame(done: int, expected: int, shot: Shot, found: Detections) -> None:
        posters.look(done, expected, shot, found)
        mouth.say("boxes", _rows(found), frame=done - 1, seconds=round(shot.seconds, 6), expected=max(expected, done))

    bounds = FilmBounds(instructions["max_frames"], instructions["max_seconds"], instructions["max_pixels"])
    started = time.perf_counter()
    with os.fdopen(film, "rb") as source:
        target: Any = PipedFile(mouth, WITHOUT_LIMIT)
        settings = _settings(instructions, engine)
        seen = detect_film(
            engine, source, target, settings, bounds=bounds, threads=instructions["threads"], on_frame=on_frame
        )
    mouth.say("poster", posters.best(engine.names))
    mouth.say(
        "done",
        width=seen.width,
        height=seen.height,
        seconds=round(seen.seconds, 6),
        stopped=seen.stopped,
        detect_seconds=round(time.perf_counter() - started, 3),
    )


class Posters:
    """Keeps the frame with the surest boxes, small: what stands for the film where it does not play."""

    def __init__(self) -> None:
        self._best = -1.0
        self._kept: tuple[Any, Detections] | None = None

    def look(self, done: int, expected: int, shot: Shot, found: Detections) -> None:
        worth = float(found.confidence.sum())
        if worth <= self._best * CLEARLY_BETTER and self._kept is not None:
            return
        self._best, frame = worth, shot.frame
        gain = min(1.0, POSTER_SIDE / max(frame.width, frame.height))
        width, height = max(1, round(frame.width * gain)), max(1, round(frame.height * gain))
        small = frame.reformat(width=width, height=height, format="rgb24", threads=1).to_ndarray()
        self._kept = small, replace(found, xyxy=found.xyxy * np.float32(gain))

    def best(self, names: tuple[str, ...]) -> bytes:
        """A JPEG with its boxes."""
        assert self._kept is not None
        picture, found = self._kept
        drawn = draw(np.ascontiguousarray(picture), found, names)
        _, encoded = cv2.imencode(".jpg", drawn[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, POSTER_QUALITY])
        return encoded.tobytes()


def _rows(found: Detections) -> bytes:
    """(n, 6) float32 [x1, y1, x2, y2, confidence, class], little-endian."""
    rows = np.column_stack((found.xyxy.clip(-FARTHEST, FARTHEST), found.confidence, found.class_index))
    return rows.astype("<f4").tobytes()


def _say_what_broke(mouth: Mouth, stage: str, error: Exception) -> None:
    """Out of memory and a file that breaks its reader are the file's doing; anything else is ours."""
    out_of_memory = isinstance(error, MemoryError) or "memory" in str(error).lower()
    if stage != "starting" and out_of_memory:
        mouth.say("refused", stage=stage, code="too_much_memory", facts={})
    elif stage == "reading":
        mouth.say("refused", stage=stage, code="unreadable", facts={})
    else:
        kind = "seal" if isinstance(error, SealError) else stage
        mouth.say("broken", stage=kind, error=f"{type(error).__name__}: {error}"[:300])

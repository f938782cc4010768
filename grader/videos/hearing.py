"""Taking the frames of the child that detects on a film in their order, believing nothing."""

import os
from collections.abc import Callable
from typing import Any, Final

from grader import refusals, strict
from grader.contract import Progress
from grader.errors import GraderError
from grader.frames import MOST_CLASSES, Frame
from grader.prediction import Lie, detections_from
from grader.videos import detect_words
from grader.videos.boxes import require_streamable_mp4
from grader.videos.detections import MOST_BOXES, VideoDetections
from grader.videos.facts import VideoLimits
from grader.videos.jpegs import require_plain_jpeg
from ml.detection.palette import colors_of, hexadecimal
from ml.timeline import Sighting, timeline_of

POSTER_BYTES: Final = 1 << 20
LONGEST_SIDE: Final = 16_384


class Hearing:
    """``target`` is an open file that the film's pieces are written to."""

    def __init__(
        self,
        target: int,
        limits: VideoLimits,
        on_progress: Callable[[Progress], None],
        *,
        may_ask_for_torch: bool,
    ) -> None:
        self._target, self._limits, self._on_progress = target, limits, on_progress
        self._may_ask_for_torch = may_ask_for_torch
        self._checkpoint: dict[str, Any] = {}
        self._sightings: list[Sighting] = []
        self._poster = b""
        self._end: dict[str, Any] = {}
        self.is_sealed = self.needs_torch = self.done = self.stopped = False
        self.spent_seconds: dict[str, float] = {}

    @property
    def frames(self) -> int:
        return len(self._sightings)

    def hear(self, frame: Frame) -> None:
        """Raises Lie, SubmissionError for a refusal, GraderError when the child says that we broke."""
        if self.done:
            raise Lie("it goes on after its last word")
        answers: dict[str, Callable[[Frame], None]] = {
            "sealed": self._hear_sealed,
            "needs_torch": self._hear_needs_torch,
            "checkpoint": self._hear_checkpoint,
            "boxes": self._hear_boxes,
            "piece": self._hear_piece,
            "poster": self._hear_poster,
            "done": self._hear_done,
            "refused": self._hear_refused,
            "broken": self._hear_broken,
        }
        if frame.type not in answers:
            raise Lie(f"a frame of type {refusals.printable(frame.type)}")
        if frame.type not in ("sealed", "broken") and not self.is_sealed:
            raise Lie(f"{frame.type} before it is sealed")
        try:
            answers[frame.type](frame)
        except ValueError as error:
            raise Lie(f"{frame.type}: {error}") from error

    def result(self) -> VideoDetections:
        """What is worth keeping, once all is heard."""
        names = self._checkpoint["classes"]
        colors = [hexadecimal(color) for color in colors_of(names)]
        timeline = timeline_of(names, self._sightings, seconds=self._end["seconds"], colors=colors)
        return VideoDetections(
            checkpoint=self._checkpoint,
            width=self._end["width"],
            height=self._end["height"],
            frames=self.frames,
            seconds=self._end["seconds"],
            timeline=timeline,
            poster=self._poster,
            spent_seconds=self.spent_seconds,
        )

    def check_film(self) -> None:
        """The file that came is an MP4 with its index before its pictures, complete. Raises Lie."""
        if not self.done:
            return
        try:
            require_streamable_mp4(self._target)
        except ValueError as error:
            raise Lie(str(error)) from error

    def _hear_sealed(self, frame: Frame) -> None:
        if self.is_sealed:
            raise Lie("sealed twice")
        strict.keys(frame.header, "sealed", required=("landlock", "seccomp", "user", "base_bytes"))
        self.is_sealed = True

    def _hear_needs_torch(self, frame: Frame) -> None:
        strict.keys(frame.header, "needs_torch", required=())
        if self._checkpoint or not self._may_ask_for_torch:
            raise Lie("it has what it asks for")
        self.needs_torch = True

    def _hear_checkpoint(self, frame: Frame) -> None:
        found = strict.keys(frame.header, "checkpoint", required=("architecture", "classes", "parameters", "engine"))
        if self._checkpoint:
            raise Lie("a second checkpoint")
        classes = strict.texts(found["classes"], "classes", most=MOST_CLASSES, empty=True)
        self._checkpoint = {
            "architecture": refusals.printable(strict.text(found["architecture"], "architecture", longest=80)),
            "classes": [refusals.printable(name) for name in classes],
            "parameters": strict.integer(found["parameters"], "parameters", lowest=1, highest=10**9),
            "engine": refusals.printable(strict.text(found["engine"], "engine", longest=40)),
        }
        self._on_progress(Progress("reading", 1, 1))

    def _hear_boxes(self, frame: Frame) -> None:
        found = strict.keys(frame.header, "boxes", required=("frame", "seconds", "expected"))
        if not self._checkpoint or self._poster or found["frame"] != self.frames:
            raise Lie("boxes of a frame that is not the next one")
        if self.frames >= self._limits.max_frames:
            raise Lie("more frames than it may read")
        before = self._sightings[-1].seconds if self._sightings else 0.0
        seconds = strict.number(found["seconds"], "seconds", lowest=before, highest=self._limits.max_seconds)
        boxes = detections_from(frame.payload, most=MOST_BOXES, classes=len(self._checkpoint["classes"]))
        if len(boxes) and not (boxes.confidence.min() >= 0 and boxes.confidence.max() <= 1):
            raise Lie("a confidence outside 0 … 1")
        confidences = tuple(round(float(value), 4) for value in boxes.confidence)
        self._sightings.append(Sighting(seconds, tuple(boxes.class_index.tolist()), confidences))
        expected = strict.integer(found["expected"], "expected", lowest=self.frames, highest=self._limits.max_frames)
        self._on_progress(Progress("detecting", self.frames, expected))

    def _hear_piece(self, frame: Frame) -> None:
        found = strict.keys(frame.header, "piece", required=("at",))
        if not self._checkpoint:
            raise Lie("a piece of film before the checkpoint")
        limit = self._limits.output_bytes
        at = strict.integer(found["at"], "at", lowest=0, highest=1 << 62)
        if at + len(frame.payload) > limit:
            raise detect_words.submission_error("output_too_large")
        try:
            os.pwrite(self._target, frame.payload, at)
        except OSError as error:
            raise GraderError("the film with boxes cannot be written", private=str(error)) from error

    def _hear_poster(self, frame: Frame) -> None:
        strict.keys(frame.header, "poster", required=())
        if self._poster or not self.frames:
            raise Lie("a poster of nothing, or a second one")
        if len(frame.payload) > POSTER_BYTES:
            raise Lie("a poster that is too large")
        require_plain_jpeg(frame.payload)
        self._poster = frame.payload

    def _hear_done(self, frame: Frame) -> None:
        names = ("width", "height", "seconds", "stopped", "detect_seconds")
        found = strict.keys(frame.header, "done", required=names)
        if not self._poster:
            raise Lie("done without a poster")
        last = self._sightings[-1].seconds
        self.stopped = found["stopped"] is True
        self.spent_seconds["detect"] = strict.number(found["detect_seconds"], "detect", lowest=0, highest=1e6)
        self._end = {
            "width": strict.integer(found["width"], "width", lowest=2, highest=LONGEST_SIDE),
            "height": strict.integer(found["height"], "height", lowest=2, highest=LONGEST_SIDE),
            "seconds": strict.number(found["seconds"], "seconds", lowest=last, highest=last + 3_600),
        }
        self.done = True

    def _hear_refused(self, frame: Frame) -> None:
        raise detect_words.from_child(frame.header)

    def _hear_broken(self, frame: Frame) -> None:
        stage, error = (refusals.printable(str(frame.header.get(name)))[:300] for name in ("stage", "error"))
        raise GraderError(f"the sealed child failed while {stage}", private=error)

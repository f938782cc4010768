"""Detection on a film, from outside the walls: one child at a time, nothing it says believed, its film put together.

``sealed``, then ``checkpoint`` (or ``needs_torch``: another child starts then), then ``boxes`` of one frame after the
other with ``piece``s of the film among them, then ``poster`` and ``done``; or ``refused`` or ``broken`` on the way.
"""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from grader import report
from grader.contract import Progress
from grader.endings import LIED, ending_of
from grader.errors import GraderError, SubmissionError
from grader.frames import HEADER_BYTES, FrameReader
from grader.prediction import HEAD_BYTES, ONNX, ROW_BYTES, SAFETENSORS_AT_8, WALL_PER_CPU, Lie
from grader.sandbox import Child, ChildLost
from grader.videos import detect_words
from grader.videos.detections import MOST_BOXES, DetectionSettings, VideoDetections
from grader.videos.facts import VideoLimits
from grader.videos.hearing import Hearing
from grader.videos.running import opened
from grader.videos.voice import PIECE_BYTES

PROGRAM: Final = "grader.videos.detect_child"
SECURITY: Final = logging.getLogger("grader.security")
SPARE_BYTES: Final = 1 << 26  # of the child's headers, beside the film itself
#: With a lower priority than everybody else's, the clock says less about a film than processor time does.
WALL_FACTOR: Final = 4 * WALL_PER_CPU

OnProgress = Callable[[Progress], None]


def detect_video(
    weights: Path,
    source: Path,
    output: Path,
    *,
    settings: DetectionSettings,
    limits: VideoLimits,
    on_progress: OnProgress,
    cancelled: Callable[[], bool],
) -> VideoDetections:
    """See ``grader.detect_video``."""
    on_progress(Progress("reading", 0, 1))
    weak = report.require_seal()["weak"]
    try:
        with ExitStack() as held:
            files = {
                "weights": held.enter_context(opened(weights, "weights")),
                "film": held.enter_context(opened(source)),
            }
            target = held.enter_context(_create(output))
            instructions = _instructions(files["weights"], settings, limits, weak)
            hearing = _in_child(files, target, instructions, limits, on_progress, cancelled)
            if hearing.needs_torch:
                for descriptor in files.values():
                    os.lseek(descriptor, 0, os.SEEK_SET)
                os.ftruncate(target, 0)
                hearing = _in_child(files, target, {**instructions, "torch": True}, limits, on_progress, cancelled)
            if hearing.stopped:
                raise detect_words.submission_error("clip_too_long")
            return hearing.result()
    except BaseException:
        output.unlink(missing_ok=True)  # half a film is none
        raise


def _instructions(weights: int, settings: DetectionSettings, limits: VideoLimits, weak: bool) -> dict[str, Any]:
    head = os.pread(weights, HEAD_BYTES, 0)
    is_onnx, is_safetensors = head[:1] == ONNX, head[8:9] == SAFETENSORS_AT_8
    names_itself = not (is_onnx or is_safetensors or settings.configuration)
    return {
        "settings": {
            "image_size": settings.image_size,
            "confidence": settings.confidence,
            "iou": settings.iou,
            "max_detections": MOST_BOXES,
        },
        "configuration": settings.configuration,
        "classes": [] if names_itself else list(settings.classes),
        "onnx": is_onnx,
        "torch": False,
        "max_frames": limits.max_frames,
        "max_seconds": limits.max_seconds,
        "max_pixels": limits.max_pixels,
        "memory_bytes": limits.memory_bytes,
        "cpu_seconds": limits.cpu_seconds,
        "threads": limits.threads,
        "weak": weak,
    }


def _in_child(
    files: dict[str, int],
    target: int,
    instructions: dict[str, Any],
    limits: VideoLimits,
    on_progress: OnProgress,
    cancelled: Callable[[], bool],
) -> Hearing:
    reader = FrameReader(
        payload_bytes=max(PIECE_BYTES, MOST_BOXES * ROW_BYTES),
        total_bytes=2 * limits.output_bytes
        + limits.max_frames * (MOST_BOXES * ROW_BYTES + 256)
        + 4 * HEADER_BYTES
        + SPARE_BYTES,
    )
    hearing = Hearing(target, limits, on_progress, may_ask_for_torch=not instructions["torch"])
    with Child(PROGRAM, files=files, instructions=instructions) as child:
        try:
            frames = child.frames(reader, wall_seconds=limits.cpu_seconds * WALL_FACTOR, cancelled=cancelled)
            for frame in frames:
                hearing.hear(frame)
                if hearing.needs_torch:
                    break
            if not hearing.done and not hearing.needs_torch:
                raise child.lost("it ended before its last word")
            hearing.check_film()
        except Lie as lie:
            raise _blame(ChildLost("protocol", str(lie)), hearing, child, limits) from lie
        except ChildLost as lost:
            raise _blame(lost, hearing, child, limits) from lost
        child.kill()
        hearing.spent_seconds["cpu"] = round(child.cpu_seconds, 3)
    return hearing


def _blame(lost: ChildLost, hearing: Hearing, child: Child, limits: VideoLimits) -> SubmissionError:
    """Raises GraderError where the end was our doing."""
    after = f" after {hearing.frames} frames"
    ending, suspicious = ending_of(
        lost, child, is_sealed=hearing.is_sealed, cpu_seconds=limits.cpu_seconds, after=after
    )
    error = detect_words.submission_error("not_detections" if ending == LIED else ending)
    error.detail = f"{lost}{after}, {child.cpu_seconds:.1f} s of processor time"
    if suspicious:
        SECURITY.warning("detection on a film: sealed child: %s", error.detail)
        error.security_event = True
    return error


@contextmanager
def _create(path: Path) -> Iterator[int]:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise GraderError("the film with boxes cannot be written", private=str(error)) from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)

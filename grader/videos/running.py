"""Outside the walls: a program of a sealed child is run on a film, and nothing that it says is believed.

``run_on_film`` is the whole of it for any such program: what differs is which frames it may say between ``sealed`` and
``done``, and that is the caller's ``hear``.
"""

import logging
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from grader import refusals, report, strict
from grader.contract import Progress
from grader.endings import TOO_MUCH_MEMORY, TOO_SLOW, ending_of
from grader.errors import GraderError, SubmissionError
from grader.frames import HEADER_BYTES, Frame, FrameReader
from grader.sandbox import Child, ChildLost
from grader.videos.facts import MOST_FRAMES, VideoLimits
from grader.videos.sentences import from_child, refusal

#: A film gives way to whoever else needs the processor: the clock says less about it than processor time does.
WALL_PER_CPU: Final = 6.0
START_SECONDS: Final = 60.0
LOG: Final = logging.getLogger("grader")
SECURITY: Final = logging.getLogger("grader.security")


@dataclass(frozen=True)
class FilmJob:
    """One run of a program. ``files``: further open descriptors that it inherits (weights); ``memory_bytes``,
    ``cpu_seconds``: more than the limits of the film where the program needs more.
    """

    program: str
    source: Path
    limits: VideoLimits
    instructions: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, int] = field(default_factory=dict)
    stages: tuple[str, ...] = ("probing", "copying", "extracting")
    payload_bytes: int = 64 << 20
    on_progress: Callable[[Progress], None] = lambda progress: None
    cancelled: Callable[[], bool] = lambda: False


def run_on_film(job: FilmJob, hear: Callable[[Frame], None]) -> float:
    """Run it to its last word; the processor seconds it took. ``hear`` gets each frame of its own, and raises
    ValueError for one that is a lie or out of place.

    Raises SubmissionError for what the film made of it, GraderError for what we did, Cancelled when asked to stop.
    """
    walls = report.require_seal()
    limits = job.limits
    reader = FrameReader(
        payload_bytes=job.payload_bytes,
        # every piece and picture has a short header; a few megabytes for progress
        total_bytes=limits.output_bytes + limits.output_bytes // 64 + limits.max_frames * 1_024 + 64 * HEADER_BYTES,
    )
    listener = _Listener(job, hear)
    with opened(job.source) as film:
        instructions = {**job.instructions, "limits": limits.to_json(), "weak": walls["weak"]}
        with Child(job.program, files={"film": film, **job.files}, instructions=instructions) as child:
            try:
                wall_seconds = START_SECONDS + limits.cpu_seconds * WALL_PER_CPU
                for frame in child.frames(reader, wall_seconds=wall_seconds, cancelled=job.cancelled):
                    listener.hear(frame)
                if not listener.is_done:
                    raise child.lost("it ended before its last word")
            except ValueError as lie:
                raise _blame(ChildLost("protocol", str(lie)), listener, child, limits) from lie
            except ChildLost as lost:
                raise _blame(lost, listener, child, limits) from lost
            child.kill()
            return child.cpu_seconds


@contextmanager
def opened(path: Path, what: str = "film") -> Iterator[int]:
    """A descriptor of a regular file. Raises GraderError, which says ``what``: a file that we were given is there."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise GraderError(f"the {what} cannot be opened", private=str(error)) from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise GraderError(f"the {what} is no regular file")
        yield descriptor
    finally:
        os.close(descriptor)


class _Listener:
    """``sealed``, the program's own frames and ``progress``, then ``done``; ``refused`` or ``broken`` on the way."""

    def __init__(self, job: FilmJob, hear: Callable[[Frame], None]) -> None:
        self.is_sealed = False
        self.is_done = False
        self._job = job
        self._hear = hear

    def hear(self, frame: Frame) -> None:
        if frame.type == "broken":
            stage, error = (refusals.printable(str(frame.header.get(name)))[:700] for name in ("stage", "error"))
            raise GraderError(f"the sealed child failed while {stage[:40]}", private=error)
        if self.is_done or (frame.type == "sealed") == self.is_sealed:
            raise ValueError("a frame out of place")
        if frame.type == "sealed":
            self.is_sealed = True
        elif frame.type == "refused":
            raise from_child(frame.header)
        elif frame.type == "progress":
            self._job.on_progress(self._progress(frame))
        elif frame.type == "done":
            strict.keys(frame.header, "done", required=())
            self.is_done = True
        else:
            self._hear(frame)

    def _progress(self, frame: Frame) -> Progress:
        found = strict.keys(frame.header, "progress", required=("stage", "done", "total"))
        total = strict.integer(found["total"], "total", lowest=0, highest=MOST_FRAMES)
        return Progress(
            stage=strict.one_of(found["stage"], "stage", self._job.stages),  # type: ignore[arg-type]
            done=strict.integer(found["done"], "done", lowest=0, highest=total),
            total=total,
        )


def _blame(lost: ChildLost, listener: _Listener, child: Child, limits: VideoLimits) -> SubmissionError:
    """Raises GraderError where the end was our doing."""
    ending, is_suspicious = ending_of(lost, child, is_sealed=listener.is_sealed, cpu_seconds=limits.cpu_seconds)
    (SECURITY if is_suspicious else LOG).warning("a film's sealed child: %s", lost)
    error = refusal(ending if ending in (TOO_SLOW, TOO_MUCH_MEMORY) else "stopped")
    error.detail = str(lost)
    error.security_event = is_suspicious
    return error

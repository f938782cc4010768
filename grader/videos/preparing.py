"""Outside the walls: a film's figures, its poster, and the copy that people watch."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final

from grader import strict
from grader.contract import Progress
from grader.frames import Frame
from grader.videos.boxes import require_streamable_mp4
from grader.videos.facts import PreparedVideo, VideoFacts, VideoLimits
from grader.videos.jpegs import require_plain_jpeg
from grader.videos.running import FilmJob, run_on_film
from grader.videos.sentences import refusal

PROGRAM: Final = "grader.videos.child"
POSTER_BYTES: Final = 2 << 20


def prepare_video(
    source: Path,
    copy: Path,
    *,
    limits: VideoLimits,
    on_progress: Callable[[Progress], None],
    cancelled: Callable[[], bool],
) -> PreparedVideo:
    """See ``grader.prepare_video``."""
    with Landing(copy, limits.output_bytes) as landing:
        listener = _Listener(source.stat().st_size if source.is_file() else 0, landing)
        job = FilmJob(
            PROGRAM,
            source,
            limits,
            {"task": "prepare", "copy": True},
            on_progress=on_progress,
            cancelled=cancelled,
        )
        run_on_film(job, listener.hear)
        return listener.prepared()


def probe_video(source: Path, *, limits: VideoLimits, cancelled: Callable[[], bool]) -> tuple[VideoFacts, bytes]:
    """See ``grader.probe_video``."""
    probe = Probe(source.stat().st_size if source.is_file() else 0)
    run_on_film(FilmJob(PROGRAM, source, limits, {"task": "prepare", "copy": False}, cancelled=cancelled), probe.hear)
    return probe.said()


class Landing:
    """Where pieces of a file that a child writes come to lie: within ``most_bytes``. A context manager that removes
    the file when anything goes wrong.
    """

    def __init__(self, path: Path, most_bytes: int) -> None:
        self.path = path
        self._most_bytes = most_bytes
        self._file: BinaryIO | None = None

    def __enter__(self) -> "Landing":
        self._file = self.path.open("wb")
        return self

    def __exit__(self, kind: type[BaseException] | None, *others: object) -> None:
        if self._file is not None:
            self._file.close()
        if kind is not None:
            self.path.unlink(missing_ok=True)

    def write(self, frame: Frame) -> None:
        """A frame ``piece``. Raises ValueError beyond the bounds."""
        found = strict.keys(frame.header, "piece", required=("at",))
        at = strict.integer(found["at"], "at", lowest=0, highest=self._most_bytes - len(frame.payload))
        assert self._file is not None
        self._file.seek(at)
        self._file.write(frame.payload)

    def flush(self) -> int:
        """All is on its way to the disk; the file's size."""
        assert self._file is not None
        self._file.flush()
        return self.path.stat().st_size


class Probe:
    """Takes the frame ``facts`` with its poster, once."""

    def __init__(self, size_bytes: int) -> None:
        self._size_bytes = size_bytes
        self.facts: VideoFacts | None = None
        self.poster = b""

    def hear(self, frame: Frame) -> None:
        """Raises ValueError for anything else."""
        if frame.type != "facts" or self.facts is not None:
            raise ValueError("a frame out of place")
        found = strict.keys(frame.header, "facts", required=("facts",))
        if len(frame.payload) > POSTER_BYTES:
            raise ValueError("a poster that is too large")
        require_plain_jpeg(frame.payload)
        self.facts = replace(VideoFacts.from_json(found["facts"]), size_bytes=self._size_bytes)
        self.poster = frame.payload

    def said(self) -> tuple[VideoFacts, bytes]:
        """Raises ValueError where it was not."""
        if self.facts is None:
            raise ValueError("no facts were said")
        return self.facts, self.poster


class _Listener:
    """``facts``, then ``piece`` after ``piece``, then ``copied``."""

    def __init__(self, size_bytes: int, landing: Landing) -> None:
        self._probe = Probe(size_bytes)
        self._landing = landing
        self._copied: VideoFacts | None = None

    def hear(self, frame: Frame) -> None:
        if frame.type == "piece" and self._probe.facts is not None and self._copied is None:
            self._landing.write(frame)
        elif frame.type == "copied" and self._probe.facts is not None and self._copied is None:
            found = strict.keys(frame.header, "copied", required=("facts",))
            size = self._landing.flush()
            require_streamable_mp4(self._landing.path)
            self._copied = replace(VideoFacts.from_json(found["facts"]), size_bytes=size)
        else:
            self._probe.hear(frame)

    def prepared(self) -> PreparedVideo:
        facts, poster = self._probe.said()
        if self._copied is None:
            raise refusal("stopped")
        return PreparedVideo(facts, self._copied, poster)

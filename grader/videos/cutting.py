"""Outside the walls: a film's pictures put into an archive, one by one as the sealed child says them."""

import csv
import io
import re
import zipfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Final

from grader import strict
from grader.contract import Progress
from grader.errors import GraderError
from grader.frames import Frame
from grader.videos.facts import ExtractedFrames, VideoLimits
from grader.videos.jpegs import LARGEST, require_plain_jpeg
from grader.videos.preparing import PROGRAM, Probe
from grader.videos.running import FilmJob, run_on_film
from grader.videos.sentences import refusal

ALL: Final = "all"
HIGHEST_RATE: Final = 240
#: As a person may name folders: no way out, no hidden one, nothing that another system forbids.
FOLDER: Final = re.compile(r"(?:[\w][\w .-]{0,59}/){0,5}[\w][\w .-]{0,59}")
_TIME: Final = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say: the same archive on every day
_SHEET_BYTES: Final = 8 << 20


def extract_frames(
    source: Path,
    archive: Path,
    *,
    rate: Fraction | str,
    folder: str,
    limits: VideoLimits,
    on_progress: Callable[[Progress], None],
    cancelled: Callable[[], bool],
) -> ExtractedFrames:
    """See ``grader.extract_frames``."""
    instructions = {"task": "frames", "rate": _rate(rate)}
    if not FOLDER.fullmatch(folder):
        raise GraderError("frames cannot be put into a folder of this name", private=folder[:200])
    try:
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as written:
            listener = _Listener(source.stat().st_size if source.is_file() else 0, written, folder, limits)
            job = FilmJob(
                PROGRAM,
                source,
                limits,
                instructions,
                payload_bytes=LARGEST,
                on_progress=on_progress,
                cancelled=cancelled,
            )
            run_on_film(job, listener.hear)
            return listener.extracted()
    except BaseException:
        archive.unlink(missing_ok=True)
        raise


def _rate(rate: Fraction | str) -> str | None:
    if rate == ALL:
        return None
    try:
        ticks = Fraction(rate)
    except (ValueError, ZeroDivisionError) as error:
        raise GraderError("a rate that is no number", private=str(rate)[:100]) from error
    if not 0 < ticks <= HIGHEST_RATE:
        raise GraderError(f"a rate above 0 and at most {HIGHEST_RATE} is expected")
    return str(ticks)


class _Listener:
    """``facts``, then ``picture`` after ``picture``, then ``sheet``."""

    def __init__(self, size_bytes: int, written: zipfile.ZipFile, folder: str, limits: VideoLimits) -> None:
        self._probe = Probe(size_bytes)
        self._written = written
        self._folder = folder
        self._limits = limits
        self._times: list[float] = []
        self._bytes = 0
        self._sheet: tuple[bytes, int] | None = None

    def hear(self, frame: Frame) -> None:
        if frame.type == "picture" and self._probe.facts is not None and self._sheet is None:
            self._picture(frame)
        elif frame.type == "sheet" and self._times and self._sheet is None:
            found = strict.keys(frame.header, "sheet", required=("duplicates",))
            if len(frame.payload) > _SHEET_BYTES:
                raise ValueError("a sheet that is too large")
            require_plain_jpeg(frame.payload)
            duplicates = strict.integer(found["duplicates"], "duplicates", lowest=0, highest=self._limits.max_frames)
            self._sheet = (frame.payload, duplicates)
        else:
            self._probe.hear(frame)

    def extracted(self) -> ExtractedFrames:
        facts, _ = self._probe.said()
        if self._sheet is None:
            raise refusal("stopped")
        table = io.StringIO()
        rows = csv.writer(table, lineterminator="\n")
        rows.writerow(("frame", "time_seconds"))
        rows.writerows((_name(number), f"{at:.6f}") for number, at in enumerate(self._times))
        self._write(f"{self._folder}/frames.csv", table.getvalue().encode())
        sheet, duplicates = self._sheet
        return ExtractedFrames(facts, len(self._times), duplicates, tuple(self._times), sheet)

    def _picture(self, frame: Frame) -> None:
        found = strict.keys(frame.header, "picture", required=("seconds", "width", "height"))
        earliest = self._times[-1] if self._times else 0.0
        at = strict.number(found["seconds"], "seconds", lowest=earliest, highest=2 * self._limits.max_seconds)
        width, height = (strict.integer(found[side], side, lowest=1, highest=65_535) for side in ("width", "height"))
        require_plain_jpeg(frame.payload, width, height)
        if len(self._times) >= self._limits.max_frames:
            raise ValueError("more pictures than the film may have")
        self._bytes += len(frame.payload)
        if self._bytes > self._limits.output_bytes:
            raise refusal("output_too_large", most=self._limits.output_bytes >> 20)
        self._write(f"{self._folder}/images/{_name(len(self._times))}", frame.payload)
        self._times.append(at)

    def _write(self, name: str, content: bytes) -> None:
        entry = zipfile.ZipInfo(name, _TIME)
        entry.external_attr = 0o644 << 16
        self._written.writestr(entry, content)


def _name(number: int) -> str:
    return f"frame_{number:06d}.jpg"

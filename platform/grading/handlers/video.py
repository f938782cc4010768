"""A film that somebody uploaded, through the grader's door: its copy, its poster, its frames."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import grader
from grader import SubmissionError, VideoFacts, VideoLimits
from grading.endings import VERSION, Ending
from grading.handlers.bench import Bench, bench, keep
from grading.handlers.evaluation import ProgressWriter
from grading.leases import Lease
from uploads.models import StoredFile
from uploads.storage import local_copy

STEPS: Final = ("prepare", "frames")
#: What is made → its name and its type.
KINDS: Final = {
    "copy": ("copy.mp4", "video/mp4"),
    "poster": ("poster.jpg", "image/jpeg"),
    "frames": ("frames.zip", "application/zip"),
    "sheet": ("sheet.jpg", "image/jpeg"),
}


def work_on_video(lease: Lease, cancelled: Callable[[], bool]) -> Ending:
    """Every step that the payload names, or none: a film that is refused on the way leaves nothing.

    Raises SubmissionError for one that was removed meanwhile: trying again would not bring it back.
    """
    payload = lease.job.payload
    steps = [step for step in STEPS if step in payload["steps"]]
    film = StoredFile.objects.select_related("pair", "owner").filter(pk=payload["file"]).first()
    if film is None:
        raise _gone()
    limits = VideoLimits.from_json(payload.get("limits", {}))
    outcome: dict[str, Any] = {"version": VERSION, "status": "done"}
    log = []
    with local_copy(film) as source, bench() as files:
        work = _Work(source, limits, files, ProgressWriter(lease), cancelled)
        for step in steps:
            made = work.prepare() if step == "prepare" else work.frames(payload["frames"])
            outcome = {**made, **outcome}  # the facts of the first step are the whole ones
            log.append(f"{step}: {work.said}")
        outcome["files"] = {name: _keep(path, name, film).pk for name, path in files.files.items()}
    return Ending("done", outcome, log=tuple(log))


@dataclass
class _Work:
    """The steps. ``said`` is a line on the last one for the instructors' log."""

    source: Path
    limits: VideoLimits
    bench: Bench
    on_progress: ProgressWriter
    cancelled: Callable[[], bool]
    said: str = ""

    def prepare(self) -> dict[str, Any]:
        made = grader.prepare_video(
            self.source,
            self.bench.place("copy"),
            limits=self.limits,
            on_progress=self.on_progress,
            cancelled=self.cancelled,
        )
        self.bench.put("poster", made.poster)
        self.said = _described(made.facts) + " → " + _described(made.copy)
        notes = tuple(dict.fromkeys((*made.facts.notes, *made.copy.notes)))
        return {"facts": replace(made.facts, notes=notes).to_json(), "copy": made.copy.to_json()}

    def frames(self, wanted: Mapping[str, str]) -> dict[str, Any]:
        made = grader.extract_frames(
            self.source,
            self.bench.place("frames"),
            rate=wanted["rate"],
            folder=wanted["folder"],
            limits=self.limits,
            on_progress=self.on_progress,
            cancelled=self.cancelled,
        )
        self.bench.put("sheet", made.sheet)
        self.said = f"{made.count} frames, {made.duplicates} left out"
        counted = {"count": made.count, "duplicates": made.duplicates, "seconds": made.facts.duration_seconds}
        return {"facts": made.facts.to_json(), "frames": counted}


def _described(facts: VideoFacts) -> str:
    rate = f"{facts.frame_rate:g}{' (variable)' if facts.is_variable_rate else ''}"
    return (
        f"{facts.container} {facts.video_codec} {facts.width} × {facts.height} {rate}/s {facts.duration_seconds:.1f} s"
    )


def _keep(path: Path, name: str, film: StoredFile) -> StoredFile:
    shown, content_type = KINDS[name]
    return keep(path, film, name=shown, content_type=content_type, purpose=film.purpose)


def _gone() -> SubmissionError:
    return SubmissionError(
        "film_gone",
        {"en": "The film was removed meanwhile", "fr": "La vidéo a été retirée entre-temps"},
        {"en": "Send it again if you still want it.", "fr": "Renvoyez-la si vous la voulez encore."},
    )

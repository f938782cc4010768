"""Detection on a clip, through the grader's door: a film with boxes, its poster, its timeline.

What was made lies in unclaimed rows until the room that asked takes it over as the job ends; else it is swept.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import grader
from grader import DetectionSettings, SubmissionError, VideoDetections, VideoLimits
from grading.endings import VERSION, Ending
from grading.handlers.evaluation import ProgressWriter
from grading.leases import Lease
from uploads import services as uploads
from uploads.folders import folder
from uploads.models import StoredFile
from uploads.storage import local_copy

#: What detection makes is kept for this purpose.
PURPOSE: Final = "detection"
#: What a payload may leave out; the grader has the same defaults.
OPTIONAL: Final = ("image_size", "confidence", "iou", "configuration")


def detect(lease: Lease, cancelled: Callable[[], bool]) -> Ending:
    """A film or weights that are gone meanwhile are told in words: trying again would not bring them back.

    A full disk is our fault (Refusal): it is tried again, and counts against nobody.
    """
    payload = lease.job.payload
    clip = StoredFile.objects.select_related("pair", "owner").filter(pk=payload["file"]).first()
    if clip is None:
        raise _gone()
    try:
        with local_copy(payload["weights"]) as weights, local_copy(clip) as source, _bench() as (film, poster):
            if not (weights.is_file() and source.is_file()):
                raise _gone()
            found = grader.detect_video(
                weights,
                source,
                film,
                settings=_settings(payload),
                limits=_limits(payload),
                on_progress=ProgressWriter(lease),
                cancelled=cancelled,
            )
            poster.write_bytes(found.poster)
            files = {
                "video": _keep(film, clip, "detections.mp4", "video/mp4").pk,
                "poster": _keep(poster, clip, "detections.jpg", "image/jpeg").pk,
            }
    except FileNotFoundError as error:
        raise _gone() from error
    return Ending("done", _outcome(found, files), log=(_described(found),))


def _settings(payload: Mapping[str, Any]) -> DetectionSettings:
    chosen = {name: payload[name] for name in OPTIONAL if name in payload}
    return DetectionSettings(**chosen, classes=tuple(payload.get("classes", ())))


def _limits(payload: Mapping[str, Any]) -> VideoLimits:
    given = {**grader.DETECTION_LIMITS.to_json(), **payload.get("limits", {})}
    return VideoLimits.from_json(given)


def _outcome(found: VideoDetections, files: Mapping[str, int]) -> dict[str, Any]:
    facts = found.facts()
    return {
        "version": VERSION,
        "status": "done",
        "files": dict(files),
        "timeline": found.timeline,
        "frames": found.frames,
        "seconds": facts["seconds"],
        "facts": facts,
    }


def _described(found: VideoDetections) -> str:
    spent = found.spent_seconds
    return (
        f"{found.checkpoint['architecture']} on {found.checkpoint['engine']}: {found.frames} frames of {found.width} ×"
        f" {found.height} in {spent['detect']:.1f} s, {spent['cpu']:.1f} s of processor time"
    )


def _keep(path: Path, clip: StoredFile, name: str, content_type: str) -> StoredFile:
    return uploads.keep_path(
        path,
        pair=clip.pair,
        owner=clip.owner,
        purpose=PURPOSE,
        name=name,
        content_type=content_type,
        is_claimed=False,
    )


@contextmanager
def _bench() -> Iterator[tuple[Path, Path]]:
    """Places for the film and the poster, where what a killed worker leaves is swept."""
    paths = folder("incoming") / uuid.uuid4().hex, folder("incoming") / uuid.uuid4().hex
    try:
        yield paths
    finally:
        for path in paths:
            path.unlink(missing_ok=True)


def _gone() -> SubmissionError:
    return SubmissionError(
        "clip_gone",
        {"en": "The clip or the checkpoint was removed meanwhile", "fr": "Le clip ou le checkpoint a été retiré"},
        {"en": "Choose another one and start again.", "fr": "Choisissez-en un autre et recommencez."},
    )

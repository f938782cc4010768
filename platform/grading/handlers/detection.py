"""Detection on a clip, through the grader's door: a film with boxes, its poster, its timeline."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import grader
from grader import DetectionSettings, SubmissionError, VideoDetections, VideoLimits
from grading.endings import VERSION, Ending
from grading.handlers.bench import bench, keep
from grading.handlers.evaluation import ProgressWriter
from grading.leases import Lease
from uploads.models import StoredFile
from uploads.storage import local_copy

#: What detection makes is kept for this purpose.
PURPOSE: Final = "detection"
#: What is made → its name and its type.
KINDS: Final = {"video": ("detections.mp4", "video/mp4"), "poster": ("detections.jpg", "image/jpeg")}
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
        with local_copy(payload["weights"]) as weights, local_copy(clip) as source, bench() as made:
            if not (weights.is_file() and source.is_file()):
                raise _gone()
            found = grader.detect_video(
                weights,
                source,
                made.place("video"),
                settings=_settings(payload),
                limits=_limits(payload),
                on_progress=ProgressWriter(lease),
                cancelled=cancelled,
            )
            made.put("poster", found.poster)
            files = {
                name: keep(path, clip, name=KINDS[name][0], content_type=KINDS[name][1], purpose=PURPOSE).pk
                for name, path in made.files.items()
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


def _gone() -> SubmissionError:
    return SubmissionError(
        "clip_gone",
        {"en": "The clip or the checkpoint was removed meanwhile", "fr": "Le clip ou le checkpoint a été retiré"},
        {"en": "Choose another one and start again.", "fr": "Choisissez-en un autre et recommencez."},
    )

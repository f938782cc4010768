"""What the worker is asked to make of a clip: a clean copy, a poster, frames, a contact sheet."""

from typing import Any

from datasets.models import AcquisitionRules, Clip
from grading.endings import VERSION
from grading.models import GradingJob
from grading.services import enqueue
from uploads.models import StoredFile


def queue_preparation(clip: Clip, rules: AcquisitionRules) -> GradingJob:
    """Everything, from the file as it came."""
    assert clip.source is not None
    return _queue(clip, clip.source, ["prepare", "frames"], rules)


def queue_frames(clip: Clip, rules: AcquisitionRules) -> GradingJob:
    """The frames alone, from the copy: the file as it came is gone."""
    assert clip.copy is not None
    return _queue(clip, clip.copy, ["frames"], rules)


def _queue(clip: Clip, file: StoredFile, steps: list[str], rules: AcquisitionRules) -> GradingJob:
    payload: dict[str, Any] = {
        "version": VERSION,
        "file": file.pk,
        "steps": steps,
        "limits": {"max_seconds": rules.max_seconds},
        "frames": {"rate": str(rules.frame_rate), "folder": Clip.FOLDER},
    }
    clip.job = enqueue(kind=GradingJob.Kind.VIDEO, subject=clip.subject, payload=payload)
    clip.save(update_fields=["job"])
    return clip.job

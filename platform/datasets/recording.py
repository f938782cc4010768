"""What becomes of a clip when the worker is through with it, in the transaction that ends the job."""

from collections.abc import Mapping
from typing import Any

from courses import audit
from datasets.models import SUBJECT, Clip
from grading.models import GradingJob
from uploads import services as uploads
from uploads.models import StoredFile


def record_video(*, job: GradingJob) -> None:
    """Take over what was made, remove what it was made from; a refused clip keeps its reason and frees its sequence.

    What a job made that is no longer the clip's own (it was deleted, or asked for again) is removed.
    """
    if job.kind != GradingJob.Kind.VIDEO or not job.subject.startswith(SUBJECT):
        return
    outcome: Mapping[str, Any] = job.outcome or {}
    related = ("pair__course", "replaces", *Clip.FILES)
    clip = Clip.objects.select_for_update(of=("self",)).select_related(*related).filter(job=job).first()
    if job.status == GradingJob.Status.DONE and clip is None:
        _forget(outcome.get("files", {}))
    elif job.status == GradingJob.Status.DONE and clip is not None:
        _take_over(clip, job, outcome)
    elif job.status == GradingJob.Status.REFUSED and clip is not None and clip.copy is None:
        _give_up(clip)


def _take_over(clip: Clip, job: GradingJob, outcome: Mapping[str, Any]) -> None:
    made = outcome["files"]
    old = [file for name, file in clip.stored().items() if name in made]
    for name, pk in made.items():
        setattr(clip, name, uploads.claim(pk))
    if "copy" in made:  # the place where it was filmed was in the file as it came
        old += [clip.source] if clip.source else []
        clip.source = None
        clip.facts = outcome["facts"]
    frames = outcome.get("frames")
    if frames:
        clip.frame_count, clip.duplicate_count = frames["count"], frames["duplicates"]
        clip.frame_rate = job.payload["frames"]["rate"]
    if clip.replaces is not None:
        _replace(clip, clip.replaces)
    clip.save()
    for file in old:
        uploads.remove(file)


def _replace(clip: Clip, earlier: Clip) -> None:
    """The new one is ready: the earlier one goes, and leaves its sequence."""
    clip.sequence, clip.replaces = earlier.sequence, None
    audit.record(
        course=clip.pair.course,
        actor=clip.uploaded_by,
        action="clip-replaced",
        subject=clip.subject,
        pair=clip.pair,
        before={"name": earlier.name, "seconds": earlier.seconds, "sha256": earlier.sha256},
        after={"name": clip.name, "seconds": clip.seconds, "sha256": clip.sha256},
    )
    files = list(earlier.stored().values())
    earlier.delete()
    for file in files:
        uploads.remove(file)


def _give_up(clip: Clip) -> None:
    source, clip.source, clip.sequence, clip.replaces = clip.source, None, None, None
    clip.save()
    if source is not None:
        uploads.remove(source)


def _forget(files: Mapping[str, int]) -> None:
    for file in StoredFile.objects.filter(pk__in=files.values(), is_claimed=False):
        uploads.remove(file)

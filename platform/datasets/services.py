"""Every write to a pair's clips that people ask for; what the worker made of them is written by ``recording``."""

from django.db import transaction
from django.shortcuts import get_object_or_404

from accounts.models import User
from courses import audit
from courses.access import require_teacher_of
from courses.models import Course, Pair
from datasets import jobs, refusals
from datasets.access import access_clip
from datasets.models import AcquisitionRules, Clip
from datasets.rules import rules_of
from grading import services as grading
from grading.models import GradingJob
from uploads import services as uploads
from uploads.services import Arrived

__all__ = ["PURPOSE", "add_clip", "delete_clip", "expire_clip", "extract_again", "extract_outdated", "renumber"]

#: What clips are uploaded for.
PURPOSE = "clip"


def add_clip(*, pair: Pair, author: User, arrived: Arrived, sequence: int | None = None) -> Clip:
    """Take a film as the pair's next free sequence, or in the place of ``sequence``, and queue its preparation.

    A clip that is there is replaced once the new one is ready, and stays if that one is refused. The same file again
    is the clip that it is, ``recognised``; one that was refused or failed is tried again. Raises Refusal when every
    sequence is there, there is none of that number, or the file does not fit into the quota; it stays uploaded then.
    """
    with transaction.atomic():
        # Two files at once must not both find the last sequence free: whoever counts holds the pair.
        Pair.objects.select_for_update(of=("self",)).get(pk=pair.pk)
        known = Clip.objects.select_related("job", "replaces").filter(pair=pair, sha256=arrived.sha256).first()
        if known is not None and known.state not in (Clip.State.REFUSED, Clip.State.FAILED):
            known.recognised = True
            transaction.on_commit(arrived.discard)
            return known
        if known is not None:
            sequence = sequence or known.sequence or (known.replaces.sequence if known.replaces else None)
            _remove(known)
        rules = rules_of(pair.course)
        number, replaces = _place(pair, rules, sequence)
        clip = Clip.objects.create(
            pair=pair,
            sequence=number,
            replaces=replaces,
            name=arrived.name,
            sha256=arrived.sha256,
            source=uploads.keep(arrived, pair=pair, owner=author),
            uploaded_by=author,
        )
        jobs.queue_preparation(clip, rules)
    return clip


def renumber(*, clip: Clip, person: User, sequence: int) -> None:
    """Give a clip another place in the data set; whichever clip was there takes its place. Raises Http404, Refusal."""
    access_clip(person, clip.pk)
    with transaction.atomic():
        moved = _locked(clip)
        rules = rules_of(moved.pair.course)
        if moved.sequence is None:
            raise refusals.not_numbered()
        if not 1 <= sequence <= rules.clips_expected:
            raise refusals.no_such_sequence(rules.clips_expected)
        before = moved.sequence
        others = Clip.objects.filter(pair=moved.pair_id, sequence=sequence).exclude(pk=moved.pk)
        other = others.first()
        others.update(sequence=None)
        Clip.objects.filter(pk=moved.pk).update(sequence=sequence)
        if other is not None:
            Clip.objects.filter(pk=other.pk).update(sequence=before)
    clip.sequence = sequence


def delete_clip(*, clip: Clip, person: User, reason: str = "") -> None:
    """Remove a clip and all that was made of it, for its pair or its instructor; it leaves a line in the trace.

    Raises Http404 for anybody else.
    """
    access_clip(person, clip.pk)
    _delete(clip, actor=person, reason=reason, by="an instructor" if person.is_instructor else "the pair")


def expire_clip(*, clip: Clip, because: str, actor: User | None = None) -> None:
    """Remove a clip as ``delete_clip`` does, where the caller has made sure of it: its time is over."""
    _delete(clip, actor=actor, reason=because, by="the site")


def _delete(clip: Clip, *, actor: User | None, reason: str, by: str) -> None:
    with transaction.atomic():
        gone = _locked(clip)
        audit.record(
            course=gone.pair.course,
            actor=actor,
            action="clip-deleted",
            subject=gone.subject,
            pair=gone.pair,
            before={"name": gone.name, "sequence": gone.sequence, "seconds": gone.seconds, "sha256": gone.sha256},
            reason=reason,
        )
        heir = gone.replacements.first()
        _remove(gone, by=by)
        if heir is not None:  # it was to take the sequence later: now it has it
            Clip.objects.filter(pk=heir.pk).update(sequence=gone.sequence)


def extract_again(*, clip: Clip, person: User) -> GradingJob:
    """Take the frames at the course's present rate; a clip whose preparation failed is prepared from its beginning.

    Raises Http404 for whoever may not, Refusal while the clip is being worked on, or when its film is gone.
    """
    access_clip(person, clip.pk)
    with transaction.atomic():
        current = _locked(clip)
        if current.is_working:
            raise refusals.still_working()
        rules = rules_of(current.pair.course)
        if current.copy is not None:
            return jobs.queue_frames(current, rules)
        if current.source is None:
            raise refusals.nothing_to_extract()
        return jobs.queue_preparation(current, rules)


def extract_outdated(*, course: Course, instructor: User) -> int:
    """Take the frames of every clip of a course again whose rate is no longer the course's. Returns how many."""
    require_teacher_of(instructor, course)
    rules = rules_of(course)
    ready = Clip.objects.select_related("job").filter(pair__course=course, copy__isnull=False)
    outdated = [clip for clip in ready if not clip.is_working and not clip.is_extracted_at(rules.frame_rate)]
    for clip in outdated:
        extract_again(clip=clip, person=instructor)
    return len(outdated)


def _place(pair: Pair, rules: AcquisitionRules, wanted: int | None) -> tuple[int | None, Clip | None]:
    """The sequence of a new clip, or the clip that it replaces once it is ready."""
    taken = {clip.sequence: clip for clip in pair.clips.select_related("job").filter(sequence__isnull=False)}
    if wanted is None:
        free = next((number for number in range(1, rules.clips_expected + 1) if number not in taken), None)
        if free is None:
            raise refusals.no_room_left(rules.clips_expected)
        return free, None
    if not (1 <= wanted <= rules.clips_expected or wanted in taken):
        raise refusals.no_such_sequence(rules.clips_expected)
    holder = taken.get(wanted)
    if holder is None:
        return wanted, None
    for waiting in holder.replacements.select_related("job"):
        _remove(waiting)
    if holder.state == Clip.State.READY or holder.copy_id is not None:
        return None, holder
    _remove(holder)  # nothing was made of it yet
    return wanted, None


def _locked(clip: Clip) -> Clip:
    """Raises Http404 where somebody else has removed it just now."""
    rows = Clip.objects.select_for_update(of=("self",)).select_related("pair__course", "job", *Clip.FILES)
    return get_object_or_404(rows, pk=clip.pk)


def _remove(clip: Clip, *, by: str = "the pair") -> None:
    """The row and every byte of it; a job that waits or runs for it ends."""
    if clip.job is not None and not clip.job.is_ended:
        grading.cancel(clip.job, by=by)
    files = list(clip.stored().values())
    clip.delete()
    for file in files:
        uploads.remove(file)

"""What people read about clips: the pair that filmed them, and whoever teaches it. Never a path or a key."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from courses.models import ObjectClass, Pair
from datasets.access import related
from datasets.advice import Remark, remarks
from datasets.models import AcquisitionRules, Clip
from datasets.rules import rules_of
from datasets.waiting import seconds_left
from grading.models import GradingJob
from grading.queries import files_are_taken, positions


@dataclass(frozen=True)
class Shown:
    """One clip as pages and programs show it. ``place`` is in the worker's queue, ``replacement`` is on its way."""

    clip: Clip
    place: int | None = None
    seconds_left: float | None = None
    remarks: tuple[Remark, ...] = ()
    is_outdated: bool = False
    replacement: "Shown | None" = None

    @property
    def outcome(self) -> Mapping[str, Any]:
        """Reason and advice of what did not work out."""
        job = self.clip.job
        return (job.outcome or {}) if job is not None and job.status != GradingJob.Status.DONE else {}

    @property
    def token(self) -> str:
        """Changes whenever something else is to be read."""
        clip, job = self.clip, self.clip.job
        stage = f"{job.progress_stage}{job.progress_done}" if job is not None and not job.is_ended else ""
        replacement = self.replacement.token if self.replacement else ""
        return f"{clip.pk}.{clip.sequence}.{clip.job_id}.{clip.state}.{self.place}.{stage}.{replacement}"

    @property
    def failed_again(self) -> bool:
        """It can be watched, but its newest extraction did not work out."""
        return self.clip.state == Clip.State.READY and bool(self.outcome)


@dataclass(frozen=True)
class Shelf:
    """A pair's clips: each sequence with its clip or None, and what was refused."""

    rules: AcquisitionRules
    sequences: tuple[tuple[int, Shown | None], ...]
    refused: tuple[Shown, ...] = ()
    is_unattended: bool = False
    working: int = 0

    @property
    def token(self) -> str:
        """Changes whenever something else is to be read."""
        parts = [shown.token if shown else "" for _, shown in self.sequences] + [one.token for one in self.refused]
        return f"{'|'.join(parts)}|{self.is_unattended:d}"

    @property
    def clips(self) -> list[Clip]:
        return [shown.clip for _, shown in self.sequences if shown is not None]

    @property
    def ready(self) -> list[Clip]:
        return [clip for clip in self.clips if clip.copy_id is not None]

    @property
    def seconds(self) -> float:
        return sum(clip.seconds or 0.0 for clip in self.ready)

    @property
    def frame_count(self) -> int:
        return sum(clip.frame_count or 0 for clip in self.ready)

    @property
    def free(self) -> int:
        return sum(shown is None for _, shown in self.sequences)


def shelf_of(pair: Pair) -> Shelf:
    """A fixed number of queries, however many clips there are."""
    rules = rules_of(pair.course)
    shown = show(related(pair.clips.all()), rules)
    waiting = {each.clip.replaces_id: each for each in shown if each.clip.replaces_id is not None}
    by_number = {each.clip.sequence: _with(each, waiting.get(each.clip.pk)) for each in shown if each.clip.sequence}
    numbers = sorted({*range(1, rules.clips_expected + 1), *(number for number in by_number if number)})
    working = sum(each.clip.is_working for each in shown)
    return Shelf(
        rules=rules,
        sequences=tuple((number, by_number.get(number)) for number in numbers),
        refused=tuple(each for each in shown if each.clip.sequence is None and each.clip.replaces_id is None),
        is_unattended=bool(working) and not files_are_taken(),
        working=working,
    )


def show(clips: Iterable[Clip], rules: AcquisitionRules) -> list[Shown]:
    """In their order, with a fixed number of queries."""
    rows = list(clips)
    jobs = [clip.job for clip in rows if clip.job is not None]
    places = positions(jobs)
    guesses = seconds_left(jobs, places)
    return [
        Shown(
            clip=clip,
            place=places.get(clip.job_id or 0),
            seconds_left=guesses.get(clip.job_id or 0),
            remarks=remarks_on(clip, rules),
            is_outdated=clip.copy_id is not None and not clip.is_extracted_at(rules.frame_rate),
        )
        for clip in rows
    ]


def remarks_on(clip: Clip, rules: AcquisitionRules) -> tuple[Remark, ...]:
    if clip.facts is None:
        return ()
    return remarks(
        clip.facts,
        seconds_expected=rules.seconds_expected,
        frame_rate=rules.frame_rate,
        count=clip.frame_count,
        duplicates=clip.duplicate_count,
    )


def labels_for_cvat(object_class: ObjectClass | None) -> str:
    """What CVAT's label constructor takes under "Raw": one label, that its boxes are of."""
    labels = [{"name": object_class.name, "type": "rectangle", "attributes": []}] if object_class else []
    return json.dumps(labels, ensure_ascii=False, indent=2)


def status_of(shown: Shown) -> dict[str, Any]:
    """One clip as the API gives it; see ``GET /api/clips/{id}/``."""
    clip, job = shown.clip, shown.clip.job
    is_running = job is not None and job.status == GradingJob.Status.RUNNING
    return {
        "id": clip.pk,
        "pair": clip.pair.name,
        "sequence": clip.sequence,
        "replaces": clip.replaces.sequence if clip.replaces else None,
        "name": clip.name,
        "sha256": clip.sha256,
        "status": str(clip.state),
        "position": shown.place,
        "progress": _progress(job) if is_running and job else None,
        "seconds_left": shown.seconds_left,
        "facts": clip.facts,
        "frames": _frames(clip),
        "remarks": [{"code": each.code, "tone": each.tone, "text": dict(each.text)} for each in shown.remarks],
        "reason": shown.outcome.get("reason"),
        "advice": shown.outcome.get("advice"),
        "error_id": (job.error_id if job else "") or None,
        "uploaded_by": clip.uploaded_by.username if clip.uploaded_by else None,
        "uploaded_at": clip.uploaded_at,
    }


def _progress(job: GradingJob) -> dict[str, Any]:
    return {"stage": job.progress_stage, "done": job.progress_done, "total": job.progress_total}


def _frames(clip: Clip) -> dict[str, Any] | None:
    if clip.frame_count is None:
        return None
    return {"count": clip.frame_count, "left_out": clip.duplicate_count, "rate": clip.frame_rate}


def _with(shown: Shown, replacement: Shown | None) -> Shown:
    return shown if replacement is None else replace(shown, replacement=replacement)

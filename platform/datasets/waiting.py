"""How long clips will still take: a guess from the last ones, and from a clip's own pace once frames are taken."""

from collections.abc import Iterable, Mapping
from typing import Final

from django.utils import timezone

from datasets.models import SUBJECT
from grading.models import GradingJob
from grading.queries import lanes_for
from submissions.waiting import until_done

#: The newest clips that a guess is made from.
REMEMBERED: Final = 10
#: The stage whose pace tells the rest.
PACED: Final = "extracting"


def seconds_left(jobs: Iterable[GradingJob], places: Mapping[int, int]) -> dict[int, float]:
    """Guesses by job, in a fixed number of queries; those of which nothing is known are left out.

    ``places`` are those of the jobs that wait.
    """
    unfinished = [job for job in jobs if not job.is_ended]
    if not unfinished:
        return {}
    typical, lanes = _typical_seconds(), lanes_for(GradingJob.Kind.VIDEO)
    running = GradingJob.objects.filter(kind=GradingJob.Kind.VIDEO, status=GradingJob.Status.RUNNING)
    rests = {job.pk: _rest(job, typical) for job in running.defer("payload", "outcome", "log")}
    known = [rest if rest is not None else typical or 0.0 for rest in rests.values()]
    guesses = {}
    for job in unfinished:
        if (rest := rests.get(job.pk)) is not None:
            guesses[job.pk] = rest
        elif job.pk in places and typical is not None and lanes:
            guesses[job.pk] = until_done(known, place=places[job.pk], lanes=lanes, typical=typical)
    return guesses


def _rest(job: GradingJob, typical: float | None) -> float | None:
    if job.started_at is None:
        return typical
    elapsed = max(0.0, (timezone.now() - job.started_at).total_seconds())  # the clock may have been set back
    if elapsed and job.progress_stage == PACED and job.progress_done:
        return elapsed / job.progress_done * max(job.progress_total - job.progress_done, 0)
    return None if typical is None else max(typical - elapsed, 0.0)


def _typical_seconds() -> float | None:
    done = GradingJob.objects.filter(
        kind=GradingJob.Kind.VIDEO, status=GradingJob.Status.DONE, subject__startswith=SUBJECT
    )
    times = done.order_by("-finished_at").values_list("started_at", "finished_at")[:REMEMBERED]
    seconds = sorted((end - start).total_seconds() for start, end in times if start and end and start <= end)
    return seconds[len(seconds) // 2] if seconds else None

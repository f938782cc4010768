"""How long clips will still take: a guess from the last ones, and from a clip's own pace once frames are taken."""

from collections.abc import Iterable, Mapping
from typing import Final

from datasets.models import SUBJECT
from grading.models import GradingJob
from grading.queries import lanes_for
from submissions.waiting import REMEMBERED, middle_of, rest_of, until_done

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
    rests = {job.pk: rest_of(job, typical, paced=PACED) for job in running.defer("payload", "outcome", "log")}
    known = [rest if rest is not None else typical or 0.0 for rest in rests.values()]
    guesses = {}
    for job in unfinished:
        if (rest := rests.get(job.pk)) is not None:
            guesses[job.pk] = rest
        elif job.pk in places and typical is not None and lanes:
            guesses[job.pk] = until_done(known, place=places[job.pk], lanes=lanes, typical=typical)
    return guesses


def _typical_seconds() -> float | None:
    done = GradingJob.objects.filter(
        kind=GradingJob.Kind.VIDEO, status=GradingJob.Status.DONE, subject__startswith=SUBJECT
    )
    return middle_of(done.order_by("-finished_at").values_list("started_at", "finished_at")[:REMEMBERED])

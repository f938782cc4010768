"""Every write that people ask for about detections: start one, stop it, remove it."""

from dataclasses import asdict, dataclass
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

import grader
from accounts.models import User
from courses import audit
from courses.models import Pair
from datasets.access import access_clip
from datasets.models import Clip
from grading import services as grading
from grading.endings import VERSION
from grading.models import GradingJob
from inference import refusals
from inference.access import access_run, checkpoints_for
from inference.models import Run
from submissions.models import Submission
from submissions.quotas import day_of
from submissions.tasks import task_spec
from uploads.quotas import require_quota

LARGEST_IMAGE_SIZE: Final = 1_280
MOST_THREADS: Final = 16  # of a sealed child
UNFINISHED: Final = (GradingJob.Status.QUEUED, GradingJob.Status.RUNNING)
#: In these states a detection is one of its day; one that failed through our fault or was stopped is not.
COUNTED: Final = (*UNFINISHED, GradingJob.Status.DONE, GradingJob.Status.REFUSED)


@dataclass(frozen=True)
class Choices:
    """What people choose of a detection. Raises Refusal for what is not possible."""

    image_size: int
    confidence: float = 0.25
    iou: float = 0.45

    def __post_init__(self) -> None:
        if not 32 <= self.image_size <= LARGEST_IMAGE_SIZE or self.image_size % 32:
            raise refusals.bad_settings("image_size")
        # Written so that NaN fails: every comparison with it is false.
        if not 0.01 <= self.confidence <= 1:
            raise refusals.bad_settings("confidence")
        if not 0 <= self.iou <= 1:
            raise refusals.bad_settings("iou")


def start_run(*, clip: Clip, submission_pk: int | None, author: User, choices: Choices) -> Run:
    """Queue a checkpoint of the clip's pair on the clip. One that was made before is that one, ``recognised``.

    Raises Http404 for whoever may not see the clip; Refusal when the clip is not ready or too long, the checkpoint is
    none of the pair's or was not evaluated, another detection of the pair goes on, or the day's are used up.
    """
    with transaction.atomic():
        clip = access_clip(author, clip.pk)
        if clip.copy is None:
            raise refusals.clip_not_ready()
        submission = checkpoints_for(clip).filter(pk=submission_pk).first() if submission_pk is not None else None
        if submission is None:
            raise refusals.no_such_checkpoint()
        # Two people at once must not both find the pair idle: whoever counts holds the pair.
        pair = Pair.objects.select_for_update(of=("self",)).get(pk=clip.pair_id)
        known = _known(clip, submission, choices)
        if known is not None:
            known.recognised = True
            return known
        _require_room(pair, clip)
        run = Run.objects.create(pair=pair, clip=clip, submission=submission, author=author, **asdict(choices))
        run.job = grading.enqueue(
            kind=GradingJob.Kind.DETECTION, subject=run.subject, payload=_payload(run, clip, submission)
        )
        run.save(update_fields=["job"])
    return run


def stop_run(*, run: Run, person: User) -> None:
    """End a detection that waits or runs; it does not count then. Raises Http404, or Refusal when it has ended."""
    access_run(person, None, run.pk)
    by = "an instructor" if person.is_instructor else "the pair"
    if run.job is None or not grading.cancel(run.job, by=by):
        raise refusals.nothing_to_stop()


def remove_run(*, run: Run, person: User) -> None:
    """Remove a detection and its film; one that goes on is stopped. Raises Http404 for whoever may not see it."""
    access_run(person, None, run.pk)
    with transaction.atomic():
        audit.record(
            course=run.pair.course,
            actor=person,
            action="detection-removed",
            subject=f"detection:{run.pk}",
            pair=run.pair,
            before={"clip": run.clip.name, "submission": run.submission_id},
        )
        run.delete()  # a receiver ends its job and removes its bytes: they go with the clip too


def runs_left(pair: Pair) -> int:
    """How many more detections a pair may ask for today. One that was removed has been made all the same."""
    begins, ends = day_of(timezone.now())
    asked = GradingJob.objects.filter(kind=GradingJob.Kind.DETECTION, created_at__gte=begins, created_at__lt=ends)
    counted = asked.filter(payload__pair=pair.pk, status__in=COUNTED)
    return max(0, settings.DETECTIONS_PER_DAY - counted.count())


def usual_image_size(submission: Submission) -> int:
    """The task's: what the checkpoint was evaluated at."""
    return min(task_spec(submission.task).image_size, LARGEST_IMAGE_SIZE)


def _known(clip: Clip, submission: Submission, choices: Choices) -> Run | None:
    """The same again gives the same film. For another task a file may have other classes."""
    same = Run.objects.filter(clip=clip, submission=submission, **asdict(choices))
    there = Q(video__isnull=False) | Q(job__status__in=UNFINISHED)
    return same.filter(there).select_related("job").first()


def _require_room(pair: Pair, clip: Clip) -> None:
    if Run.objects.filter(pair=pair, job__status__in=UNFINISHED).exists():
        raise refusals.one_at_a_time()
    if not runs_left(pair):
        raise refusals.enough_for_today(settings.DETECTIONS_PER_DAY)
    if (clip.seconds or 0) > settings.DETECTION_SECONDS:
        raise refusals.clip_too_long(settings.DETECTION_SECONDS)
    assert clip.copy is not None
    require_quota(pair, clip.copy.size_bytes)  # about what the film with boxes will take


def _payload(run: Run, clip: Clip, submission: Submission) -> dict[str, Any]:
    """The worker needs nothing but this; the pair is for its day's count. Classes are for files that name none."""
    assert clip.copy is not None
    return {
        "version": VERSION,
        "pair": run.pair_id,
        "weights": submission.checkpoint.path,
        "file": clip.copy.pk,
        "image_size": run.image_size,
        "confidence": run.confidence,
        "iou": run.iou,
        "configuration": submission.configuration,
        "classes": list(task_spec(submission.task).classes),
        "limits": _limits(),
    }


def _limits() -> dict[str, Any]:
    """A clip may announce less than it lasts: a little more is read before it is refused."""
    usual = grader.DETECTION_LIMITS
    seconds = settings.DETECTION_SECONDS * 1.1 + 1
    return {
        "max_seconds": seconds,
        "max_frames": max(usual.max_frames, int(seconds * 60)),
        "cpu_seconds": settings.DETECTION_CPU_SECONDS,
        "threads": min(settings.DETECTION_THREADS, MOST_THREADS),
    }

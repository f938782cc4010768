"""Who may see which detections: fetch them if this person may, else 404. Strangers do not learn that they exist."""

from django.db.models import Q, QuerySet
from django.http import Http404

from accounts.models import User
from datasets.models import Clip
from grading.models import GradingJob
from inference.models import Run
from submissions.models import Submission

_RELATED = ("pair__course", "clip__copy", "clip__poster", "clip__pair", "job", "author", "video", "poster")
_SUBMISSION = ("submission__checkpoint", "submission__task")


def runs_of(user: User) -> QuerySet[Run]:
    """A student's own pair's; all of the courses that an instructor teaches. Without what lists do not show."""
    return _whole_runs_of(user).defer(*Run.HEAVY)


def runs_on(clip: Clip) -> QuerySet[Run]:
    """All runs on one clip, which the caller may see."""
    return Run.objects.filter(clip=clip).select_related(*_RELATED, *_SUBMISSION).defer(*Run.HEAVY)


def access_run(user: User, clip: int | None, pk: int) -> Run:
    """One of them, whole; of this clip, where one is named."""
    found = _whole_runs_of(user).filter(pk=pk, **({} if clip is None else {"clip": clip})).first()
    if found is None:
        raise Http404("no such detection")
    return found


def checkpoints_for(clip: Clip) -> QuerySet[Submission]:
    """What may run on a clip: its pair's own submissions that were evaluated to their end, the newest first."""
    done = Submission.objects.filter(pair=clip.pair_id, job__status=GradingJob.Status.DONE)
    related = done.select_related("task", "pair", "job", "checkpoint")
    return related.defer(*Submission.HEAVY, "private_summary", "checkpoint__sketch", "job__log", "job__payload")


def _whole_runs_of(user: User) -> QuerySet[Run]:
    mine = Q(pair__course__instructors=user) if user.is_instructor else Q(pair__members=user)
    return Run.objects.filter(mine).select_related(*_RELATED, *_SUBMISSION)

"""Who may see what of the tasks: fetch it if this person may, else 404."""

from django.db.models import Q, QuerySet
from django.http import Http404

from accounts.models import User
from courses.models import Pair
from submissions.models import Submission, Task


def tasks_of(user: User) -> QuerySet[Task]:
    """The tasks of the courses this person studies in or teaches."""
    if user.is_instructor:
        return Task.objects.filter(course__instructors=user).select_related("course")
    mine = Pair.objects.filter(members=user).values("course")
    return Task.objects.filter(course__in=mine).select_related("course")


def access_task(user: User, slug: str) -> Task:
    task = tasks_of(user).filter(slug=slug).first()
    if task is None:
        raise Http404("no such task")
    return task


def pair_in(task: Task, user: User) -> Pair | None:
    """The pair in which this person works on this task; None for instructors."""
    if user.is_instructor:
        return None
    return Pair.objects.filter(course=task.course_id, members=user).order_by("pk").first()


#: What a list of submissions does not read: whole reports, and what only comparisons need.
_LEFT_OUT = (*Submission.HEAVY, "private_summary", "checkpoint__sketch", "job__log", "job__payload")


def submissions_of(user: User) -> QuerySet[Submission]:
    """A student's own pair's submissions; all of the courses that an instructor teaches. For lists: see _LEFT_OUT."""
    return _whole_submissions_of(user).defer(*_LEFT_OUT)


def _whole_submissions_of(user: User) -> QuerySet[Submission]:
    mine = Q(task__course__instructors=user) if user.is_instructor else Q(pair__members=user)
    return Submission.objects.filter(mine).select_related("task", "pair", "job", "checkpoint")


def may_stop(submission: Submission, person: User) -> bool:
    """Whether this person, who may see the submission, may stop its evaluation: pairs stop what they asked for."""
    return person.is_instructor or submission.attempts.filter(job=submission.job_id).exists()


def access_submission(user: User, pk: int) -> Submission:
    """One of them, whole."""
    submission = _whole_submissions_of(user).filter(pk=pk).first()
    if submission is None:
        raise Http404("no such submission")
    return submission

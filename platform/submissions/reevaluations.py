"""Re-run all: every result of a task made anew beside the published ones, looked at, then swapped in at once.

What students hand in meanwhile goes first: these jobs have a low priority. While a campaign runs, a submission that is
evaluated joins it, so that no result of the old kind stays when the new ones are published.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

import grader
from accounts.models import User
from accounts.words import typed
from courses import audit
from courses.access import require_teacher_of
from grading import services as grading
from grading.models import GradingJob
from submissions import refusals
from submissions.data_state import data_state
from submissions.models import Reevaluation, ReevaluationItem, Submission, Task
from submissions.payloads import DECISIVE, lane, payload_for, rules_digest, shared_by
from submissions.recording import climb, read_result, write_result
from submissions.signals import score_changed

LOW_PRIORITY: Final = -10
LONGEST_REASON: Final = 200
UNFINISHED: Final = (GradingJob.Status.QUEUED, GradingJob.Status.RUNNING)
State = Reevaluation.State


@dataclass(frozen=True, slots=True)
class Progress:
    """Of a campaign's jobs: how many ended, how many there are, how many of those ended failed through our fault."""

    done: int
    total: int
    failed: int


@dataclass(frozen=True, slots=True)
class Stale:
    """Why published results are not what they would be today; ``results`` of them were made otherwise."""

    results: int
    dataset: bool
    metric: bool
    rules: bool = False


def start(*, task: Task, instructor: User, reason: str = "", changes: Mapping[str, Any] | None = None) -> Reevaluation:
    """Queue every submission that has a result, under the task's rules with ``changes`` (see ``payloads.DECISIVE``).

    Raises Http404 for anybody but the course's instructors; Refusal for changes that are none, while another campaign
    is undecided, and after the reveal.
    """
    require_teacher_of(instructor, task.course)
    checked = checked_changes(task, changes or {})
    with transaction.atomic():
        locked = Task.objects.select_for_update().get(pk=task.pk)
        if locked.revealed_at:
            raise refusals.results_are_final()
        if locked.reevaluations.filter(state__in=Reevaluation.UNDECIDED).exists():
            raise refusals.reevaluation_goes_on()
        campaign = Reevaluation.objects.create(
            task=task, started_by=instructor, reason=typed(reason, LONGEST_REASON), changes=checked
        )
        shared = shared_by(locked, changes=checked)
        for submission in _with_a_result(task):
            _add(campaign, submission, shared)
        _look_whether_ready(campaign)
    return campaign


def abandon(*, campaign: Reevaluation, instructor: User) -> None:
    """Leave everything as it was published; jobs that still wait are stopped. Raises Http404, Refusal when decided."""
    require_teacher_of(instructor, campaign.task.course)
    with transaction.atomic():
        current = _undecided(campaign)
        _decide(current, State.ABANDONED)
        jobs = GradingJob.objects.filter(pk__in=current.items.values("job"))
        for job in jobs.filter(status__in=UNFINISHED):
            grading.cancel(job, by="an instructor")
    campaign.refresh_from_db()


def publish(*, campaign: Reevaluation, instructor: User) -> None:
    """Put the new results, and the rules they were made with, in the place of the old ones: all at once.

    A submission whose new evaluation failed through our fault keeps what it had. Raises Http404; Refusal while jobs
    wait, after the reveal, and when it was decided before.
    """
    require_teacher_of(instructor, campaign.task.course)
    with transaction.atomic():
        current = _undecided(campaign)
        if current.state != State.READY:
            raise refusals.reevaluation_goes_on()
        task = Task.objects.select_for_update().get(pk=current.task_id)
        if task.revealed_at:
            raise refusals.results_are_final()
        before = {name: getattr(task, name) for name in current.changes}
        for name, value in current.changes.items():
            setattr(task, name, value)
        task.save(update_fields=list(current.changes))
        _swap(current, task)
        _queue_again_what_waits(task)
        _decide(current, State.PUBLISHED)
        audit.record(
            course=task.course,
            actor=instructor,
            action="results-made-again",
            subject=task.subject,
            before=before,
            after=dict(current.changes),
            reason=current.reason,
        )
        score_changed.send(sender=Submission, task=task)
    campaign.refresh_from_db()
    campaign.task.refresh_from_db()


def progress_of(campaign: Reevaluation) -> Progress:
    """One query."""
    statuses: list[str | None] = list(campaign.items.values_list("job__status", flat=True))
    ended = [status for status in statuses if status not in UNFINISHED]
    return Progress(len(ended), len(statuses), sum(status in (None, GradingJob.Status.FAILED) for status in ended))


def undecided_of(task: Task) -> Reevaluation | None:
    """The campaign that runs, or waits for a decision."""
    return task.reevaluations.filter(state__in=Reevaluation.UNDECIDED).first()


def stale_results(task: Task) -> Stale | None:
    """Whether the data, the measures or the task's file changed since the published results were made; None: no.

    Cheap enough for a page: the data are compared by names, sizes and times of files, not read.
    """
    state = data_state(task)
    summaries = list(Submission.objects.filter(task=task, score__isnull=False).values_list("summary", flat=True))
    dataset = [bool(state) and (_made_with(summary, "data_state") or state) != state for summary in summaries]
    metric = [_made_with(summary, "metric_version") != grader.METRIC_VERSION for summary in summaries]
    now = rules_digest(task)
    rules = [(_made_with(summary, "rules") or now) != now for summary in summaries]
    results = sum(any(reasons) for reasons in zip(dataset, metric, rules, strict=True))
    return Stale(results, any(dataset), any(metric), any(rules)) if results else None


def checked_changes(task: Task, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the changes that change something. Raises Refusal for a field or value that is none."""
    if not set(changes) <= set(DECISIVE):
        raise refusals.no_such_rule()
    convention, percent = changes.get("convention", task.convention), changes.get("public_percent", task.public_percent)
    if convention not in Task.Convention.values or type(percent) is not int or not 1 <= percent <= 100:
        raise refusals.no_such_rule()
    return {name: value for name, value in changes.items() if value != getattr(task, name)}


def record_item(*, job: GradingJob) -> None:
    """Inside the transaction that ends a job: keep what the preview needs, and see whether the campaign is complete."""
    item = ReevaluationItem.objects.select_related("campaign__task").filter(job=job).first()
    if item is None:
        _join(job)
        return
    if job.status == GradingJob.Status.DONE:
        result = read_result(job, item.campaign.task).fields
        item.score, item.private_score, item.draws = result["score"], result["private_score"], result["draws"]
        item.save(update_fields=["score", "private_score", "draws"])
    _look_whether_ready(item.campaign)


def _join(job: GradingJob) -> None:
    """A submission evaluated under the old rules while a campaign is undecided is evaluated under the new ones too."""
    submission = Submission.objects.select_related("task").filter(job=job).first()
    if submission is None or job.status not in (GradingJob.Status.DONE, GradingJob.Status.REFUSED):
        return
    campaign = undecided_of(submission.task)
    if campaign is None:
        return
    item = campaign.items.filter(submission=submission).select_related("job").first()
    if item is not None:
        if not _names_another_network(item, submission):
            return
        _drop(item)
    _add(campaign, submission, shared_by(submission.task, changes=campaign.changes))
    Reevaluation.objects.filter(pk=campaign.pk).update(state=State.RUNNING)


def _add(campaign: Reevaluation, submission: Submission, shared: Mapping[str, Any]) -> None:
    payload = payload_for(submission, shared=shared)
    job = grading.enqueue(kind=lane(), subject=submission.subject, payload=payload, priority=LOW_PRIORITY)
    ReevaluationItem.objects.create(campaign=campaign, submission=submission, job=job)


def _names_another_network(item: ReevaluationItem, submission: Submission) -> bool:
    """Has the pair named another network for its weights since? What came of the old name is no result then."""
    return item.job is not None and item.job.payload.get("configuration", "") != submission.configuration


def _drop(item: ReevaluationItem) -> None:
    job = item.job
    item.delete()
    if job is not None:
        grading.cancel(job, by="another configuration")


def _with_a_result(task: Task) -> list[Submission]:
    ended = [GradingJob.Status.DONE, GradingJob.Status.REFUSED, GradingJob.Status.FAILED]
    rows = Submission.objects.filter(task=task, job__status__in=ended).select_related("task__course", "checkpoint")
    return list(rows.order_by("pk").defer(*Submission.HEAVY, "checkpoint__sketch"))


def _look_whether_ready(campaign: Reevaluation) -> None:
    progress = progress_of(campaign)
    if progress.done == progress.total:
        Reevaluation.objects.filter(pk=campaign.pk, state=State.RUNNING).update(state=State.READY)
        campaign.refresh_from_db(fields=["state"])


def _undecided(campaign: Reevaluation) -> Reevaluation:
    current = Reevaluation.objects.select_for_update(of=("self",)).select_related("task").get(pk=campaign.pk)
    if current.state not in Reevaluation.UNDECIDED:
        raise refusals.reevaluation_is_decided()
    return current


def _decide(campaign: Reevaluation, state: str) -> None:
    campaign.state, campaign.ended_at = state, timezone.now()
    campaign.save(update_fields=["state", "ended_at"])


def _swap(campaign: Reevaluation, task: Task) -> None:
    """The database has one writer, and everybody waits for it meanwhile: nothing is read that is only replaced."""
    pairs = set()
    replaced = [f"submission__{name}" for name in (*Submission.HEAVY, "private_summary")]
    for item in campaign.items.select_related("job", "submission").defer("draws", "job__log", *replaced):
        job, submission = item.job, item.submission
        if job is None or job.status not in (GradingJob.Status.DONE, GradingJob.Status.REFUSED):
            continue
        if _names_another_network(item, submission):
            continue  # it waits, and begins again under the new rules
        submission.task, submission.job = task, job
        submission.save(update_fields=["job"])
        result = read_result(job, task, was_read=True) if job.status == GradingJob.Status.DONE else None
        write_result(submission, result, alone=True)
        pairs.add(submission.pair_id)
    for pair in pairs:
        climb(task, pair)


def _queue_again_what_waits(task: Task) -> None:
    """What is being evaluated under the old rules begins again under the new ones; nobody's place is lost."""
    shared = shared_by(task)
    rows = Submission.objects.filter(task=task, job__status__in=UNFINISHED)
    for submission in rows.select_related("checkpoint", "job").defer(*Submission.HEAVY, "checkpoint__sketch"):
        old, payload = submission.job, payload_for(submission, shared=shared)
        assert old is not None
        waiting = GradingJob.objects.filter(pk=old.pk, status=GradingJob.Status.QUEUED)
        if waiting.update(payload=payload):
            continue
        submission.job = grading.enqueue(
            kind=old.kind, subject=submission.subject, payload=payload, priority=old.priority + 1
        )
        submission.save(update_fields=["job"])
        submission.attempts.filter(job=old).update(job=submission.job)
        grading.cancel(old, by="a change of the rules")


def _made_with(summary: Mapping[str, Any] | None, name: str) -> Any:
    return (summary or {}).get(name)

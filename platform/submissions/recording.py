"""Taking over what an evaluation said, inside the transaction that ends it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grader import Outcome
from grading.models import Details, GradingJob
from submissions.lot import Found, found_in
from submissions.models import Checkpoint, ReevaluationItem, Submission, Task
from submissions.paired import Scored, ladder
from submissions.signals import score_changed
from submissions.summaries import report_of, summary_of
from submissions.tasks import task_spec

#: What an evaluation writes of a submission.
FIELDS = (
    "score", "private_score", "summary", "private_summary", "metrics", "private_metrics", "draws", "record", "gallery",
)  # fmt: skip


@dataclass(frozen=True)
class Result:
    """What a done evaluation says of a submission: its fields, and the sketch of its file."""

    fields: Mapping[str, Any]
    sketch: str


def record_evaluation(*, job: GradingJob) -> None:
    """Write a job's result into the submission whose current evaluation it is, and tell the board.

    Raises ValueError when a done job's outcome does not hold: the ending is undone, and the attempt was ours.
    """
    submission = Submission.objects.select_related("task").defer(*Submission.HEAVY).filter(job=job).first()
    if submission is None or job.status == GradingJob.Status.FAILED:
        return  # an evaluation that a newer one replaced; or our failure, which changes nobody's score
    if job.status == GradingJob.Status.CANCELLED:
        _return_to_the_earlier(submission)
        return
    result = read_result(job, submission.task) if job.status == GradingJob.Status.DONE else None
    write_result(submission, result)
    score_changed.send(sender=Submission, task=submission.task)


def _return_to_the_earlier(submission: Submission) -> None:
    """Somebody stopped a second evaluation: the result of the one before is still the submission's."""
    if submission.score is None:
        return
    earlier = GradingJob.objects.filter(
        subject=submission.subject, kind__in=GradingJob.EVALUATIONS, status=GradingJob.Status.DONE
    )
    published = earlier.exclude(pk__in=ReevaluationItem.objects.exclude(campaign__state="published").values("job"))
    submission.job = published.order_by("-pk").first() or submission.job
    submission.save(update_fields=["job"])


def write_result(submission: Submission, result: Result | None, *, alone: bool = False) -> None:
    """Keep a result, or that there is none, and, unless ``alone``, what follows for the pair's other submissions."""
    for name in FIELDS:
        setattr(submission, name, result.fields[name] if result else None)
    submission.save(update_fields=FIELDS)
    if result and result.sketch:
        Checkpoint.objects.filter(pk=submission.checkpoint_id).update(sketch=result.sketch)
    if not alone:
        climb(submission.task, submission.pair_id)


def read_result(job: GradingJob, task: Task, *, was_read: bool = False) -> Result:
    """What a done job says, for this task's metric. Raises ValueError when it does not hold.

    ``was_read``: it was found to hold when the job ended. To look at every number again is most of the work.
    """
    said: Mapping[str, Any] = whole_outcome(job)
    if not was_read and Outcome.from_json(said).status != "done":
        raise ValueError("a job that is done, with an outcome that is not")
    whole, checkpoint = said["metrics"], said["checkpoint"]
    parts = said.get("parts") or {}
    metric = task_spec(task).metric
    public = report_of(parts.get("public") or whole, whole, checkpoint)
    private = report_of(parts["private"], whole, checkpoint) if parts.get("private") else None
    summary = summary_of(public, metric=metric)
    fields = {
        "score": _score(metric, public),
        "private_score": _score(metric, private) if private else None,
        "summary": summary | {"found": _found(job, checkpoint).to_json()} | _versions(said, job),
        "private_summary": summary_of(private, metric=metric) if private else None,
        "metrics": public | ({"interval": summary["interval"]} if summary["interval"] else {}),
        "private_metrics": private,
        "draws": {
            "public": _draws(metric, parts.get("public") or whole),
            "private": _draws(metric, parts.get("private") or {}),
        },
        "record": said.get("record"),
        "gallery": said.get("gallery"),
    }
    return Result(fields, str(said.get("sketch") or ""))


def whole_outcome(job: GradingJob) -> Any:
    """An evaluation's outcome: from beside the queue, where it was too long for the queue."""
    details = Details.objects.filter(job=job).first()
    return details.outcome if details else job.outcome


def climb(task: Task, pair: int) -> None:
    """Write what the Ladder shows after each of a pair's submissions; whether it is used decides the board."""
    rows = list(Submission.objects.filter(task=task, pair=pair).order_by("submitted_at", "pk").only("score", "draws"))
    shown = ladder(Scored(row.score, (row.draws or {}).get("public") or ()) for row in rows)
    for row, score in zip(rows, shown, strict=True):
        row.ladder_score = score
    Submission.objects.bulk_update(rows, ["ladder_score"])


def _score(metric: str, report: Mapping[str, Any]) -> float:
    value = report.get(metric)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError("the task's metric is not a ratio")
    return float(value)


def _draws(metric: str, report: Mapping[str, Any]) -> list[float]:
    return list((report.get("draws") or {}).get(metric) or ())


def _found(job: GradingJob, checkpoint: Mapping[str, Any]) -> Found:
    details = Details.objects.filter(job=job).only("frozen_layers", "began_there").first()
    if details is None:
        return found_in(checkpoint)
    return found_in(checkpoint, frozen_layers=details.frozen_layers, began_there=details.began_there)


def _versions(said: Mapping[str, Any], job: GradingJob) -> dict[str, Any]:
    """What decides whether a result is stale: kept in the summary, shown beside the board."""
    record = said.get("record") or {}
    return {
        "dataset": record.get("dataset"),
        "metric_version": record.get("metric"),
        "data_state": job.payload.get("data_state"),
        "rules": job.payload.get("rules"),
    }

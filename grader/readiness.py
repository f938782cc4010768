"""Whether this machine may open strangers' files: every wall is tried, and a reference network judged as always.

Asked by a worker before it takes a job, again and again: a job that cannot be judged now waits, and loses no attempt.
"""

import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from grader import conductor, report
from grader.contract import Job
from grader.errors import GraderError

#: Made by ``python -m fixtures.reference``: a tiny network, one picture, and the label that it finds first.
REFERENCE: Final = Path(__file__).resolve().parent / "reference"
#: The label is what the network found; the last digits of its box may move, and the overlap then.
AT_LEAST: Final = 0.99
#: After a failure the reference is judged again: the machine may have been too busy.
RETRY_SECONDS: Final = 60.0

_asking: Final = threading.Lock()
#: Until when the last judgement holds, and what it was.
_judged: list[tuple[float, Mapping[str, str] | None]] = []


def why_not(*, with_reference: bool) -> Mapping[str, str] | None:
    """See ``grader.why_not_ready``."""
    with _asking:
        walls = report.seal_report()
        if not walls["accepts_jobs"]:
            why: Mapping[str, str] = walls["why"]
            return why
        return _why_misjudged() if with_reference else None


def judge_reference() -> None:
    """Read, seal, predict and score, as for a stranger. Raises GraderError unless the score is what it always is."""
    job = Job.from_json(
        {
            "version": 1,
            "id": "reference",
            "weights": str(REFERENCE / "network.pt"),
            "data": str(REFERENCE / "data.yaml"),
            "split": "test",
            "image_size": 64,
            "classes": ["first", "second"],
        }
    )
    outcome = conductor.run_job(job, on_progress=lambda progress: None, cancelled=lambda: False)
    if outcome.status != "done" or outcome.metrics is None:
        said = outcome.reason["en"] if outcome.reason else f"incident {outcome.error_id}"
        raise GraderError("the reference network could not be judged", private=said)
    score = outcome.metrics["map50_95"]
    if score < AT_LEAST:
        raise GraderError(f"the reference network scored {score:.4f} instead of 1")


def _why_misjudged() -> Mapping[str, str] | None:
    """Once it went well it is not judged again: what decides it does not change while a process lives."""
    if _judged and time.monotonic() < _judged[-1][0]:
        return _judged[-1][1]
    try:
        judge_reference()
        _judged[:] = [(float("inf"), None)]
    except GraderError as error:
        report.LOG.error("the reference evaluation failed (%s): %s %s", error.id, error, error.private)
        _judged[:] = [(time.monotonic() + RETRY_SECONDS, _said(error))]
    return _judged[-1][1]


def _said(error: GraderError) -> Mapping[str, str]:
    return {
        "en": f"The evaluation that every worker makes first went wrong: {error} (incident {error.id}).",
        "fr": "L’évaluation que tout exécuteur fait d’abord n’a pas donné son résultat habituel"
        f" (incident {error.id}).",
    }

"""What a test about submissions needs: a task, a file that looks like a checkpoint, and an evaluation that ends."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import User
from courses.models import Course, Pair
from grader import Outcome
from grading import services as grading
from grading.endings import Ending
from grading.handlers.evaluation import light
from grading.models import GradingJob
from submissions.models import Submission, Task
from submissions.services import submit_checkpoint
from submissions.storage import keep_file
from tests.builders import member_of
from tests.outcomes import an_outcome
from uploads.arrived import Arrived

SECRET = "hidden-split-9f3"
DIGEST = "sha256:" + "5e" * 32


@pytest.fixture
def folders(tmp_path: Path, settings: Settings) -> Path:
    """The uploads of this test alone."""
    settings.UPLOADS_DIR = tmp_path / "uploads"
    settings.DATASETS_DIR = tmp_path / "datasets"
    return tmp_path


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def make_task(course: Course, slug: str = "charlie", **rules: Any) -> Task:
    """A task without a daily limit, unless the rules say another."""
    limits = {"quota_per_day": None, "attempts_per_day": 1_000}
    return Task.objects.create(course=course, slug=slug, data=f"{SECRET}/data.yaml", **{**limits, **rules})


def checkpoint_bytes(text: str = "weights") -> bytes:
    """A zip, as torch writes them; another text is another file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("best/data.pkl"), text)  # no clock in it: the same text is the same file
    return buffer.getvalue()


def upload(text: str = "weights", *, name: str = "best.pt") -> Arrived:
    return keep_file(io.BytesIO(checkpoint_bytes(text)), name=name)


def hand_in(task: Task, pair: Pair, text: str = "weights", *, author: User | None = None) -> Submission:
    return submit_checkpoint(task=task, pair=pair, author=author or member_of(pair), upload=upload(text))


def metrics(score: float, **more: Any) -> dict[str, Any]:
    row = {"ap50": score, "ap50_95": score, "precision": 0.5, "recall": 0.5, "instances": 3}
    ratios = {"map50": min(1.0, score + 0.1), "map50_95": score, "precision": 0.5, "recall": 0.5}
    return {**ratios, "images": 10, "instances": 3, "per_class": {"charlie": row}, **more}


def outcome(score: float, **more: Any) -> dict[str, Any]:
    """The JSON of an evaluation that went well."""
    checkpoint = {
        "format": "torch",
        "architecture": "yolov5n",
        "classes": ["charlie"],
        "parameters": 1_767_283,
        "image_size": 416,
        "digest": DIGEST,
    }
    done = Outcome(job="1.1", status="done", metrics=metrics(score, **more), checkpoint=checkpoint)
    return done.to_json()


def end(submission: Submission, status: Any, said: dict[str, Any], *, log: tuple[str, ...] = (), **more: Any) -> bool:
    """Let a worker take the submission's job and end it so."""
    lease = grading.claim(worker="test", kinds=[GradingJob.Kind.EVALUATION])
    assert lease is not None
    assert lease.job.pk == submission.job_id
    ended = grading.finish(lease, Ending(status, said, log=log, **more))
    submission.refresh_from_db()
    return ended


def evaluate(submission: Submission, score: float, **more: Any) -> bool:
    return end(submission, "done", outcome(score, **more))


def evaluate_whole(submission: Submission, score: float, **more: Any) -> bool:
    """An evaluation with all that the grader gives; ``public`` and ``private`` as ``tests.outcomes.an_outcome`` has."""
    whole = an_outcome(score, **more).to_json()
    return end(submission, "done", light(Outcome.from_json(whole)), details={"outcome": whole})


def refuse(submission: Submission) -> bool:
    reason = {"en": "It holds a NaN.", "fr": "Il contient un NaN."}
    advice = {"en": "Train again.", "fr": "Réentraînez."}
    return end(submission, "refused", Outcome("1.1", "refused", reason=reason, advice=advice).to_json())

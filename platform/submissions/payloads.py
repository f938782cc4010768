"""What the worker is told of an evaluation: the job's row and nothing else. Paths are relative to its own folders."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings

from grading.models import GradingJob
from submissions.data_state import data_state
from submissions.models import Submission, Task
from submissions.tasks import task_spec

#: Fields of a task that its results are made with: changing one of them makes all results anew.
DECISIVE: Final = ("convention", "public_percent")
GALLERY_SPLIT: Final = "val"


def payload_for(submission: Submission, *, shared: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """``shared`` is what ``shared_by`` said of the task, where many are queued at once."""
    common = shared_by(submission.task) if shared is None else shared
    return {**common, "weights": submission.checkpoint.path, "configuration": submission.configuration}


def shared_by(task: Task, *, changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What is the same for every submission of a task; it looks at each file of the hidden split.

    ``changes`` replace the task's decisive fields: a re-evaluation tries others before they are the task's.
    """
    spec = task_spec(task)
    decisive = {name: getattr(task, name) for name in DECISIVE} | dict(changes or {})
    return {
        "version": 1,
        "data": task.data,
        "split": spec.split,
        "image_size": spec.image_size,
        "classes": list(spec.classes),
        "settings": dict(spec.settings),
        "limits": dict(spec.limits),
        "parts_seed": task.parts_seed if decisive["public_percent"] < 100 else "",
        "gallery_split": GALLERY_SPLIT if task.shows_gallery and spec.split != GALLERY_SPLIT else "",
        "device": "cuda" if settings.GPU else "cpu",
        "pretrained": _pretrained(task),
        "data_state": data_state(task),
        "rules": rules_digest(task),
        **decisive,
    }


def rules_digest(task: Task) -> str:
    """Changes when the task's file does in what decides the figures: a result made under other rules is stale."""
    spec = task_spec(task)
    decisive = [spec.metric, spec.split, spec.image_size, list(spec.classes), dict(spec.settings)]
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:16]


def lane() -> str:
    """The queue that evaluations wait in."""
    return GradingJob.Kind.EVALUATION_GPU if settings.GPU else GradingJob.Kind.EVALUATION


def _pretrained(task: Task) -> list[str]:
    """The files that a frozen backbone may have come from: every checkpoint the course registered, each once."""
    return list(dict.fromkeys(task.course.weights.values_list("path", flat=True)))[:10]

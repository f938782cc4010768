"""What an administrator asks of this machine."""

import platform
import shutil
import sqlite3
from importlib import metadata
from typing import Any, Final

from django.conf import settings

import grader
from grading.models import GradingJob
from grading.queries import queue_lengths, worker_is_alive

LIBRARIES: Final = ("Django", "torch", "torchvision", "ultralytics", "numpy", "opencv-python")


def report() -> dict[str, Any]:
    """The status page: seal, worker, queues, disk, versions."""
    lengths = queue_lengths()
    return {
        "seal": grader.seal_report(),
        "worker": worker_is_alive(),
        "keys": lengths[GradingJob.Kind.ANSWER_KEY],
        "evaluations": lengths[GradingJob.Kind.EVALUATION],
        "free_bytes": shutil.disk_usage(settings.DATA_DIR).free,
        "versions": _versions(),
    }


def _versions() -> list[tuple[str, str]]:
    machine = [
        ("Linux", platform.release()),
        ("Python", platform.python_version()),
        ("SQLite", sqlite3.sqlite_version),
    ]
    return machine + [(name, metadata.version(name)) for name in LIBRARIES]

"""What an administrator asks of this machine."""

import platform
import shutil
import sqlite3
from importlib import metadata
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _

import grader
from accounts import post
from accounts.models import User
from grading.models import GradingJob
from grading.queries import lanes, queue_lengths, troubles, worker_is_alive
from uploads.quotas import kept_bytes, underway_bytes

#: What each wall of the seal keeps a sealed child from.
WALLS: Final = {
    "landlock": _("opens no file, neither to read nor to write"),
    "seccomp": _("has no network, starts no program, watches no other process"),
    "unprivileged": _("is no administrator, whoever started the worker"),
}
#: Below this the administrator should look before a class uploads.
SHORT_OF_DISK_BYTES: Final = 5 * 2**30
LIBRARIES: Final = ("Django", "torch", "torchvision", "ultralytics", "onnxruntime", "numpy", "opencv-python")


def report() -> dict[str, Any]:
    """The status page: seal, worker, queues, disk, post, versions."""
    lengths = queue_lengths()
    seal = grader.seal_report()
    free_bytes = shutil.disk_usage(settings.DATA_DIR).free
    return {
        "seal": seal,
        "walls": [(name, WALLS.get(name, ""), stands) for name, stands in seal["walls"].items()],
        "worker": worker_is_alive(),
        "troubles": troubles(),
        "keys": lengths[GradingJob.Kind.ANSWER_KEY],
        "lanes": [lane for lane in lanes() if lane["kind"] != GradingJob.Kind.EVALUATION_GPU or settings.GPU],
        "evaluations": sum(lengths[kind] for kind in GradingJob.EVALUATIONS),
        "free_bytes": free_bytes,
        "kept_bytes": kept_bytes(),
        "kept_limit_bytes": settings.DISK_QUOTA_BYTES,
        "underway_bytes": underway_bytes(User.objects.all()),
        "late_letters": post.late().count(),
        "is_disk_short": free_bytes < SHORT_OF_DISK_BYTES,
        "versions": _versions(),
    }


def _versions() -> list[tuple[str, str]]:
    machine = [
        ("Linux", platform.release()),
        ("Python", platform.python_version()),
        ("SQLite", sqlite3.sqlite_version),
    ]
    return machine + [(name, metadata.version(name)) for name in LIBRARIES]

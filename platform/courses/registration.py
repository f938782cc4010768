"""Registering a checkpoint as the course's: read as data in a program of its own, then copied."""

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from accounts.errors import Refusal
from courses import services
from courses.models import Course, CourseWeights

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS: Final = 120
_REFUSED: Final = 2


def register_file(*, course: Course, file: Path, name: str = "") -> CourseWeights:
    """Make any readable checkpoint the one that this course's weight questions are about.

    The file that counts already is left as it is. Raises:
        Refusal: the file cannot be read as a checkpoint; nothing of it is kept.
    """
    current = services.weights_of(course)
    if current is not None and current.digest == f"sha256:{services.file_digest(file)}":
        return current
    description = describe(file)
    return services.register_weights(
        course=course,
        source=file,
        name=name or file.name,
        architecture=description["architecture"],
        parameters=description["parameters"],
    )


def describe(file: Path) -> dict[str, Any]:
    """What ``python -m ml read`` says of a file; a program of its own, so that this process never parses it."""
    command = [sys.executable, "-m", "ml", "read", str(file.resolve()), "--json", "--explain"]
    try:
        run = subprocess.run(
            command, capture_output=True, cwd=settings.BASE_DIR, timeout=TIMEOUT_SECONDS, check=False, text=True
        )
    except subprocess.TimeoutExpired as error:
        raise _reader_stopped() from error
    if run.returncode not in (0, _REFUSED) or not run.stdout:
        logger.error("the reader of checkpoints ended with status %s: %s", run.returncode, run.stderr[-2000:])
        raise _reader_stopped()
    said: dict[str, Any] = json.loads(run.stdout)
    if run.returncode == _REFUSED:
        raise Refusal(said["code"], reason=said["reason"], advice=said["advice"], status=422)
    return said


def _reader_stopped() -> Refusal:
    return Refusal(
        "reader_stopped",
        status=500,
        reason={
            "en": "The program that reads checkpoints stopped without an answer.",
            "fr": "Le programme qui lit les poids s’est arrêté sans répondre.",
        },
        advice={
            "en": "Nothing was kept. Try again; the server’s log says more.",
            "fr": "Rien n’a été gardé. Recommencez ; le journal du serveur en dit plus.",
        },
    )

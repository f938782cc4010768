"""Registering a checkpoint as the course's: read as data in a program of its own, then copied."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings

from accounts.errors import Refusal
from courses import services
from courses.models import Course, CourseWeights

_TIMEOUT_SECONDS = 120


def register_file(*, course: Course, file: Path, name: str = "") -> CourseWeights:
    """Make any readable checkpoint the one that this course's weight questions are about.

    Raises:
        Refusal: the file cannot be read as a checkpoint.
    """
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
    run = subprocess.run(
        [sys.executable, "-m", "ml", "read", str(file.resolve()), "--json"],
        capture_output=True,
        cwd=settings.BASE_DIR,
        timeout=_TIMEOUT_SECONDS,
        check=False,
        text=True,
    )
    if run.returncode == 0:
        answer: dict[str, Any] = json.loads(run.stdout)
        return answer
    sentence = run.stderr.strip().splitlines()[-1:] or ["the reader stopped"]
    raise Refusal(
        "unreadable_weights",
        reason={"en": sentence[0], "fr": sentence[0]},
        advice={
            "en": "Register a checkpoint that `python -m ml read FILE` can open.",
            "fr": "Enregistrez des poids que `python -m ml read FICHIER` sait ouvrir.",
        },
    )

"""The check of what a pair handed in, through the grader's door: a sealed child reads the files."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings

import grader
from challenges import key, report
from grading.endings import VERSION, Ending
from grading.leases import Lease
from grading.models import AnswerKey


def check_hand_in(lease: Lease, cancelled: Callable[[], bool]) -> Ending:
    """A verdict is an ending whatever it says; only what we could not do is raised, so that it is tried again."""
    payload = lease.job.payload
    files = {part: Path(settings.HAND_INS_DIR) / path for part, path in payload["files"].items()}
    row = AnswerKey.objects.get(pk=payload["answer_key"])
    truth = key.AnswerKey.from_json(row.key or {})
    found = grader.check_hand_in(payload["question"], truth, files, cancelled=cancelled)
    checked = report.Report.from_json(found.to_json())
    outcome = {"version": VERSION, "status": "done", "report": checked.to_json()}
    return Ending("done", outcome, log=(f"{checked.verdict} {checked.mistake or ''}: {checked.understood}",))

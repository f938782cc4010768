"""Runs in a process of its own beside a live site, on the site's database: one JSON request a line, one answer a line.

What a worker or an instructor would do meanwhile is done here, through the site's own services.
"""

# ruff: noqa: E402  (Django is set up before its models are imported)
import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from rest_framework.authtoken.models import Token

from accounts.models import User
from capsules.models import Capsule, CapsuleRules, CapsuleVersion
from config.folders import make_folders
from courses.models import Course, Pair
from grading import services as grading
from grading.models import GradingJob
from leaderboard.models import Board
from marking.models import Mark, RubricVersion
from submissions.models import Checkpoint, Submission, Task
from tests.builders import make_course, make_pair
from tests.hand_in import end, evaluate, hand_in, make_task, outcome, refuse
from uploads import part_files
from uploads.models import ResumableUpload


def build() -> None:
    make_folders()
    call_command("migrate", interactive=False, verbosity=0)


def fresh() -> dict[str, str]:
    """One course, two pairs, one task, nothing handed in. People → their tokens."""
    for model in (Board, Submission, Checkpoint, ResumableUpload, GradingJob, Task, Pair, Course, User):
        model.objects.all().delete()
    course = make_course()
    make_task(course)
    for name in ("1", "2"):
        make_pair(course, name)
    return {user.username: Token.objects.create(user=user).key for user in User.objects.all()}


def handed_in(*, pair: str, text: str) -> int:
    return hand_in(Task.objects.get(), Pair.objects.get(name=pair), text).pk


def finished(*, number: int, score: float, **more: Any) -> None:
    assert evaluate(Submission.objects.get(pk=number), score, **more)


def refused(*, number: int) -> None:
    assert refuse(Submission.objects.get(pk=number))


def failed(*, number: int) -> None:
    submission = Submission.objects.get(pk=number)
    GradingJob.objects.filter(pk=submission.job_id).update(status="failed", error_id="0123abcd4567")


def under_way(*, number: int, done: int, total: int) -> None:
    lease = grading.claim(worker="test", kinds=[GradingJob.Kind.EVALUATION])
    assert lease is not None
    progress = {"progress_stage": "predicting", "progress_done": done, "progress_total": total}
    GradingJob.objects.filter(pk=Submission.objects.get(pk=number).job_id).update(**progress)


def ended(*, number: int, score: float) -> None:
    """As ``finished``, for one that a worker had begun."""
    GradingJob.objects.filter(pk=Submission.objects.get(pk=number).job_id).update(status="queued", leased_until=None)
    assert end(Submission.objects.get(pk=number), "done", outcome(score))


def rename(*, pair: str, name: str) -> None:
    Pair.objects.filter(name=pair).update(name=name)


def close_task() -> None:
    Task.objects.update(is_open=False)


def set_quota(*, per_day: int) -> None:
    Task.objects.update(quota_per_day=per_day)


def let_pairs_choose() -> None:
    Task.objects.update(final_rule="chosen")


def renew_token(*, user: str) -> str:
    Token.objects.filter(user__username=user).delete()
    return Token.objects.create(user=User.objects.get(username=user)).key


def forget_uploads() -> int:
    uploads = list(ResumableUpload.objects.all())
    for upload in uploads:
        part_files.remove(upload)
    return len(uploads)


def state() -> dict[str, Any]:
    """What the database and the disk hold."""
    rows = Submission.objects.select_related("checkpoint", "pair").order_by("pk")
    stored = {str(row.pk): (settings.UPLOADS_DIR / row.checkpoint.path).stat().st_size for row in rows}
    return {
        "submissions": [[row.pk, row.pair.name, row.checkpoint.sha256, row.checkpoint.original_name] for row in rows],
        "stored": stored,
        "jobs": GradingJob.objects.count(),
        "uploads": [[upload.pk.hex, part_files.offset_of(upload)] for upload in ResumableUpload.objects.all()],
    }


def page(*, user: str, path: str, language: str, host: str) -> str:
    client = Client(headers={"accept-language": language, "host": host})
    client.force_login(User.objects.get(username=user), backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def session(*, user: str) -> dict[str, str]:
    """The cookie of a browser that somebody is signed in with."""
    client = Client()
    client.force_login(User.objects.get(username=user), backend="django.contrib.auth.backends.ModelBackend")
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value}


def film(*, seconds: float, **more: Any) -> str:
    """Where a real film of its own lies."""
    from fixtures.films import make_film

    return str(make_film(Path(settings.DATA_DIR) / f"film-{seconds}.mp4", seconds=seconds, **more))


def capsules_due(*, days: float, **rules: Any) -> None:
    CapsuleRules.objects.update_or_create(
        course=Course.objects.get(), defaults={"due_at": timezone.now() + timedelta(days=days), **rules}
    )


def worked() -> None:
    """All that waits is done by a real worker."""
    call_command("work", until_empty=True)


def capsule_published(*, pair: str) -> None:
    """Its marks are out: what they are matters to nobody here."""
    capsule = Capsule.objects.get(pair__name=pair)
    version = RubricVersion.objects.create(course=Course.objects.get(), number=1, document={})
    Mark.objects.create(
        capsule=capsule, rubric_version=version, state="published", published={}, published_at=timezone.now()
    )


def capsule_state() -> list[list[Any]]:
    """What the database says of each version, and of what was said of it."""
    rows = CapsuleVersion.objects.order_by("pk").prefetch_related("comments")
    return [
        [row.number, row.copy_id is not None, [[one.at_seconds, one.text, one.drawing] for one in row.comments.all()]]
        for row in rows
    ]


ERRANDS = {
    errand.__name__: errand
    for errand in (
        build, fresh, film, capsules_due, worked, capsule_published, capsule_state, handed_in, finished, refused,
        failed, under_way, ended, rename, close_task, renew_token, forget_uploads, state, page, session, set_quota,
        let_pairs_choose,
    )
}  # fmt: skip


def main() -> None:
    for line in sys.stdin:
        request = json.loads(line)
        said = ERRANDS[request.pop("errand")](**request)
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

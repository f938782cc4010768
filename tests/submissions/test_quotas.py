"""A pair's evaluations of a day: what counts, what gives a place back, and what two uploads at once may not do."""

import os
import subprocess
import sys
import textwrap
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.errors import Refusal
from accounts.models import User
from courses.models import Pair
from submissions import services
from submissions.models import Attempt, Submission, Task
from submissions.quotas import day_of, quota_of
from tests.builders import make_course, make_pair, member_of
from tests.hand_in import end, evaluate, hand_in, make_task, refuse, upload

REPOSITORY = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]


@pytest.fixture
def task() -> Task:
    return make_task(make_course(), quota_per_day=2, attempts_per_day=4)


@pytest.fixture
def pair(task: Task) -> Pair:
    return make_pair(task.course)


def used(pair: Pair, task: Task) -> tuple[int, int]:
    quota = quota_of(pair, task)
    return quota.used, quota.attempts


def fail(submission: Submission) -> None:
    sentences = {"en": "x", "fr": "x"}
    end(submission, "failed", {"version": 1, "reason": sentences, "advice": sentences})


def test_what_waits_and_what_is_done_counts(task: Task, pair: Pair) -> None:
    evaluate(hand_in(task, pair, "a"), 0.4)
    hand_in(task, pair, "b")
    assert used(pair, task) == (2, 2)
    with pytest.raises(Refusal) as refused:
        hand_in(task, pair, "c")
    assert (refused.value.code, refused.value.status) == ("quota_is_used", 429)
    assert "00:00 (Europe/Paris)" in refused.value.advice["en"]
    assert "00:00 (Europe/Paris)" in refused.value.advice["fr"]
    assert Submission.objects.count() == 2


@pytest.mark.parametrize("give_back", [refuse, fail])
def test_a_refused_file_and_a_failure_of_ours_give_the_place_back(task: Task, pair: Pair, give_back: Any) -> None:
    give_back(hand_in(task, pair, "a"))
    assert used(pair, task) == (0, 1)
    hand_in(task, pair, "b")
    hand_in(task, pair, "c")
    assert used(pair, task) == (2, 3)


def test_what_the_pair_stops_gives_the_place_back(task: Task, pair: Pair) -> None:
    services.cancel(submission=hand_in(task, pair, "a"), person=member_of(pair))
    assert used(pair, task) == (0, 1)


def test_the_same_file_again_costs_nothing_even_when_all_is_used(task: Task, pair: Pair) -> None:
    first = hand_in(task, pair, "a")
    hand_in(task, pair, "b")
    again = hand_in(task, pair, "a")
    assert (again.pk, again.recognised) == (first.pk, True)
    assert used(pair, task) == (2, 2)


def test_a_failed_file_that_is_sent_again_counts_once(task: Task, pair: Pair) -> None:
    submission = hand_in(task, pair, "a")
    fail(submission)
    hand_in(task, pair, "a")
    assert used(pair, task) == (1, 2)


def test_rubbish_is_stopped_by_the_second_counter(task: Task, pair: Pair) -> None:
    for name in "abcd":
        refuse(hand_in(task, pair, name))
    sent = upload("e")
    with pytest.raises(Refusal) as refused:
        services.submit_checkpoint(task=task, pair=pair, author=member_of(pair), upload=sent)
    assert refused.value.code == "attempts_are_used"
    assert sent.path.is_file()  # left to whoever sent it: nothing was taken
    assert used(pair, task) == (0, 4)


def test_an_instructors_runs_are_nobodys(task: Task, pair: Pair) -> None:
    submission = hand_in(task, pair, "a")
    evaluate(submission, 0.4)
    services.rerun(submission=submission, instructor=User.objects.get(username="prof"))
    assert used(pair, task) == (1, 1)


def test_another_pair_and_another_task_have_their_own(task: Task, pair: Pair) -> None:
    hand_in(task, pair, "a")
    hand_in(task, pair, "b")
    other = make_pair(task.course, "2")
    hand_in(task, other, "a")
    assert used(other, task) == (1, 1)


def test_without_a_limit_there_is_none(task: Task, pair: Pair) -> None:
    Task.objects.update(quota_per_day=None)
    task.refresh_from_db()
    for name in "abc":
        hand_in(task, pair, name)
    quota = quota_of(pair, task)
    assert (quota.limit, quota.left) == (None, None)


def test_the_next_day_begins_at_midnight_of_the_course(task: Task, pair: Pair) -> None:
    hand_in(task, pair, "a")
    begins, ends = day_of(timezone.now())
    assert begins <= timezone.now() < ends
    assert quota_of(pair, task).resets_at == ends
    assert quota_of(pair, task, now=ends).used == 0
    Attempt.objects.update(made_at=begins - timedelta(seconds=1))
    assert used(pair, task) == (0, 0)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_a_day_is_as_long_as_the_clock_makes_it(day: str, hours: int) -> None:
    begins, ends = day_of(datetime.fromisoformat(f"{day}T12:00:00+02:00"))
    assert (ends.timestamp() - begins.timestamp()) == hours * 3600


RACE = """
    import os, threading
    from pathlib import Path
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django
    django.setup()
    from django.apps import apps
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from accounts.errors import Refusal
    from submissions.models import Attempt, Submission
    from submissions.services import submit_checkpoint
    from tests.builders import make_course, make_pair, member_of
    from tests.hand_in import make_task, upload

    settings.MIGRATION_MODULES = dict.fromkeys(app.label for app in apps.get_app_configs())  # the tables, at once
    call_command("migrate", run_syncdb=True, verbosity=0)
    course = make_course()
    task, pair = make_task(course, quota_per_day=2), make_pair(course)
    author, files, said = member_of(pair), [upload(name) for name in "abcdef"], []
    start = threading.Barrier(len(files))

    def send(file):
        start.wait(20)
        try:
            submit_checkpoint(task=task, pair=pair, author=author, upload=file)
        except Refusal as refusal:
            said.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(file,)) for file in files]
    [thread.start() for thread in threads]
    [thread.join(60) for thread in threads]
    print(said, Submission.objects.count(), Attempt.objects.count())
"""


@pytest.mark.slow
def test_uploads_at_once_do_not_get_more_places_than_there_are(tmp_path: Path) -> None:
    paths = f"{REPOSITORY}{os.pathsep}{REPOSITORY / 'platform'}"
    environment = {**os.environ, "PYTHONPATH": paths, "DLCV_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-c", textwrap.dedent(RACE)]
    run = subprocess.run(command, env=environment, cwd=REPOSITORY, check=True, capture_output=True, text=True)
    assert run.stdout.split("\n")[0] == f"{['quota_is_used'] * 4} 2 2"

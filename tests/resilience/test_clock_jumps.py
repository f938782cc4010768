"""The wall clock is set forward or back by hours: nobody waits for them, nothing negative is shown or forgotten.

Leases have theirs in ``tests/grading/test_leases.py``.
"""

import base64
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.throttling import SteadyThrottle
from courses.models import Pair
from grading import services as grading
from grading.models import GradingJob
from submissions.models import Attempt, Submission, Task
from submissions.quotas import quota_of
from submissions.waiting import seconds_left
from tests.builders import member_of
from tests.hand_in import evaluate, hand_in, upload
from tests.pages.browsing import browser_of
from tests.uploads.test_tus import DATA, TUS, send
from uploads import making_room, resumable
from uploads.models import ResumableUpload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]
JUMPS = pytest.mark.parametrize("hours", [5, -5], ids=["forward", "back"])
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=timezone.get_default_timezone())
Set = Callable[[datetime], None]


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Set:
    """Set the wall clock; it is noon at first."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
        monkeypatch.setattr(time, "time", moment.timestamp)

    set_to(NOON)
    return set_to


@pytest.fixture
def task(pair: Pair) -> Task:
    return Task.objects.get()


@JUMPS
def test_the_time_that_is_left_is_never_negative(task: Task, pair: Pair, set_clock: Set, hours: int) -> None:
    evaluate(hand_in(task, pair), 0.5)
    GradingJob.objects.update(started_at=NOON - timedelta(seconds=40), finished_at=NOON)
    running, waiting = hand_in(task, pair, "second"), hand_in(task, pair, "third")
    lease = grading.claim(worker="w", kinds=["evaluation"])
    assert lease is not None
    grading.seen("w")
    set_clock(NOON + timedelta(hours=hours))
    grading.seen("w")
    for stage, done in (("reading", 0), ("predicting", 5)):
        grading.progress(lease, stage=stage, done=done, total=10)
        for submission in Submission.objects.filter(pk__in=[running.pk, waiting.pk]).select_related("job"):
            assert submission.job is not None
            left = seconds_left(submission.job)
            assert left is None or left >= 0
    page = browser_of(member_of(pair), "en").get(f"/submissions/{waiting.pk}/").content.decode()
    assert "About -" not in page
    assert "About \N{MINUS SIGN}" not in page


def test_an_evaluation_that_ended_before_it_began_tells_nothing_of_how_long_they_take(task: Task, pair: Pair) -> None:
    evaluate(hand_in(task, pair), 0.5)
    GradingJob.objects.update(started_at=NOON, finished_at=NOON - timedelta(hours=5))
    waiting = hand_in(task, pair, "second")
    grading.seen("w")
    assert waiting.job is not None
    assert seconds_left(waiting.job) is None


@JUMPS
def test_an_upload_goes_on_where_it_was(client: APIClient, set_clock: Set, hours: int) -> None:
    name = base64.b64encode(b"best.pt").decode()
    begun = client.post(
        "/uploads/", headers={**TUS, "Upload-Length": str(len(DATA)), "Upload-Metadata": f"filename {name}"}
    )
    where = begun.headers["Location"]
    assert send(client, where, DATA[:1_000], 0).status_code == 204
    set_clock(timezone.now() + timedelta(hours=hours))
    making_room.forget_old()
    assert send(client, where, DATA[1_000:], 1_000).status_code == 204
    assert resumable.finished(ResumableUpload.objects.get()).size_bytes == len(DATA)


@JUMPS
def test_a_day_s_quota_is_that_of_the_day_it_is_and_resets_within_a_day(
    task: Task, pair: Pair, set_clock: Set, hours: int
) -> None:
    hand_in(task, pair)
    moment = NOON + timedelta(hours=hours)
    set_clock(moment)
    quota = quota_of(pair, task)
    assert (quota.used, quota.attempts) == (1, 1)
    assert timedelta(0) < quota.resets_at - moment <= timedelta(hours=25)


def test_a_clock_set_back_over_midnight_and_forward_again_counts_each_attempt_once(
    task: Task, pair: Pair, set_clock: Set
) -> None:
    hand_in(task, pair)
    set_clock(NOON - timedelta(hours=13))  # it is yesterday
    assert quota_of(pair, task).used == 0
    hand_in(task, pair, "second")
    assert quota_of(pair, task).used == 1
    set_clock(NOON)
    assert quota_of(pair, task).used == 1
    assert Attempt.objects.count() == 2


@JUMPS
def test_who_is_signed_in_stays_so(pair: Pair, set_clock: Set, hours: int) -> None:
    page = browser_of(member_of(pair))
    assert page.get("/tasks/charlie/").status_code == 200
    set_clock(NOON + timedelta(hours=hours))
    assert page.get("/tasks/charlie/").status_code == 200


@JUMPS
def test_nobody_waits_for_hours_who_asked_too_often(
    client: APIClient, pair: Pair, settings: Settings, set_clock: Set, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": f"jumps {hours}"}
    }
    monkeypatch.setattr(SteadyThrottle, "THROTTLE_RATES", {"submissions": "2/min"})
    ticking = [1_000.0]
    monkeypatch.setattr(SteadyThrottle, "timer", lambda _: ticking[0])

    def asks() -> int:
        return client.post("/api/tasks/charlie/submissions/", {}).status_code

    assert [asks() for _ in range(3)] == [400, 400, 429]
    set_clock(NOON + timedelta(hours=hours))
    ticking[0] += 61
    assert asks() == 400


def test_what_arrived_before_the_clock_was_set_back_is_not_swept(folders: object, set_clock: Set) -> None:
    from submissions import sweeping

    upload()
    set_clock(timezone.now() - timedelta(hours=5))
    assert sweeping.sweep() == 0

"""Films whose last day is over: shown before, removed by the clock, traced; marks and comments stay."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from axes.models import AccessLog
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from accounts.models import Letter, User
from accounts.post import deliver
from capsules.models import CapsuleVersion, Comment
from courses.models import AuditEntry, Course
from datasets.models import Clip
from marking.models import Mark
from privacy import retention, rounds, sign_ins, telling
from privacy.models import Retention
from tests.builders import make_course, make_pair
from tests.pages.browsing import browser_of
from tests.privacy.conftest import House
from uploads.models import StoredFile

DAY = datetime.date(2026, 6, 30)


@pytest.mark.parametrize(
    ("zone", "now", "is_over"),
    [
        ("Europe/Paris", datetime.datetime(2026, 6, 30, 21, 59, 59, tzinfo=datetime.UTC), False),
        ("Europe/Paris", datetime.datetime(2026, 6, 30, 22, 0, tzinfo=datetime.UTC), True),
        ("Asia/Tokyo", datetime.datetime(2026, 6, 30, 15, 0, tzinfo=datetime.UTC), True),
        ("America/New_York", datetime.datetime(2026, 7, 1, 3, 59, tzinfo=datetime.UTC), False),
    ],
)
def test_the_last_day_ends_at_midnight_where_the_course_is(zone: str, now: datetime.datetime, is_over: bool) -> None:
    course = Course(time_zone=zone)
    assert course.zone == ZoneInfo(zone)
    assert retention.is_over(DAY, course, now) is is_over
    assert not retention.is_over(None, course, now)


def set_days(course: Course, **days: datetime.date | None) -> None:
    Retention.objects.update_or_create(course=course, defaults=days)


def test_films_go_after_their_day_and_nothing_else_does(
    house: House, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    keys = list(StoredFile.objects.filter(purpose__in=("clip", "capsule")).values_list("key", flat=True))
    set_days(house.course, clips_until=timezone.localdate(), capsules_until=None)
    assert retention.sweep() == 0
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    set_days(house.course, clips_until=yesterday, capsules_until=yesterday)
    with django_capture_on_commit_callbacks(execute=True):
        assert retention.sweep() == 2
    assert not Clip.objects.exists()
    assert not any(default_storage.exists(key) for key in keys)
    version = CapsuleVersion.objects.get()
    assert (version.copy, version.name) == (None, f"{house.person.username}.mp4")
    assert Comment.objects.count() == 2
    assert Mark.objects.count() == 1
    assert {(entry.action, entry.actor, entry.reason) for entry in AuditEntry.objects.filter(reason="retention")} == {
        ("clip-deleted", None, "retention"),
        ("capsule-bytes-removed", None, "retention"),
    }
    assert retention.sweep() == 0


def test_another_courses_films_stay(house: House) -> None:
    other = make_course("other", instructor="other-prof")
    make_pair(other, "9")
    set_days(other, clips_until=DAY, capsules_until=DAY)
    assert retention.sweep() == 0
    assert Clip.objects.exists()


def test_one_film_that_cannot_be_removed_stops_no_other(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**_: object) -> None:
        raise OSError("the disk")

    monkeypatch.setattr(retention, "expire_clip", fail)
    set_days(house.course, clips_until=DAY, capsules_until=DAY)
    assert retention.sweep() == 1
    assert "could not be removed" in caplog.text
    assert Clip.objects.exists()


def test_the_daily_round_goes_on_where_one_sweep_fails(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> int:
        raise OSError("the disk")

    set_days(house.course, clips_until=DAY)
    monkeypatch.setattr(rounds, "SWEEPS", {**rounds.SWEEPS, "uploads": fail})
    call_command("sweep")
    assert "films: 1" in capsys.readouterr().out
    assert not Clip.objects.exists()


def test_half_a_year_after_nobody_finds_who_signed_in_from_where(house: House) -> None:
    browser_of(house.person).get("/privacy/")
    fields = {"ip_address": "192.0.2.7", "path_info": "/sign-in/"}
    old, new = (AccessLog.objects.create(username=name, **fields) for name in ("long ago", "lately"))
    AccessLog.objects.filter(pk=old.pk).update(attempt_time=timezone.now() - datetime.timedelta(days=181))
    assert sign_ins.sweep() == 1
    assert list(AccessLog.objects.filter(ip_address="192.0.2.7")) == [new]
    assert Session.objects.count() == 1
    Session.objects.update(expire_date=timezone.now() - datetime.timedelta(seconds=1))
    assert rounds.sweep_everything()["sign-ins"] == 1
    assert not Session.objects.exists()


def letters_on(day: datetime.date) -> list[Letter]:
    """What the round of that day writes."""
    Letter.objects.all().delete()
    telling.tell(datetime.datetime.combine(day, datetime.time(12), tzinfo=datetime.UTC))
    return list(Letter.objects.order_by("person__username"))


def test_two_weeks_before_everybody_whose_films_go_is_told_once_and_nobody_else(house: House) -> None:
    make_pair(house.course, "2", "without-films")
    for person in User.objects.all():
        User.objects.filter(pk=person.pk).update(email=f"{person.pk}@example.org")
    until = timezone.localdate() + datetime.timedelta(days=100)
    set_days(house.course, clips_until=until, capsules_until=None)
    assert letters_on(until - datetime.timedelta(days=15)) == []
    told = letters_on(until - datetime.timedelta(days=14))
    assert [letter.person.username for letter in told] == ["mate", "prof", house.person.username]
    assert house.course.title in told[0].text
    assert str(until.year) in told[0].subject
    assert all(word in told[0].text for word in ("removed from the site", "effacés du site"))
    assert letters_on(until - datetime.timedelta(days=13)) == []  # once is enough
    set_days(house.course, clips_until=until + datetime.timedelta(days=7), capsules_until=until)
    assert len(letters_on(until)) == 6  # another day, and the capsules' own
    assert Clip.objects.exists()


def test_of_a_day_that_is_over_or_where_there_is_no_film_nobody_is_told(house: House) -> None:
    User.objects.update(email="all@example.org")
    set_days(house.course, clips_until=DAY, capsules_until=DAY)
    assert letters_on(DAY + datetime.timedelta(days=1)) == []
    Clip.objects.all().delete()
    set_days(house.course, clips_until=DAY, capsules_until=None)
    assert letters_on(DAY) == []


# --- the page ---------------------------------------------------------------------------------------------------------


def test_an_instructor_sees_what_a_date_would_remove_and_sets_it(house: House) -> None:
    client = browser_of(house.prof)
    page = client.get("/teach/privacy/").content.decode()
    assert "would remove 1 clip of 1 pairs" in page
    later = (timezone.localdate() + datetime.timedelta(days=90)).isoformat()
    client.post("/teach/privacy/retention/", {"clips_until": later, "capsules_until": ""})
    rules = Retention.objects.get()
    assert (rules.clips_until and rules.clips_until.isoformat(), rules.capsules_until) == (later, None)
    entry = AuditEntry.objects.get(action="retention-changed")
    assert (entry.before, entry.after) == (
        {"clips_until": None, "capsules_until": None},
        {"clips_until": later, "capsules_until": None},
    )
    client.post("/teach/privacy/retention/", {"clips_until": later, "capsules_until": ""})
    assert AuditEntry.objects.filter(action="retention-changed").count() == 1
    assert "until" in browser_of(house.person).get("/privacy/").content.decode()


def test_a_day_that_is_over_wants_a_tick(house: House) -> None:
    client = browser_of(house.prof)
    refused = client.post("/teach/privacy/retention/", {"clips_until": "2020-01-01"})
    assert refused.status_code == 400
    assert "This day is over" in refused.content.decode()
    assert not Retention.objects.exists()
    client.post("/teach/privacy/retention/", {"clips_until": "2020-01-01", "sure": "1"})
    assert Retention.objects.get().clips_until == datetime.date(2020, 1, 1)
    assert Clip.objects.exists()  # until the round
    assert "A last day is over" in client.get("/teach/privacy/").content.decode()  # new films would go as well
    client.post("/teach/privacy/retention/", {"clips_until": ""})
    assert "A last day is over" not in client.get("/teach/privacy/").content.decode()


@pytest.mark.parametrize("day", ["soon", "2200-01-01", "32/13/2026", "<script>"])
def test_a_day_that_is_none_is_refused(house: House, day: str) -> None:
    assert browser_of(house.prof).post("/teach/privacy/retention/", {"clips_until": day}).status_code == 400
    assert not Retention.objects.exists()


def test_strangers_find_no_such_page(house: House) -> None:
    for path in ("/teach/privacy/", "/teach/privacy/retention/"):
        assert browser_of(house.mate).post(path).status_code in (404, 405)
        assert browser_of(house.mate).get(path).status_code in (404, 405)
    other = make_course("other", instructor="other-prof").instructors.get()
    page = browser_of(other).get("/teach/privacy/").content.decode()
    assert house.person.last_name not in page
    assert "would remove 0 clips" in page


def test_a_long_class_costs_as_many_queries_as_a_short_one(
    house: House, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = browser_of(house.prof)
    for number in range(2, 30):
        make_pair(house.course, str(number))
        if number in (2, 29):
            with django_assert_max_num_queries(22):
                assert client.get("/teach/privacy/").status_code == 200


# --- requests ---------------------------------------------------------------------------------------------------------


def test_somebody_asks_to_be_forgotten_and_takes_it_back(house: House, mailoutbox: list[EmailMessage]) -> None:
    type(house.prof).objects.filter(pk=house.prof.pk).update(email="prof@example.org")
    client = browser_of(house.person)
    client.post("/privacy/request/", {"words": "I leave <b>the school</b>"})
    client.post("/privacy/request/", {"words": "again"})
    deliver()
    assert len(mailoutbox) == 1
    assert f"/teach/privacy/people/{house.person.pk}/" in mailoutbox[0].body
    assert house.person.last_name not in mailoutbox[0].body
    teacher = browser_of(house.prof)
    assert "asks to be forgotten" in teacher.get("/teach/privacy/").content.decode()
    page = teacher.get(f"/teach/privacy/people/{house.person.pk}/").content.decode()
    assert "&lt;b&gt;the school" in page
    client.post("/privacy/request/", {"action": "withdraw"})
    assert "asks to be forgotten" not in teacher.get("/teach/privacy/").content.decode()
    assert house.person.pairs.exists()

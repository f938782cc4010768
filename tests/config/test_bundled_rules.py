"""What a course asked, marked by and kept comes back with its zip: every setting there is, and no date that is over."""

import datetime
import json
import zipfile
from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.errors import Refusal
from accounts.models import User
from capsules.models import MEBIBYTE, CapsuleRules, Phrase
from challenges.rubric import to_document
from challenges.rubric_file import default_rubric
from config.bundles import bringing, reading
from courses.models import AuditEntry, Course
from datasets.models import AcquisitionRules
from gradebook import columns, queries
from gradebook.beginning import RULES
from gradebook.models import Gradebook, RulesVersion
from gradebook.rules import Rules
from marking.beginning import MOST_RUBRICS
from marking.models import MarkingRules, RubricVersion
from marking.versions import current_version
from privacy.models import Retention
from submissions.models import Task
from tests.builders import make_course, make_pair, member_of
from tests.config.zips import brought, folders, rewritten, saying, zip_of

__all__ = ["folders"]
pytestmark = pytest.mark.django_db
NEXT_YEAR: Final = timezone.now().replace(microsecond=0) + datetime.timedelta(days=300)
LAST_YEAR: Final = timezone.now().replace(microsecond=0) - datetime.timedelta(days=300)


def moment(days: int) -> datetime.datetime:
    return NEXT_YEAR + datetime.timedelta(days=days)


#: Of each model that says something of a whole course, what its zip carries, here with values that are not the usual.
CARRIED: Final[Mapping[type[Model], Mapping[str, Any]]] = {
    Course: {"time_zone": "Indian/Reunion", "training_grid": {}},
    AcquisitionRules: {
        "clips_expected": 3, "seconds_expected": 12, "frame_rate": 15, "limit_bytes": 100 * MEBIBYTE, "max_seconds": 60,
        "shares_classes": False,
    },
    CapsuleRules: {
        "opens_at": moment(0), "due_at": moment(1), "counts_from": "begun", "grace_minutes": 25, "accepts_late": False,
        "accepts_links": False, "limit_bytes": 300 * MEBIBYTE, "shortest_seconds": 60, "ideal_low_seconds": 120,
        "ideal_high_seconds": 180, "longest_seconds": 240, "peers_may_watch": True,
        "instructions": {"fr": "Soyez brefs.", "en": "Be short."},
    },
    MarkingRules: {
        "expected_at": moment(2), "sample_percent": 35, "difference_from": 3, "adjustment_bound": Decimal("2.50"),
        "takes_appeals": False, "appeals_until": moment(3),
    },
    RubricVersion: {"number": 2, "document": to_document(default_rubric()) | {"title": {"fr": "La", "en": "Ours"}}},
    RulesVersion: {"document": Rules(quests_weight=Decimal(30), cards=("charlie",), missing_is_zero=True).to_json()},
    Gradebook: {"columns": columns.to_json(reversed(columns.usual_columns("fr")))},
    Retention: {"clips_until": NEXT_YEAR.date(), "capsules_until": moment(30).date()},
}  # fmt: skip
#: What of these stays behind, and why.
LEFT: Final[Mapping[type[Model], Mapping[str, str]]] = {
    Course: {
        "slug": "a free one", "title": "looked at elsewhere", "variant_seed": "a secret", "created_at": "its own",
    },
    MarkingRules: {"sample_seed": "which capsules are marked twice is each year's draw"},
    RubricVersion: {"created_by": "a person", "created_at": "its own"},
    RulesVersion: {"number": "begins anew", "saved_by": "a person", "saved_at": "its own"},
    Gradebook: {"published_at": "nobody's marks are shown yet", "published_by": "a person"},
    Retention: {"clips_told": "what people of this year were told", "capsules_told": "the same"},
}  # fmt: skip
#: What else hangs on a course, and why its zip holds none of it, or where that is looked at.
ELSEWHERE: Final[Mapping[str, str]] = {
    "courses.ObjectClass": "test_bundles", "courses.Group": "test_bundles", "courses.Pair": "test_bundles",
    "courses.CourseWeights": "test_bundles", "submissions.Task": "test_bundles",
    "courses.AuditEntry": "what people did", "quests.Rejudgement": "what people did", "room.GameEvent": "what happened",
    "room.Journal": "what happened", "room.Session": "one afternoon of one year", "capsules.Phrase": "a person's own",
    "marking.RubricDraft": "read by nobody, however unfinished", "marking.Publication": "what people did",
}  # fmt: skip


@pytest.fixture
def course() -> Course:
    course = make_course()
    make_pair(course, "1")
    return course


def give_everything(course: Course) -> None:
    for model, values in CARRIED.items():
        if model is Course:
            Course.objects.filter(pk=course.pk).update(**values)
        else:
            more = {"number": 1} if model is RulesVersion else {}
            model._default_manager.create(course=course, **values, **more)
    course.refresh_from_db()


def own(model: type[Model]) -> set[str]:
    names = {field.name for field in model._meta.concrete_fields} | {field.name for field in model._meta.many_to_many}
    return names - {"id", "course", "instructors"}


def test_every_setting_of_a_course_is_carried_or_left_for_a_reason() -> None:
    about_a_course = {
        model
        for model in apps.get_models()
        if any(field.related_model is Course for field in model._meta.concrete_fields)
    }
    assert {model._meta.label for model in about_a_course - set(CARRIED)} == set(ELSEWHERE)
    for model, values in CARRIED.items():
        assert own(model) == {*values, *LEFT.get(model, {})}, model  # a new field: carry it, or say why not
        usual = model()
        same = [name for name, value in values.items() if value and getattr(usual, name, None) == value]
        assert same == [], f"{model}: the usual values prove nothing"


def test_all_of_it_comes_back(course: Course) -> None:
    give_everything(course)
    made = brought(zip_of(course), course)
    for model, values in CARRIED.items():
        row = made if model is Course else model._default_manager.get(course=made)
        assert {name: getattr(row, name) for name in values} == dict(values), model
    assert queries.rules_of(made).quests_weight == 30
    assert queries.columns_of(queries.gradebook_of(made), "fr")[0].source == "state"
    assert queries.gradebook_of(made).published_at is None
    assert current_version(made).rubric.title["en"] == "Ours"


def test_the_zip_of_the_new_course_says_the_same_again(course: Course) -> None:
    give_everything(course)
    made = brought(zip_of(course), course)
    said = []
    for one in (course, made):
        with zipfile.ZipFile(zip_of(one)) as archive:
            said.append(json.loads(archive.read("course.json")) | {"slug": "", "weights": None})
            assert b"Ours" in archive.read("rubrics/2.yaml")
    assert said[0] == said[1]


def test_a_course_that_decided_nothing_leaves_everything_as_usual(course: Course) -> None:
    made = brought(zip_of(course), course)
    for model in (CapsuleRules, MarkingRules, RubricVersion, RulesVersion, Gradebook, Retention):
        assert not model._default_manager.filter(course=made).exists(), model


def test_older_versions_of_the_rubric_can_still_be_read_and_the_newest_counts(course: Course) -> None:
    for number in (1, 2, 10):
        document = to_document(default_rubric()) | {"title": {"fr": "x", "en": f"of {number}"}}
        RubricVersion.objects.create(course=course, number=number, document=document)
    made = brought(zip_of(course), course)
    assert list(made.rubric_versions.values_list("number", flat=True)) == [10, 2, 1]
    assert current_version(made).rubric.title["en"] == "of 10"


def test_of_very_many_versions_the_newest_are_carried_and_no_more_are_read(course: Course) -> None:
    document = to_document(default_rubric())
    RubricVersion.objects.bulk_create(
        RubricVersion(course=course, number=number, document=document) for number in range(1, MOST_RUBRICS + 3)
    )
    file = zip_of(course)
    assert list(reading.read(file).rubrics) == list(range(3, MOST_RUBRICS + 3))
    with zipfile.ZipFile(file) as archive:
        another = archive.read("rubrics/3.yaml")
    with pytest.raises(Refusal, match="too many rubrics"):
        reading.read(rewritten(file, lambda entries: entries.update({"rubrics/1.yaml": another})))


def test_last_years_dates_are_left_out_so_that_nobody_is_late_and_no_film_is_removed(course: Course) -> None:
    CapsuleRules.objects.create(
        course=course, opens_at=LAST_YEAR, due_at=LAST_YEAR + datetime.timedelta(days=1), grace_minutes=7
    )
    MarkingRules.objects.create(course=course, expected_at=LAST_YEAR, appeals_until=NEXT_YEAR, takes_appeals=True)
    Retention.objects.create(course=course, clips_until=LAST_YEAR.date(), capsules_until=NEXT_YEAR.date())
    file = zip_of(course)
    plan = bringing.plan(reading.read(file))
    assert set(plan.past) == {"opens_at", "due_at", "expected_at", "clips_until"}
    assert set(plan.dates) == {"appeals_until", "capsules_until"}
    made = brought(file, course)
    assert (made.capsule_rules.opens_at, made.capsule_rules.due_at, made.capsule_rules.grace_minutes) == (None, None, 7)
    assert (made.marking_rules.expected_at, made.marking_rules.appeals_until) == (None, NEXT_YEAR)
    assert (made.retention.clips_until, made.retention.capsules_until) == (None, NEXT_YEAR.date())


def test_a_day_is_over_where_the_course_is(course: Course) -> None:
    Course.objects.filter(pk=course.pk).update(time_zone="Pacific/Auckland")
    course.refresh_from_db()
    Retention.objects.create(course=course, clips_until=datetime.date(2027, 6, 30))
    file = zip_of(course)
    evening = datetime.datetime(2027, 6, 30, 11, 59, tzinfo=datetime.UTC)
    assert brought(file, course, now=evening).retention.clips_until == datetime.date(2027, 6, 30)
    assert brought(file, course, now=evening.replace(hour=12)).retention.clips_until is None


def test_the_trace_of_the_new_course_begins_with_what_was_brought(course: Course) -> None:
    give_everything(course)
    made = brought(zip_of(course), course)
    entry = AuditEntry.objects.get(course=made)
    assert (entry.action, entry.actor_name) == ("course-brought", "prof")
    assert entry.after["capsules"]["due_at"] == moment(1).isoformat()
    assert entry.after["rubric"] == 2
    assert entry.after["gradebook"]["columns"] == len(columns.SOURCES)


def test_no_person_is_in_any_of_it(course: Course) -> None:
    give_everything(course)
    prof = User.objects.get(username="prof")
    RulesVersion.objects.update(saved_by=prof)
    RubricVersion.objects.update(created_by=prof)
    Phrase.objects.create(course=course, owner=prof, text="As Camille says, look at the scale.")
    with zipfile.ZipFile(zip_of(course)) as archive:
        content = b"".join(archive.read(name) for name in archive.namelist() if not name.startswith("cards/"))
    for secret in (b"prof", b"Camille"):
        assert secret not in content


def test_a_zip_of_the_first_version_is_still_read(course: Course) -> None:
    give_everything(course)
    file = saying(zip_of(course), version=1, parts=None, time_zone=None)
    made = brought(rewritten(file, lambda entries: entries.pop("rubrics/2.yaml") and None), course)
    assert not CapsuleRules.objects.filter(course=made).exists()
    assert current_version(made).number == 1
    assert made.time_zone == ""


@pytest.mark.parametrize("version", [0, 3, "2", None])
def test_a_version_that_is_none_of_ours_is_not_guessed_at(course: Course, version: Any) -> None:
    with pytest.raises(Refusal, match="not_a_course"):
        reading.read(saying(zip_of(course), version=version))


@pytest.mark.parametrize(
    "wrong",
    [
        {"time_zone": "../../etc/passwd"},
        {"time_zone": 1},
        {"parts": []},
        {"parts": {"people": {}}},
        {"parts": {"capsules": []}},
        {"parts": {"capsules": {"course": 1}}},
        {"parts": {"capsules": {"pk": 1}}},
        {"parts": {"capsules": {"due_at": "2027-06-30T12:00:00"}}},
        {"parts": {"capsules": {"due_at": "9999-12-31T23:59:59-12:00"}}},
        {"parts": {"capsules": {"due_at": 1}}},
        {"parts": {"capsules": {"opens_at": "2027-06-30T12:00:00Z", "due_at": "2027-06-30T12:00:00Z"}}},
        {"parts": {"capsules": {"counts_from": "paid"}}},
        {"parts": {"capsules": {"counts_from": None}}},
        {"parts": {"capsules": {"grace_minutes": -1}}},
        {"parts": {"capsules": {"grace_minutes": 100_000}}},
        {"parts": {"capsules": {"grace_minutes": True}}},
        {"parts": {"capsules": {"limit_bytes": 10**30}}},
        {"parts": {"capsules": {"longest_seconds": 10}}},
        {"parts": {"capsules": {"peers_may_watch": "no"}}},
        {"parts": {"capsules": {"instructions": "<script>"}}},
        {"parts": {"capsules": {"instructions": {"fr": "x" * 8001, "en": ""}}}},
        {"parts": {"marking": {"sample_percent": 101}}},
        {"parts": {"marking": {"sample_seed": 1}}},
        {"parts": {"marking": {"adjustment_bound": "NaN"}}},
        {"parts": {"marking": {"adjustment_bound": 2.5}}},
        {"parts": {"gradebook": {"published_at": "2027-06-30T12:00:00Z"}}},
        {"parts": {"gradebook": {"rules": {"capsule_weight": "0"}}}},
        {"parts": {"gradebook": {"rules": {"capsule_weight": "1" * 5000}}}},
        {"parts": {"gradebook": {"rules": {"bonus_cap": "Infinity"}}}},
        {"parts": {"gradebook": {"rules": {"cards": "charlie"}}}},
        {"parts": {"gradebook": {"rules": {"leaderboard_weight": "1"}}}},
        {"parts": {"gradebook": {"columns": [{"source": "email", "heading": "E"}]}}},
        {"parts": {"gradebook": {"columns": [{"source": "password", "heading": "P", "is_included": True}]}}},
        {"parts": {"gradebook": {"columns": [{"source": "final", "heading": "F", "is_included": True}]}}},
        {"parts": {"gradebook": {"columns": [{"source": "email", "heading": "E", "is_included": True}] * 2}}},
        {"parts": {"retention": {"clips_until": "2027-02-30"}}},
        {"parts": {"retention": {"clips_until": 20270630}}},
        {"parts": {"retention": {"clips_until": "0001-01-01"}}},
    ],
)
def test_what_is_no_rule_is_refused_before_anything_is_made(course: Course, wrong: dict[str, Any]) -> None:
    with pytest.raises(Refusal, match="not_a_course"):
        reading.read(saying(zip_of(course), **wrong))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("rubrics/1.yaml", b"title: {fr: a, en: b}\n", "rubrics/1.yaml:1: "),
        ("rubrics/1.yaml", b"\xff\xfe", "rubrics/1.yaml:1: "),
        ("rubrics/1.yaml", b"a: &a [*a]\n", "rubrics/1.yaml:1: "),
        ("rubrics/0.yaml", b"", "has no place"),
        ("rubrics/../1.yaml", b"", "has no place"),
        ("rubrics/1.yaml", b"x" * 200_001, "is too large"),
    ],
)
def test_a_rubric_that_is_none_is_refused_with_its_line(course: Course, name: str, content: bytes, said: str) -> None:
    file = rewritten(zip_of(course), lambda entries: entries.update({name: content}))
    with pytest.raises(Refusal) as refusal:
        reading.read(file)
    assert said in refusal.value.reason["en"]


def test_every_rule_of_the_gradebook_is_read() -> None:
    assert set(RULES) == {field.name for field in fields(Rules)}


def test_whoever_brings_it_reads_what_comes_and_which_dates_to_set_again(course: Course, client: Client) -> None:
    give_everything(course)
    Retention.objects.update(clips_until=datetime.date(2026, 6, 30))
    client.force_login(User.objects.get(username="prof"))
    client.post(reverse("set_language"), {"language": "en"})
    page = client.post(reverse("teach:course"), {"bundle": SimpleUploadedFile("course.zip", zip_of(course).getvalue())})
    shown = page.content.decode()
    for said in ("hand-in of capsules, marking, gradebook, how long films are kept", "version 2", "(deadline)"):
        assert said in shown
    assert "30 June 2026 (clips kept until)" in shown.partition("Dates that are over")[2]
    answer = client.post(reverse("teach:bring"), {"token": page.context["token"]}).content.decode()
    assert "These dates were over and were left out" in answer
    assert "30 June 2026 (clips kept until)" in answer


def test_a_student_of_the_new_course_reads_its_deadline(course: Course, client: Client) -> None:
    give_everything(course)
    Task.objects.all().delete()
    made = brought(zip_of(course), course)
    client.force_login(member_of(make_pair(made, "9", "new9a")))
    assert moment(1).astimezone(made.zone).strftime("%H:%M") in client.get("/capsule/").content.decode()


def test_the_terminal_names_the_dates_that_were_left_out(
    course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Retention.objects.create(course=course, clips_until=datetime.date(2026, 6, 30))
    file = tmp_path / "course.zip"
    file.write_bytes(zip_of(course).getvalue())
    call_command("import_course", str(file), instructor="prof")
    assert "clips_until was over (2026-06-30) and is left out" in capsys.readouterr().err

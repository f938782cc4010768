"""Who changed what: written with the change, read by the course's instructors, altered by nobody."""

import ast
import csv
import io
import re
from dataclasses import fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib import admin
from django.urls import get_resolver
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from capsules import ruling as capsule_rules
from config.audit.reading import Change, Reader, changes_between, readable
from config.audit.sentences import NAMES, REASONS, SENTENCES, WORDS
from courses import audit
from courses.models import AuditEntry, Course
from datasets import rules as acquisition_rules
from gradebook import rules as gradebook_rules
from marking.models import Assignment, MarkingRules
from privacy.forgetting import forget
from submissions import rules as task_rules
from tests.builders import make_course, make_pair, member_of
from tests.marking.making import give_capsule, mark_it, teaches
from tests.pages.browsing import browser_of

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")
PLATFORM = Path(__file__).resolve().parents[2] / "platform"
CODE = re.compile(r"[a-z]+(-[a-z]+)+")


@pytest.fixture
def course() -> Course:
    return make_course()


def prof(course: Course) -> User:
    return course.instructors.get()


def write(course: Course, action: str = "gradebook-published", **more: Any) -> AuditEntry:
    return audit.record(course=course, actor=prof(course), action=action, subject="gradebook:1", **more)


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        (None, None, []),
        ("12", "14", [("", "12", "14")]),
        (None, 3, [("", "–", "3")]),
        ({"step": "1", "cards": []}, {"step": "0.5", "cards": []}, [("rounding", "1", "0.5")]),
        ({"a": {"b": True}}, {"a": {"b": False}}, [("a, b", "yes", "no")]),
        ({"a": 1}, None, [("a", "1", "–")]),
        (["x"], ["x", "y"], [("", "x", "x, y")]),
        ({"x": ""}, {"x": "word"}, [("x", "–", "word")]),
        ({"state": "published"}, {"state": "reopened"}, [("state", "published", "opened again")]),
        ("published", "reopened", [("", "published", "reopened")]),
        ({"adjustments": {}}, {"adjustments": {"7": "1.50"}}, [("adjustments, Ada Moreau", "–", "1.50")]),
        ({"levels": {"7": 1}}, {"levels": {"7": 2}}, [("levels, 7", "1", "2")]),
        (
            [["1", "first", "prof"], ["2", "first", "prof"]],
            [["1", "first", "prof"], ["2", "first", "ada"], ["2", "second", "prof"]],
            [("2, first marker", "prof", "ada"), ("2, second marker", "–", "prof")],
        ),
        ([["1", "prof"]], [["2", "prof"]], [("1, prof", "yes", "–"), ("2, prof", "–", "yes")]),
        ([["1", "prof"]], [], [("1, prof", "yes", "–")]),
    ],
)
def test_what_changed_is_read_value_by_value(before: Any, after: Any, changes: list[tuple[str, str, str]]) -> None:
    with translation.override("en"):
        found = list(changes_between(before, after, Reader("en", PARIS, {"7": "Ada Moreau"})))
    assert found == [Change(*change) for change in changes]


def test_marks_have_the_readers_decimal_mark_and_names_keep_theirs() -> None:
    before, after = {"mark": "12.50", "name": "1.5"}, {"mark": "-0.5", "name": "2.5"}
    with translation.override("fr"):
        found = list(changes_between(before, after, Reader("fr", PARIS)))
    assert found == [Change("note", "12,50", "\N{MINUS SIGN}0,5"), Change("nom", "1.5", "2.5")]


def test_a_moment_is_read_by_the_courses_clock() -> None:
    with translation.override("en"):
        assert readable("2026-11-26T19:00:00+00:00", ZoneInfo("Asia/Tokyo")) == "27 Nov. 2026, 04:00:00"
        assert readable("2026-11-26", PARIS) == "26 Nov. 2026"
    with translation.override("fr"):
        assert readable("2027-06-30", PARIS) == "30 juin 2027"


@pytest.mark.parametrize("name", ["2026-99-99T10:00:00Z", "2026-02-30", "0001-01-01T00:00:00+14:00"])
def test_a_file_that_is_called_like_a_moment_keeps_its_name(name: str) -> None:
    assert readable(name, PARIS) == name


def test_the_page_says_who_did_what_in_both_languages_and_shows_unknown_codes_as_they_are(course: Course) -> None:
    pair = make_pair(course)
    write(course, before={"mark": "12"}, after={"mark": "<b>14</b>"}, pair=pair, reason="he <i>asked</i>")
    write(course, "from-the-future")
    audit.record(course=course, actor=None, action="gradebook-withdrawn", subject="x")
    english = browser_of(prof(course)).get("/teach/audit/").content.decode()
    for said in ("showed each person their marks", "from-the-future", "the site", "&lt;b&gt;14&lt;/b&gt;", "pair 1"):
        assert said in english
    assert "<i>asked" not in english
    french = browser_of(prof(course), "fr").get("/teach/audit/").content.decode()
    assert "a montré ses notes à chacun" in french
    assert "le site" in french


def test_it_is_filtered_by_person_pair_and_kind_and_paged(course: Course) -> None:
    pair, other = make_pair(course, "1"), make_pair(course, "2")
    write(course, "one-kind", pair=pair)
    write(course, "another-kind", pair=other)
    audit.record(course=course, actor=member_of(pair), action="third-kind", subject="clip:1", pair=pair)
    client = browser_of(prof(course))

    def shown(query: str) -> set[str]:
        page = client.get(f"/teach/audit/?{query}").content.decode()
        entries = page.partition('<ol class="trace">')[2]
        return {kind for kind in ("one-kind", "another-kind", "third-kind") if kind in entries}

    assert shown("") == {"one-kind", "another-kind", "third-kind"}
    assert shown("person=prof") == {"one-kind", "another-kind"}
    assert shown(f"pair={pair.pk}") == {"one-kind", "third-kind"}
    assert shown(f"pair={pair.pk}&kind=third-kind") == {"third-kind"}
    assert shown("pair=all&kind=") == {"one-kind", "another-kind", "third-kind"}
    for _ in range(60):
        write(course, "one-kind")
    assert client.get("/teach/audit/?page=2&kind=one-kind").content.decode().count("trace__entry") == 11
    assert client.get("/teach/audit/?page=zzz").status_code == 200


def test_days_are_the_courses_and_both_ends_are_included(course: Course) -> None:
    Course.objects.filter(pk=course.pk).update(time_zone="Pacific/Auckland")  # 13 hours before UTC in January
    for code, at in (("eve-of", "2027-01-09T10:59:59Z"), ("first-of", "2027-01-09T11:00:00Z"),
                     ("last-of", "2027-01-10T10:59:59Z"), ("day-after", "2027-01-10T11:00:00Z")):  # fmt: skip
        AuditEntry.objects.filter(pk=write(course, code).pk).update(at=at)
    client = browser_of(prof(course))

    def shown(query: str) -> list[str]:
        text = client.get(f"/teach/audit/file/?{query}").content.decode("utf-8-sig")
        return [row["code"] for row in csv.DictReader(io.StringIO(text), delimiter=";")]

    assert shown("since=2027-01-10&until=2027-01-10") == ["last-of", "first-of"]
    assert shown("since=2027-01-10") == ["day-after", "last-of", "first-of"]
    assert shown("until=2027-01-09") == ["eve-of"]
    assert len(shown("since=yesterday&until=9999-12-31")) == 4
    page = client.get("/teach/audit/?since=2027-01-11").content.decode()
    assert "day-after" in page.partition('<ol class="trace">')[2]
    assert "last-of" not in page.partition('<ol class="trace">')[2]
    assert 'value="2027-01-11"' in page


def test_whom_an_entry_is_about_and_whose_mark_was_adjusted_is_said_by_name(course: Course) -> None:
    pair = make_pair(course)
    student = member_of(pair)
    User.objects.filter(pk=student.pk).update(first_name="Zoé", last_name="Martin")
    audit.record(course=course, actor=prof(course), action="person-exported", subject=f"person:{student.pk}")
    after = {"adjustments": {str(student.pk): "1.50"}}
    write(course, "mark-adjusted", pair=pair, before={"adjustments": {}}, after=after)
    page = browser_of(prof(course)).get("/teach/audit/").content.decode()
    assert "<strong>(Zoé Martin)</strong>" in page
    assert "adjustments, Zoé Martin" in page
    forget(person=student, actor=prof(course), typed=student.username)
    page = browser_of(prof(course)).get("/teach/audit/").content.decode()
    assert "<strong>(a former student)</strong>" in page
    assert "Zoé" not in page


def test_who_did_it_is_chosen_by_name(course: Course) -> None:
    User.objects.filter(pk=prof(course).pk).update(first_name="Anne", last_name="Martin")
    write(course)
    page = browser_of(prof(course)).get("/teach/audit/?person=prof").content.decode()
    assert '<option value="prof" selected>Anne Martin</option>' in page


def test_what_the_site_gives_as_a_reason_is_in_the_readers_language_and_peoples_words_are_theirs(
    course: Course,
) -> None:
    audit.record(course=course, actor=None, action="clip-deleted", subject="clip:1", reason="retention")
    write(course, "mark-reopened", reason="retention")
    page = browser_of(prof(course), "fr").get("/teach/audit/").content.decode()
    assert page.count("le dernier jour de garde est passé") == 1
    assert "Raison : retention" in page.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_every_setting_has_its_words(course: Course) -> None:
    marking = [field.name for field in MarkingRules._meta.fields if field.name not in ("id", "course")]
    rules = [field.name for field in fields(gradebook_rules.Rules)]
    films = [*acquisition_rules.FIELDS, "clips_until", "capsules_until"]
    settings = {*capsule_rules.FIELDS, *films, *marking, *rules, *task_rules.CARRIED, "is_open"}
    assert sorted(settings - set(NAMES)) == []  # a name for it in config/audit/sentences.py


def test_a_long_trace_costs_as_many_queries_as_a_short_one(
    course: Course, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = browser_of(prof(course))
    pair = make_pair(course)
    for count in (1, 49):
        for _ in range(count):
            write(course, pair=pair)
        for path in ("/teach/audit/", "/teach/audit/file/"):
            with django_assert_max_num_queries(14):
                client.get(path)


def test_the_file_holds_the_same_and_no_formula(course: Course) -> None:
    write(course, after={"heading": "=1+1"}, reason="=cmd()")
    text = browser_of(prof(course)).get("/teach/audit/file/?separator=comma").content.decode("utf-8-sig")
    heading, line = list(csv.reader(io.StringIO(text, newline="")))
    assert heading[:4] == ["at", "who", "what", "code"]
    assert line[1:4] == ["prof", "showed each person their marks", "gradebook-published"]
    assert line[-2:] == ['{"heading": "=1+1"}', "'=cmd()"]


def test_who_judges_apart_does_not_read_the_other_judgement_here(course: Course) -> None:
    first = prof(course)
    capsule = give_capsule(make_pair(course, "1"))
    other = give_capsule(make_pair(course, "2"))
    second = teaches(course, "second")
    Assignment.objects.create(pair=capsule.pair, marker=first, role="first")
    Assignment.objects.create(pair=capsule.pair, marker=second, role="second")
    mark_it(capsule, first, 3)
    mark_it(other, first, 2)

    def codes(person: User) -> list[tuple[str, str]]:
        text = browser_of(person).get("/teach/audit/file/").content.decode("utf-8-sig")
        return [(row["code"], row["pair"]) for row in csv.DictReader(io.StringIO(text), delimiter=";")]

    assert codes(first) == [("marking-done", "2"), ("marking-done", "1")]
    assert codes(second) == [("marking-done", "2")]
    assert "marking:1" not in browser_of(second).get("/teach/audit/?pair=" + str(capsule.pair_id)).content.decode()
    mark_it(capsule, second, 1)
    assert ("marking-done", "1") in codes(second)
    assert len(codes(second)) == 3


def test_another_courses_instructor_reads_their_own_trace_and_a_student_none(course: Course) -> None:
    write(course, "a-secret-kind")
    student = member_of(make_pair(course))
    other = prof(make_course("other", instructor="other-prof"))
    for path in ("/teach/audit/", "/teach/audit/file/"):
        assert "a-secret-kind" not in browser_of(other).get(path).content.decode()
        assert browser_of(student).get(path).status_code == 404


def codes_in_code() -> set[str]:
    """Every text with a hyphen that stands in a call which writes to the trace, or in one that leads to it."""
    found: set[str] = set()
    for path in PLATFORM.rglob("*.py"):
        text = path.read_text("utf-8")
        if "audit.record(" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call):
                given = [*node.args, *(word.value for word in node.keywords if word.arg in ("action", "kind"))]
                found |= {
                    one.value
                    for value in given
                    for one in ast.walk(value)
                    if isinstance(one, ast.Constant) and isinstance(one.value, str) and CODE.fullmatch(one.value)
                }
    return found


def test_every_code_that_is_written_has_its_words() -> None:
    codes = codes_in_code()
    assert {"gradebook-published", "mark-overridden", "deadline-extended", "clip-deleted"} <= codes
    assert sorted(codes - set(SENTENCES)) == []  # a sentence for it in config/audit/sentences.py
    meanings = [texts for found in (*WORDS.values(), *REASONS.values()) for texts in found.values()]
    for texts in (*SENTENCES.values(), *NAMES.values(), *meanings):
        assert set(texts) == {"fr", "en"}
        assert all(texts.values())


def test_nothing_changes_an_entry() -> None:
    assert AuditEntry not in admin.site._registry
    names = [pattern.name for pattern in get_resolver("config.teach_urls").url_patterns if "audit" in str(pattern.name)]
    assert names == ["audit", "audit-file"]
    entry = write(make_course("another", instructor="third-prof"))
    client = browser_of(prof(entry.course))
    for path in ("/teach/audit/", "/teach/audit/file/"):
        assert client.post(path, {"action": "delete"}).status_code == 405

"""The gradebook's pages: its instructors', the students' own row, and nobody else."""

import csv
import io
from decimal import Decimal

import pytest
from django.core import mail
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from accounts.post import deliver
from courses.models import AuditEntry, Course, Pair
from gradebook import services
from gradebook.capsule_marks import CapsuleMark, Known
from gradebook.models import Gradebook, RulesVersion
from gradebook.rows import rows_of
from gradebook.rules import Rules
from tests.builders import find_quest, give_key, make_course, make_pair, make_person
from tests.gradebook.conftest import SetMarks
from tests.hand_in import evaluate, hand_in, make_task
from tests.pages.browsing import browser_of

PAGES = ("gradebook/", "gradebook/rules/", "gradebook/columns/", "gradebook/file/", "audit/", "audit/file/")
#: However many people there are.
MOST_QUERIES = 25


def prof(course: Course) -> User:
    return course.instructors.get()


def test_an_instructor_reads_everybodys_row_with_drafts_marked(marked: Course) -> None:
    page = browser_of(prof(marked)).get("/teach/gradebook/").content.decode()
    assert page.index("Bob Çelik") > 0
    assert "15.50" in page
    assert "8.00" in page
    assert page.count('marks__draft">draft') == 2  # the capsule and the final mark of one person
    in_french = browser_of(prof(marked), "fr").get("/teach/gradebook/").content.decode()
    assert "15,50" in in_french


@pytest.mark.parametrize("where", PAGES)
def test_strangers_find_nothing_and_another_courses_instructor_finds_their_own(marked: Course, where: str) -> None:
    other = make_course("other", instructor="other-prof")
    make_pair(other, "9", "zoe")
    assert browser_of(None).get(f"/teach/{where}").status_code == 302
    assert browser_of(User.objects.get(username="ana")).get(f"/teach/{where}").status_code == 404
    theirs = browser_of(prof(other)).get(f"/teach/{where}").content
    for secret in ("ana@example.org", "Çelik", "15.50"):
        assert secret.encode() not in theirs


def test_the_page_sorts_and_filters(marked: Course) -> None:
    client = browser_of(prof(marked))
    page = client.get("/teach/gradebook/?sort=final").content.decode()
    assert page.index(">cleo") < page.index("Bob Çelik") < page.index("Ana Élisée")
    page = client.get("/teach/gradebook/?sort=final&order=desc").content.decode()
    assert page.index("Ana Élisée") < page.index("Bob Çelik") < page.index(">cleo")
    assert 'aria-sort="descending"' in page
    assert "Ana" not in client.get("/teach/gradebook/?group=B9").content.decode()
    assert client.get("/teach/gradebook/?sort=__class__&order=x&group=%00").status_code == 200


def test_a_class_of_two_hundred_costs_as_many_queries_as_one_person(
    course: Course, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_pair(course, "1", "ana")
    client = browser_of(prof(course))
    for where in ("gradebook/", "gradebook/columns/", "gradebook/file/"):
        with django_assert_max_num_queries(MOST_QUERIES):
            assert client.get(f"/teach/{where}").status_code == 200
    for number in range(2, 102):
        make_pair(course, str(number))
    for where in ("gradebook/", "gradebook/columns/", "gradebook/file/"):
        with django_assert_max_num_queries(MOST_QUERIES):
            answer = client.get(f"/teach/{where}")
    assert answer.content.count(b"\r\n") == 202  # a heading, and 201 people


@pytest.mark.usefixtures("folders")
def test_a_row_counts_quests_by_section_and_submissions_without_their_score(told: Pair, half_marked: Pair) -> None:
    from quests import services as quests

    card, quest = find_quest("parameter_count")
    variant = quests.deal(pair=told, card=card, quest=quest)
    assert variant is not None
    give_key(variant, truth=1234)
    quests.answer(pair=told, author=told.members.first(), card=card, quest=quest, text="1234")
    evaluate(hand_in(make_task(told.course), told), 0.93)
    rows = {row.person.username: row for row in rows_of(told.course, Rules(submissions_weight=Decimal(1)))}
    work = rows["ana"].work
    earned = work.main_points if quest.section == "main" else work.side_points
    assert earned == quest.points
    assert (work.submissions, work.is_evaluated) == (1, True)
    assert (rows["cleo"].work.submissions, rows["cleo"].work.is_evaluated) == (0, False)
    assert rows["bob"].work == work
    hidden = {row.person.username: row for row in rows_of(told.course, Rules(cards=("no-such-card",)))}
    assert hidden["ana"].work.main_possible == 0


def test_a_pair_without_anybody_has_no_row_and_whoever_is_in_two_pairs_has_one(course: Course, told: Pair) -> None:
    make_pair(course, "empty").members.clear()
    twice = make_pair(course, "3", "dan")
    twice.members.add(told.members.get(username="ana"))
    rows = {row.person.username: row.pair.name for row in rows_of(course, Rules())}
    assert rows == {"ana": "3", "bob": "1", "dan": "3"}


# --- rules ------------------------------------------------------------------------------------------------------------

USUAL = {"capsule_weight": "100", "per_side_point": "0.01", "bonus_cap": "2", "step": "0.01", "base": "0"}


def test_a_change_of_rules_is_shown_before_it_is_saved(marked: Course) -> None:
    client = browser_of(prof(marked))
    typed = USUAL | {"submissions_weight": "100"}
    page = client.post("/teach/gradebook/rules/", typed | {"action": "preview"}).content.decode()
    assert "3 marks of 3 would change" in page
    assert "0 rise, 3 fall" in page
    assert not RulesVersion.objects.exists()
    assert not AuditEntry.objects.exists()
    assert client.post("/teach/gradebook/rules/", typed | {"action": "save"})["Location"] == "/teach/gradebook/"
    version = RulesVersion.objects.get()
    assert (version.number, Rules.from_json(version.document).submissions_weight) == (1, Decimal(100))
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.before, entry.after) == (
        "gradebook-rules-changed",
        {"submissions_weight": "0"},
        {"submissions_weight": "100"},
    )
    assert "7.75" in client.get("/teach/gradebook/").content.decode()


def test_rules_that_somebody_else_saved_meanwhile_are_not_overwritten(marked: Course) -> None:
    client = browser_of(prof(marked))
    client.post("/teach/gradebook/rules/", USUAL | {"bonus_cap": "1", "action": "save"})
    late = client.post("/teach/gradebook/rules/", USUAL | {"bonus_cap": "3", "action": "save"})
    assert late.status_code == 409
    assert 'value="3"' in late.content.decode()
    assert Rules.from_json(RulesVersion.objects.get().document).bonus_cap == 1


def test_a_number_that_is_none_is_said_and_what_was_typed_stays(marked: Course) -> None:
    page = browser_of(prof(marked)).post("/teach/gradebook/rules/", USUAL | {"bonus_cap": "<b>lots</b>"})
    assert page.status_code == 400
    assert "&lt;b&gt;lots&lt;/b&gt;" in page.content.decode()
    assert "<b>lots" not in page.content.decode()


def test_the_same_rules_again_are_no_new_version(marked: Course) -> None:
    client = browser_of(prof(marked))
    client.post("/teach/gradebook/rules/", USUAL | {"bonus_cap": "1", "action": "save"})
    client.post("/teach/gradebook/rules/", USUAL | {"bonus_cap": "1", "base": "1", "action": "save"})
    assert RulesVersion.objects.count() == 1


# --- columns ----------------------------------------------------------------------------------------------------------


def test_columns_are_moved_named_and_saved_for_the_course_alone(marked: Course) -> None:
    other = make_course("other", instructor="other-prof")
    client = browser_of(prof(marked))
    typed = {
        "source": ["username", "final", "capsule"],
        "included": ["username", "final"],
        "heading-username": "Username",
        "heading-final": "Projet vidéo",
        "heading-capsule": "Capsule",
    }
    page = client.post("/teach/gradebook/columns/", typed | {"move": "1:up"}).content.decode()
    assert page.index('value="final"') < page.index('value="username"')
    assert "not saved yet" in page
    assert not Gradebook.objects.exists()
    client.post("/teach/gradebook/columns/", typed | {"action": "save"})
    content = client.get("/teach/gradebook/file/?kind=xlsx").content
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    assert next(sheet.iter_rows(values_only=True)) == ("Username", "Projet vidéo")
    theirs = browser_of(prof(other)).get("/teach/gradebook/file/").content.decode()
    assert "Projet" not in theirs
    assert AuditEntry.objects.get().action == "gradebook-columns-changed"
    client.post("/teach/gradebook/columns/", {"action": "usual"})
    assert "Projet" not in client.get("/teach/gradebook/file/").content.decode()


def test_a_map_that_identifies_nobody_is_refused_and_shown_again(marked: Course) -> None:
    typed = {"source": ["final"], "included": ["final"], "heading-final": "Mark", "action": "save"}
    page = browser_of(prof(marked)).post("/teach/gradebook/columns/", typed)
    assert page.status_code == 400
    assert "No column says who" in page.content.decode()
    assert not Gradebook.objects.exists()


def test_the_file_is_named_after_its_course_and_says_when_it_has_drafts(marked: Course) -> None:
    client = browser_of(prof(marked))
    plain = client.get("/teach/gradebook/file/?separator=semicolon&point=comma")
    assert plain["Content-Disposition"].startswith('attachment; filename="vision-marks-2')
    assert "ana;ana@example.org;15,50;0,00;15,50" in plain.content.decode()
    drafts = client.get("/teach/gradebook/file/?drafts=on")
    assert "-drafts-" in drafts["Content-Disposition"]
    assert "8.00" in drafts.content.decode()
    assert "8.00" not in plain.content.decode().replace(",", ".")


# --- what students read -----------------------------------------------------------------------------------------------


def test_a_student_reads_their_own_row_once_it_is_shown_and_nobody_elses(marked: Course) -> None:
    ana = browser_of(User.objects.get(username="ana"))
    assert "15.50" not in ana.get("/marks/").content.decode()
    browser_of(prof(marked)).post("/teach/gradebook/publish/", {"action": "publish"})
    page = ana.get("/marks/").content.decode()
    assert "15.50" in page
    assert "the pair’s 14.50, yours +1.00" in page
    assert "Çelik" not in page
    cleo = browser_of(User.objects.get(username="cleo")).get("/marks/").content.decode()
    assert "8.00" not in cleo  # a draft
    assert "Not yet" in cleo
    browser_of(prof(marked)).post("/teach/gradebook/publish/", {"action": "withdraw"})
    assert "15.50" not in ana.get("/marks/").content.decode()
    assert [entry.action for entry in AuditEntry.objects.all()] == ["gradebook-withdrawn", "gradebook-published"]


def test_a_mark_that_was_opened_again_shows_what_was_told_and_not_what_is_being_agreed(
    told: Pair, set_marks: SetMarks
) -> None:
    old = CapsuleMark(Decimal(12), True)
    set_marks({told.pk: Known(told=old, newest=CapsuleMark(Decimal(17), False))})
    browser_of(prof(told.course)).post("/teach/gradebook/publish/", {"action": "publish"})
    page = browser_of(User.objects.get(username="bob")).get("/marks/").content.decode()
    assert "12.00" in page
    assert "17" not in page.replace("/17", "")
    row = next(row for row in rows_of(told.course, Rules()) if row.person.username == "bob")
    assert (row.told.final, row.seen.final) == (Decimal("12.00"), Decimal("17.00"))


def test_everybody_is_written_to_when_it_is_asked_for(marked: Course) -> None:
    client = browser_of(prof(marked))
    client.post("/teach/gradebook/publish/", {"action": "publish", "write": "1"})
    client.post("/teach/gradebook/publish/", {"action": "publish", "write": "1"})
    deliver()
    assert sorted(message.to[0] for message in mail.outbox) == ["ana@example.org", "bob@example.org"]
    assert "http://testserver/marks/" in mail.outbox[0].body
    assert "15" not in mail.outbox[0].body
    assert AuditEntry.objects.get().after == {"written_to": 2}


def test_somebody_in_no_pair_has_no_marks_and_an_instructor_is_led_to_the_gradebook(marked: Course) -> None:
    assert browser_of(make_person("nobody")).get("/marks/").status_code == 404
    assert browser_of(prof(marked)).get("/marks/")["Location"] == "/teach/gradebook/"
    assert browser_of(None).get("/marks/").status_code == 302
    assert browser_of(User.objects.get(username="ana")).post("/teach/gradebook/publish/").status_code == 404


def test_the_numbers_of_the_rules_are_written_as_the_reader_writes_them(marked: Course) -> None:
    french = browser_of(prof(marked), "fr").get("/teach/gradebook/rules/").content.decode()
    assert 'name="per_side_point" inputmode="decimal" value="0,01"' in french
    assert '<option value="0.05">0,05</option>' in french
    english = browser_of(prof(marked)).get("/teach/gradebook/rules/").content.decode()
    assert 'name="per_side_point" inputmode="decimal" value="0.01"' in english
    typed = browser_of(prof(marked), "fr").post("/teach/gradebook/rules/", USUAL | {"bonus_cap": "2.x"})
    assert 'value="2.x"' in typed.content.decode()


def test_who_is_marked_and_not_told_has_no_zero_in_any_file(marked: Course) -> None:
    services.save_rules(course=marked, instructor=prof(marked), rules=Rules(missing_is_zero=True), base=0)
    make_pair(marked, "3", "dan")
    text = browser_of(prof(marked)).get("/teach/gradebook/file/").content.decode("utf-8-sig")
    final = {row["Username"]: row["Final mark"] for row in csv.DictReader(io.StringIO(text))}
    assert final == {"ana": "15.50", "bob": "14.50", "cleo": "", "dan": "0.00"}


@pytest.mark.parametrize("where", ["gradebook/file/", "audit/file/"])
def test_a_file_bears_the_day_that_it_is_where_the_course_is(marked: Course, where: str) -> None:
    names = set()
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):  # 25 hours apart: never the same day
        Course.objects.filter(pk=marked.pk).update(time_zone=zone)
        names.add(browser_of(prof(marked)).get(f"/teach/{where}")["Content-Disposition"])
    assert len(names) == 2

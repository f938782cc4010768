"""From two markers to one mark, told at one moment to everybody; and what may still be changed afterwards."""

import json
from decimal import Decimal

import pytest
from django.core import mail
from django.http import Http404
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.errors import Refusal
from accounts.models import Letter, User
from accounts.post import deliver
from capsules.models import Capsule, Comment
from capsules.publication import is_published
from capsules.queries import rows_of
from courses.models import AuditEntry, Course
from marking import appeals, moderation, publishing, saving
from marking.models import Adjustment, Appeal, Assignment, Mark, Marking, Publication
from marking.queries import final_marks
from marking.ruling import set_rules
from tests.builders import make_pair, member_of
from tests.marking.making import give_capsule, mark_it, mark_of, publish_all, teaches
from tests.pages.browsing import browser_of

pytestmark = pytest.mark.django_db
FIRST, SECOND = "dataset.quantitative.macro", "dataset.quantitative.micro"


@pytest.fixture
def doubly(capsule: Capsule, prof: User, colleague: User) -> Capsule:
    """Assigned to two markers; nobody has begun."""
    Assignment.objects.create(pair=capsule.pair, marker=prof, role="first")
    Assignment.objects.create(pair=capsule.pair, marker=colleague, role="second")
    return capsule


@pytest.fixture
def told(course: Course, capsule: Capsule, prof: User) -> Capsule:
    """Marked 15 and published; a word for each member."""
    mark_it(capsule, prof, 3)
    publish_all(course, prof)
    return capsule


def settle(mark: Mark, person: User, **choices: dict[str, object]) -> Mark:
    keys = mark.rubric_version.rubric.keys
    named = {keys[int(name[1:]) - 1]: choice for name, choice in choices.items()}
    return moderation.agree(instructor=person, mark=mark, revision=mark.revision, choices=named)


# --- two markers -----------------------------------------------------------------------------------------------------


def test_the_second_marker_is_blind_until_done(doubly: Capsule, prof: User, colleague: User) -> None:
    mark_it(doubly, prof, 4, c1=0)
    Marking.objects.update(comment="what the first one thinks")
    pages = ("/teach/marking/", f"/teach/capsules/{doubly.pk}/mark/", f"/teach/capsules/{doubly.pk}/marking/")
    for path in pages:
        page = browser_of(colleague).get(path).content.decode()
        assert "what the first one thinks" not in page
        assert "19" not in page.split("<main")[1].split("</main>")[0].replace("/19/", "")  # 20 × 68/72 → 19
    assert not Mark.objects.exists()  # it waits for both
    mark_it(doubly, colleague, 4, c1=4)
    assert "what the first one thinks" in browser_of(colleague).get(pages[1]).content.decode()


def test_comments_of_the_other_marker_are_not_read_before_ones_own_judgement_is_done(
    doubly: Capsule, prof: User, colleague: User
) -> None:
    version = doubly.current
    assert version is not None
    for author, text in ((prof, "a word of the first"), (colleague, "a word of the second")):
        Comment.objects.create(version=version, author=author, by_instructor=True, text=text)
    third = teaches(doubly.pair.course, "third")
    pages = (f"/teach/capsules/{doubly.pk}/marking/", f"/teach/capsules/{doubly.pk}/")
    assert {who.username: _read(who, pages) for who in (prof, colleague, third)} == {
        "prof": {"a word of the first"},
        "colleague": {"a word of the second"},
        "third": {"a word of the first", "a word of the second"},
    }
    course = doubly.pair.course
    counted = {who.username: [row.comments for row in rows_of(course, who)] for who in (prof, colleague, third)}
    assert counted == {"prof": [1], "colleague": [1], "third": [2]}
    mark_it(doubly, colleague)
    assert [row.comments for row in rows_of(course, colleague)] == [2]
    assert _read(colleague, pages) == {"a word of the first", "a word of the second"}


def test_comments_on_an_earlier_version_are_kept_apart_as_well(doubly: Capsule, prof: User, colleague: User) -> None:
    Comment.objects.create(version=doubly.current, author=prof, by_instructor=True, text="a word of the first")
    give_capsule(doubly.pair)
    page = (f"/teach/capsules/{doubly.pk}/",)
    assert _read(colleague, page) == set()
    assert _read(prof, page) == {"a word of the first"}
    mark_it(doubly, colleague)
    assert _read(colleague, page) == {"a word of the first"}


def _read(person: User, pages: tuple[str, ...]) -> set[str]:
    said = "".join(browser_of(person).get(path).content.decode() for path in pages)
    return {text for text in ("a word of the first", "a word of the second") if text in said}


def test_cells_that_agree_are_settled_and_the_others_wait_for_a_person(
    doubly: Capsule, prof: User, colleague: User
) -> None:
    mark_it(doubly, prof, 3, c1=4, c2=0)
    mark_it(doubly, colleague, 3, c1=1, c2=1)
    mark = mark_of(doubly)
    assert (mark.state, mark.computed) == ("draft", None)
    assert [key for key, cell in mark.cells.items() if cell["level"] is None] == [FIRST, SECOND]
    page = browser_of(prof).get(f"/teach/capsules/{doubly.pk}/mark/").content.decode()
    assert page.count("agree__row is-apart") == 1  # 4 and 1; 0 and 1 are one step apart
    assert "88.9%" in page  # 16 of 18 the same
    mark = settle(mark, prof, c1={"source": "mean"}, c2={"source": "second"})
    assert (mark.state, mark.computed) == ("moderated", Decimal("14.25"))  # 48 + 2.5 + 1 = 51.5 of 72: 14.31
    assert (mark.cells[FIRST]["level"], mark.cells[SECOND]["level"], mark.moderated_by) == (2.5, 1, prof)


def test_a_level_that_is_typed_says_why(doubly: Capsule, prof: User, colleague: User) -> None:
    mark_it(doubly, prof, 3, c1=4)
    mark_it(doubly, colleague, 3, c1=1)
    mark = mark_of(doubly)
    for level, reason in ((2, ""), (9, "x"), (2.25, "x"), (None, "x"), (True, "x"), (-1, "x")):
        choice: dict[str, object] = {"source": "typed", "level": level, "reason": reason}
        with pytest.raises(Refusal):
            settle(mark, prof, c1=choice)
    with pytest.raises(Refusal):
        settle(mark, prof, c1={"source": "dice"})
    assert mark_of(doubly).cells[FIRST]["level"] is None
    mark = settle(mark, prof, c1={"source": "typed", "level": 2, "reason": "seen again together"})
    assert mark.cells[FIRST]["reason"] == "seen again together"
    assert AuditEntry.objects.first().action == "mark-moderated"  # type: ignore[union-attr]


def test_the_form_of_the_page_settles_what_was_chosen(doubly: Capsule, prof: User, colleague: User) -> None:
    mark_it(doubly, prof, 3, c1=4, c2=2)
    mark_it(doubly, colleague, 3, c1=1, c2=4)
    form = {
        "revision": mark_of(doubly).revision,
        f"source:{FIRST}": "first",
        f"source:{SECOND}": "typed",
        f"level:{SECOND}": "2,5",
        f"reason:{SECOND}": "between",
        f"note:{SECOND}": "Say how many.",
        "comment": "Both of us liked it.",
    }
    browser_of(colleague).post(f"/teach/capsules/{doubly.pk}/mark/agree/", form)
    mark = mark_of(doubly)
    assert (mark.cells[FIRST]["level"], mark.cells[SECOND]["level"], mark.state) == (4, 2.5, "moderated")
    assert (mark.cells[SECOND]["note"], mark.comment) == ("Say how many.", "Both of us liked it.")


def test_two_moderators_with_the_same_revision(doubly: Capsule, prof: User, colleague: User) -> None:
    mark_it(doubly, prof, 3, c1=4)
    mark_it(doubly, colleague, 3, c1=1)
    stale = mark_of(doubly)
    settle(mark_of(doubly), prof, c1={"source": "first"})
    with pytest.raises(Refusal, match="changed_meanwhile"):
        settle(stale, colleague, c1={"source": "second"})
    assert mark_of(doubly).cells[FIRST]["level"] == 4


def test_a_marker_who_changes_their_mind_keeps_what_was_settled_on_other_cells(
    doubly: Capsule, prof: User, colleague: User
) -> None:
    mark_it(doubly, prof, 3, c1=4, c2=4)
    mark_it(doubly, colleague, 3, c1=1, c2=1)
    settle(mark_of(doubly), prof, c1={"source": "first"}, c2={"source": "first"})
    saving.reopen(instructor=colleague, marking=Marking.objects.get(marker=colleague))
    assert (mark_of(doubly).state, mark_of(doubly).computed) == ("draft", None)
    mark_it(doubly, colleague, 3, c1=1, c2=2)
    cells = mark_of(doubly).cells
    assert (cells[FIRST]["level"], cells[FIRST]["source"], cells[SECOND]["level"]) == (4, "first", None)


# --- one person's decisions -----------------------------------------------------------------------------------------


def test_an_override_has_a_reason_and_can_be_taken_back(capsule: Capsule, prof: User) -> None:
    mark_it(capsule, prof, 3)
    browser = browser_of(prof)

    def post(**form: object) -> Mark:
        browser.post(f"/teach/capsules/{capsule.pk}/mark/override/", {"revision": mark_of(capsule).revision, **form})
        return mark_of(capsule)

    assert post(value="16,5").override is None
    for value in ("20.5", "-1", "nan", "12.345", "many"):
        assert post(value=value, reason="x").override is None, value
    mark = post(value="16,5", reason="A missing sound was the room's fault.")
    assert (mark.override, mark.computed) == (Decimal("16.50"), 15)
    entry = AuditEntry.objects.first()
    assert entry is not None
    assert (entry.action, entry.before["mark"], entry.after["mark"]) == ("mark-overridden", "15.00", "16.50")
    assert post(value="").override is None


def test_one_members_part_is_bounded_and_says_why(course: Course, capsule: Capsule, prof: User) -> None:
    mark_it(capsule, prof, 3)
    set_rules(instructor=prof, course=course, adjustment_bound=Decimal(2))
    one, two = capsule.pair.members.order_by("username")

    def post(person: User, **form: object) -> None:
        form = {"revision": mark_of(capsule).revision, **form}
        browser_of(prof).post(f"/teach/capsules/{capsule.pk}/mark/adjust/{person.pk}/", form)

    post(one, delta="+2,5", reason="did it all")
    post(one, delta="1")
    post(member_of(make_pair(course, "9")), delta="1", reason="not theirs")
    assert not Adjustment.objects.exists()
    post(one, delta="+2", reason="did it all")
    post(two, delta="−1,5", reason="was not there")
    assert {row.person: row.delta for row in Adjustment.objects.all()} == {one: 2, two: Decimal("-1.50")}
    post(two, delta="")
    assert Adjustment.objects.get().person == one


def test_characters_that_no_table_takes_are_dropped_from_what_is_typed(capsule: Capsule, prof: User) -> None:
    mark_it(capsule, prof, 3)
    mark = mark_of(capsule)
    moderation.override(
        instructor=prof, mark=mark, revision=mark.revision, value=Decimal(12), reason=" it\0 is short\0 "
    )
    assert (mark_of(capsule).override_reason, AuditEntry.objects.first().reason) == ("it is short", "it is short")
    mark = mark_of(capsule)
    with pytest.raises(Refusal, match="say_why"):
        moderation.override(instructor=prof, mark=mark, revision=mark.revision, value=Decimal(11), reason=" \0 ")


# --- telling ----------------------------------------------------------------------------------------------------------


def test_a_reason_of_any_length_and_characters_is_no_wrong_mark(capsule: Capsule, prof: User) -> None:
    mark_it(capsule, prof)
    path, reason = f"/teach/capsules/{capsule.pk}/mark/", "x\0" * 500
    form = {"revision": mark_of(capsule).revision, "value": "15,5", "reason": reason}
    browser_of(prof).post(f"{path}override/", form)
    assert (mark_of(capsule).override, mark_of(capsule).override_reason) == (Decimal("15.5"), "x" * 400)
    form = {"revision": mark_of(capsule).revision, "delta": "-1", "reason": reason}
    browser_of(prof).post(f"{path}adjust/{member_of(capsule.pair).pk}/", form)
    assert Adjustment.objects.get().reason == "x" * 400


def test_publishing_tells_all_at_once_and_writes_to_every_member(
    course: Course, capsule: Capsule, other: Capsule, prof: User
) -> None:
    for person in User.objects.filter(role="student"):
        person.email = f"{person.username}@uni.example"
        person.save()
    mark_it(capsule, prof, 3)
    mark_it(other, prof, 2)
    make_pair(course, "absent")
    page = browser_of(prof).get("/teach/marking/").content.decode()
    assert "Publish the 2 marks that are ready" in page
    assert "2 pairs, 4 people" in page
    assert "1 pair has handed in nothing:" in page
    publish_all(course, prof)
    deliver()
    assert sorted(one.to[0] for one in mail.outbox) == [f"pair{n}{m}@uni.example" for n in "12" for m in "ab"]
    assert not any("15" in one.body or "10" in one.body for one in mail.outbox)
    assert {one.state for one in Mark.objects.all()} == {"published"}
    assert len({one.published_at for one in Mark.objects.all()}) == 1
    assert (Publication.objects.get().marks, Publication.objects.get().by) == (2, prof)
    assert AuditEntry.objects.filter(action="mark-published").count() == 2
    assert is_published(capsule.pair)


def test_publishing_is_all_or_nothing(
    course: Course, capsule: Capsule, other: Capsule, prof: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark_it(capsule, prof, 3)
    mark_it(other, prof, 2)
    real, calls = publishing.snapshot, []

    def breaks_at_the_second(mark: Mark) -> dict[str, object]:
        calls.append(mark)
        if len(calls) == 2:
            raise RuntimeError("the disk is full")
        return real(mark)

    monkeypatch.setattr(publishing, "snapshot", breaks_at_the_second)
    with pytest.raises(RuntimeError):
        publish_all(course, prof)
    assert not Mark.objects.filter(published__isnull=False).exists()
    assert not Publication.objects.exists()
    assert not AuditEntry.objects.filter(action="mark-published").exists()
    assert not Letter.objects.exists()
    assert not is_published(capsule.pair)


def test_publishing_needs_the_list_that_was_read_and_says_who_lacks_a_mark(
    course: Course, capsule: Capsule, other: Capsule, prof: User
) -> None:
    mark_it(capsule, prof, 3)
    read = publishing.preview(course).fingerprint
    with pytest.raises(Refusal, match="some_lack_a_mark"):
        publishing.publish(instructor=prof, course=course, fingerprint=read)
    mark_it(other, prof, 2)
    with pytest.raises(Refusal, match="list_has_changed"):
        publishing.publish(instructor=prof, course=course, fingerprint=read, without_some=True)
    browser_of(prof).post("/teach/marking/publish/", {"fingerprint": publishing.preview(course).fingerprint})
    assert not Publication.objects.exists()  # the box was not ticked
    fingerprint = publishing.preview(course).fingerprint
    browser_of(prof).post("/teach/marking/publish/", {"fingerprint": fingerprint, "sure": "yes"})
    assert Publication.objects.get().marks == 2
    with pytest.raises(Refusal, match="nothing_to_publish"):
        publish_all(course, prof)


def test_a_late_one_is_published_later_and_the_first_ones_are_not_told_again(
    course: Course, told: Capsule, other: Capsule, prof: User
) -> None:
    at = mark_of(told).published_at
    mark_it(other, prof, 1)
    publish_all(course, prof)
    assert [one.marks for one in Publication.objects.all()] == [1, 1]
    assert mark_of(told).published_at == at
    assert set(final_marks(course)) == {told.pair_id, other.pair_id}


def test_what_was_told_is_what_others_read_until_a_change_is_told(course: Course, told: Capsule, prof: User) -> None:
    member = member_of(told.pair)
    for write in (
        lambda mark: moderation.override(
            instructor=prof, mark=mark, revision=mark.revision, value=Decimal(3), reason="x"
        ),
        lambda mark: settle(mark, prof, c1={"source": "typed", "level": 0, "reason": "x"}),
    ):
        with pytest.raises(Refusal, match="mark_is_published"):
            write(mark_of(told))
    with pytest.raises(Refusal, match="say_why"):
        moderation.reopen(instructor=prof, mark=mark_of(told), reason=" ")
    mark = moderation.reopen(instructor=prof, mark=mark_of(told), reason="I missed two minutes")
    mark = settle(mark, prof, c1={"source": "typed", "level": 4, "reason": "there it is"})
    mark = moderation.adjust(
        instructor=prof, mark=mark, revision=mark.revision, person=member, delta=Decimal(1), reason="the cut"
    )
    assert (final_marks(course)[told.pair_id].mark, final_marks(course)[told.pair_id].adjustments) == (15, {})
    page = browser_of(member).get("/capsule/mark/").content.decode()
    assert "being looked at again" in page
    assert "the cut" not in page
    assert "there it is" not in page
    publishing.publish_change(instructor=prof, mark=mark, revision=mark.revision)
    found = final_marks(course)[told.pair_id]
    assert (found.mark, found.of(member.pk), found.of(0)) == (Decimal("15.25"), Decimal("16.25"), Decimal("15.25"))
    entry = AuditEntry.objects.first()
    assert entry is not None
    assert (entry.action, entry.before["mark"], entry.after["mark"]) == ("mark-changed", "15.00", "15.25")


def test_final_marks_are_one_query_and_hold_only_what_was_told(
    course: Course, told: Capsule, other: Capsule, prof: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    mark_it(other, prof, 4)
    with django_assert_num_queries(1):
        assert set(final_marks(course)) == {told.pair_id}


# --- the pair ---------------------------------------------------------------------------------------------------------


def test_before_publication_a_pair_reads_nothing_of_its_mark_anywhere(
    course: Course, capsule: Capsule, prof: User
) -> None:
    mark_it(capsule, prof, 3)
    Marking.objects.update(comment="not for their eyes")
    mark = mark_of(capsule)
    mark = moderation.override(
        instructor=prof, mark=mark, revision=mark.revision, value=Decimal("13.37"), reason="not for their eyes"
    )
    moderation.agree(
        instructor=prof, mark=mark, revision=mark.revision, choices={}, comment="not for their eyes either"
    )
    member = member_of(capsule.pair)
    for path in ("/capsule/mark/", "/rubric/", "/", "/account/", *_addresses(capsule)):
        for client in (browser_of(member), browser_of(member, "fr", htmx=True)):
            body = client.get(path, follow=True).content.decode()
            assert "their eyes" not in body, path
            assert "13.37" not in body, path
            assert "13,37" not in body, path
    assert browser_of(member).post("/capsule/mark/appeal/", {"text": "Why?"}).status_code == 404
    assert not Appeal.objects.exists()


def _addresses(capsule: Capsule) -> list[str]:
    named = [("teach:marking", [capsule.pk]), ("teach:mark", [capsule.pk]), ("teach:marks", [])]
    return [reverse(name, args=values) for name, values in named]


def test_the_page_says_when_the_mark_will_come(course: Course, capsule: Capsule, prof: User) -> None:
    form = {"expected_at": "2027-02-01T18:30", "difference_from": 2, "adjustment_bound": 3, "takes_appeals": "on"}
    assert browser_of(prof).post("/teach/marking/rules/", form).status_code == 302
    page = browser_of(member_of(capsule.pair)).get("/capsule/mark/").content.decode()
    assert "1 February 2027" in page.replace("Feb. 1, 2027", "1 February 2027")
    assert "6:30 p.m." in page or "18:30" in page
    assert 'class="told"' not in page


def test_the_pair_reads_its_mark_its_cells_and_each_member_only_their_own_part(
    course: Course, capsule: Capsule, other: Capsule, prof: User
) -> None:
    mark_it(capsule, prof, 3, c1=1)
    mark_it(other, prof, 0)
    mark = mark_of(capsule)
    one, two = capsule.pair.members.order_by("username")
    mark.cells[FIRST]["note"] = "Where are the totals?"
    mark.save()
    mark = moderation.adjust(
        instructor=prof, mark=mark, revision=mark.revision, person=two, delta=Decimal("-2"), reason="absent twice"
    )
    publish_all(course, prof)
    mine, theirs = (browser_of(person).get("/capsule/mark/").content.decode() for person in (one, two))
    for page in (mine, theirs):
        assert "14.5" in page
        assert "Where are the totals?" in page
        assert page.count('class="is-given"') == 18
    assert "absent twice" not in mine
    assert "absent twice" in theirs
    assert "Yours: 12.5 / 20 (−2)." in theirs
    neighbour = browser_of(member_of(other.pair)).get("/capsule/mark/").content.decode()
    assert "Where are the totals?" not in neighbour
    assert "absent twice" not in neighbour


def test_a_student_without_a_pair_and_an_instructor_have_no_such_page(prof: User, capsule: Capsule) -> None:
    from tests.builders import make_person

    assert browser_of(make_person("alone")).get("/capsule/mark/").status_code == 404
    assert browser_of(prof).get("/capsule/mark/").status_code == 404
    assert browser_of(None).get("/capsule/mark/").status_code == 302


# --- appeals ----------------------------------------------------------------------------------------------------------


def test_an_appeal_is_heard_once_at_a_time_and_answered(told: Capsule, prof: User) -> None:
    one, two = told.pair.members.order_by("username")
    User.objects.update(email="x@uni.example")
    assert browser_of(one).post("/capsule/mark/appeal/", {"text": "  "}).status_code == 400
    assert browser_of(one).post("/capsule/mark/appeal/", {"text": "<b>Minute 4</b>"}).status_code == 302
    again = browser_of(two).post("/capsule/mark/appeal/", {"text": "And minute 5"})
    assert again.status_code == 409
    assert "And minute 5" in again.content.decode()  # what was typed comes back
    asked = Appeal.objects.get()
    assert "&lt;b&gt;Minute 4" in browser_of(prof).get(f"/teach/capsules/{told.pk}/mark/").content.decode()
    Letter.objects.all().delete()  # what asked for it
    answer = {"verdict": "accepted", "answer": "You are right."}
    browser_of(prof).post(f"/teach/appeals/{asked.pk}/answer/", answer)
    assert deliver() == 1  # an address that two people share is written to once
    asked.refresh_from_db()
    assert (asked.state, asked.answer, asked.answered_by) == ("accepted", "You are right.", prof)
    assert mark_of(told).state == "reopened"
    assert "You are right." in browser_of(two).get("/capsule/mark/").content.decode()
    with pytest.raises(Refusal, match="appeal_is_answered"):
        appeals.answer(instructor=prof, appeal=asked, verdict="declined", text="No.")
    actions = [entry.action for entry in AuditEntry.objects.filter(subject=mark_of(told).subject)]
    assert actions == ["mark-reopened", "appeal-accepted", "appeal-made", "mark-published"]


def test_whoever_marked_it_and_left_the_course_hears_of_no_appeal(
    course: Course, doubly: Capsule, prof: User, colleague: User
) -> None:
    mark_it(doubly, prof)
    mark_it(doubly, colleague)
    publish_all(course, prof)
    for person in (prof, colleague):
        User.objects.filter(pk=person.pk).update(email=f"{person.username}@uni.example")
    course.instructors.remove(colleague)
    Letter.objects.all().delete()
    appeals.appeal(author=member_of(doubly.pair), mark=mark_of(doubly), text="Why?")
    deliver()
    assert [letter.to for letter in mail.outbox] == [[f"{prof.username}@uni.example"]]


def test_a_declined_appeal_changes_nothing_and_another_may_follow(told: Capsule, prof: User) -> None:
    member = member_of(told.pair)
    asked = appeals.appeal(author=member, mark=mark_of(told), text="Why?")
    with pytest.raises(Refusal, match="say_what"):
        appeals.answer(instructor=prof, appeal=asked, verdict="declined", text=" ")
    appeals.answer(instructor=prof, appeal=asked, verdict="declined", text="Because.")
    assert mark_of(told).state == "published"
    appeals.appeal(author=member, mark=mark_of(told), text="Still.")
    assert Appeal.objects.count() == 2


def test_appeals_end_when_the_course_says_so(course: Course, told: Capsule, prof: User) -> None:
    from django.utils import timezone

    member = member_of(told.pair)
    for rule in ({"takes_appeals": False}, {"takes_appeals": True, "appeals_until": timezone.now()}):
        set_rules(instructor=prof, course=course, **rule)
        assert browser_of(member).post("/capsule/mark/appeal/", {"text": "Why?"}).status_code == 409
        assert "Appeals are closed" in browser_of(member).get("/capsule/mark/").content.decode()
    assert not Appeal.objects.exists()


def test_nobody_else_appeals_or_answers(told: Capsule, other: Capsule, prof: User, outsider: User) -> None:
    stranger = member_of(other.pair)
    with pytest.raises(Http404):
        appeals.appeal(author=stranger, mark=mark_of(told), text="Why them?")
    asked = appeals.appeal(author=member_of(told.pair), mark=mark_of(told), text="Why?")
    form = {"verdict": "accepted", "answer": "Sure."}
    for person in (stranger, member_of(told.pair), outsider):
        assert browser_of(person).post(f"/teach/appeals/{asked.pk}/answer/", form).status_code == 404
    asked.refresh_from_db()
    assert asked.state == "open"


# --- other people -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["mark/", "mark/agree/", "mark/override/", "mark/again/", "mark/publish/", "marking/"])
def test_marks_are_for_those_who_teach_the_course(told: Capsule, outsider: User, path: str) -> None:
    before = Mark.objects.values().get()
    for person in (outsider, member_of(told.pair), member_of(make_pair(told.pair.course, "3"))):
        for send in ("get", "post"):
            answer = getattr(browser_of(person), send)(f"/teach/capsules/{told.pk}/{path}", {"reason": "x"})
            assert answer.status_code in (404, 405)
    assert Mark.objects.values().get() == before


def test_an_instructor_of_another_course_sees_and_publishes_only_theirs(
    course: Course, capsule: Capsule, prof: User, outsider: User
) -> None:
    mark_it(capsule, prof, 3)
    page = browser_of(outsider).get("/teach/marking/").content.decode()
    assert "Pair 1" not in page
    fingerprint = publishing.preview(course).fingerprint
    browser_of(outsider).post("/teach/marking/publish/", {"fingerprint": fingerprint, "sure": "yes"})
    with pytest.raises(Http404):
        publishing.publish(instructor=outsider, course=course, fingerprint=fingerprint)
    assert not Publication.objects.exists()


def test_the_list_costs_the_same_for_one_capsule_and_for_many(
    course: Course, capsule: Capsule, prof: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    mark_it(capsule, prof, 3)
    browser = browser_of(prof)
    with django_assert_max_num_queries(32):
        browser.get("/teach/marking/")
    markers = [teaches(course, f"marker{number}") for number in range(3)]
    for number in range(10, 22):
        mark_it(give_capsule(make_pair(course, str(number))), markers[number % 3], 2)
    with django_assert_max_num_queries(32):
        assert browser.get("/teach/marking/").content.decode().count('<th scope="row">') == 13


def test_the_leaderboard_hears_nothing_of_marks(told: Capsule, folders: object) -> None:
    from tests.hand_in import evaluate, hand_in, make_task

    task = make_task(told.pair.course)
    evaluate(hand_in(task, told.pair), 0.4)
    board = browser_of(member_of(told.pair))
    before = board.get("/tasks/charlie/leaderboard/").content.decode()
    Mark.objects.update(published={**mark_of(told).published, "mark": "3.21"}, override=Decimal("3.21"))  # type: ignore[dict-item]
    after = board.get("/tasks/charlie/leaderboard/").content.decode()
    assert "3.21" not in after
    assert before.count("<tr") == after.count("<tr")
    rows = json.dumps(board.get("/api/tasks/charlie/leaderboard/").json())
    assert "3.21" not in rows

"""Who marks what, on the page: looked at before it is applied, kept once begun, never against a conflict."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from accounts.errors import Refusal
from accounts.models import User
from capsules.models import Capsule
from courses.models import AuditEntry, Course, Group, Pair
from marking import moderation, saving
from marking.models import Assignment, Conflict, Marking, MarkingRules
from marking.pile import pile_of
from tests.builders import make_pair, member_of
from tests.marking.making import mark_it, mark_of, teaches
from tests.pages.browsing import browser_of

pytestmark = pytest.mark.django_db
ASSIGN = "/teach/marking/assign/"


def given(course: Course) -> dict[tuple[str, str], str]:
    rows = Assignment.objects.filter(pair__course=course)
    return {(pair, role): marker for pair, role, marker in rows.values_list("pair__name", "role", "marker__username")}


def form(*markers: User, action: str = "apply", **more: object) -> dict[str, object]:
    return {"markers": [one.pk for one in markers], "percent": 0, "seed": 1, "action": action, **more}


def test_markers_are_called_by_their_names_wherever_one_is_chosen(course: Course, capsule: Capsule, prof: User) -> None:
    User.objects.filter(pk=prof.pk).update(first_name="The", last_name="Professor")
    page = browser_of(prof).get(ASSIGN).content.decode()
    assert ">prof<" not in page
    choices = re.findall(r"<(?:label|option)[^>]*>(?:<input[^>]*>)?\s*The Professor\s*<", page)
    assert (
        len(choices) == 2 * Pair.objects.count() + course.groups.count() + 1
    )  # each pair twice, each group, the markers


def test_a_plan_is_shown_before_anything_is_written(
    course: Course, capsule: Capsule, other: Capsule, prof: User, colleague: User
) -> None:
    page = browser_of(prof).post(ASSIGN, form(prof, colleague, action="preview", percent=50)).content.decode()
    assert "What this gives" in page
    assert not Assignment.objects.exists()
    assert not MarkingRules.objects.exists()
    browser_of(prof).post(ASSIGN, form(prof, colleague, percent=50))
    found = given(course)
    assert {found["1", "first"], found["2", "first"]} == {"prof", "colleague"}
    assert len(found) == 3
    assert MarkingRules.objects.get().sample_percent == 50
    assert AuditEntry.objects.filter(action="markers-assigned").get().before == []


def test_by_group(course: Course, capsule: Capsule, prof: User, colleague: User) -> None:
    pair = make_pair(course, "7")
    pair.group = Group.objects.create(course=course, name="B1")
    pair.save()
    a1 = course.groups.get(name="A1")
    browser_of(prof).post(
        ASSIGN, form(prof, colleague, **{f"group-{a1.pk}": prof.pk, f"group-{pair.group.pk}": colleague.pk})
    )
    assert given(course) == {("1", "first"): "prof", ("7", "first"): "colleague"}


def test_only_pairs_that_have_handed_in(course: Course, capsule: Capsule, prof: User) -> None:
    make_pair(course, "8")
    browser_of(prof).post(ASSIGN, form(prof, only_handed_in="on"))
    assert given(course) == {("1", "first"): "prof"}


def test_sharing_out_again_keeps_what_is_begun(
    course: Course, capsule: Capsule, other: Capsule, prof: User, colleague: User
) -> None:
    browser_of(prof).post(ASSIGN, form(prof))
    mark_it(capsule, prof, done=False)
    browser_of(prof).post(ASSIGN, form(colleague))
    assert set(given(course).values()) == {"prof"}  # stable: nothing moves by itself
    browser_of(prof).post(ASSIGN, form(colleague, afresh="on"))
    assert given(course) == {("1", "first"): "prof", ("2", "first"): "colleague"}
    assert Marking.objects.count() == 1


def test_a_conflict_takes_back_and_is_never_given_again(
    course: Course, capsule: Capsule, prof: User, colleague: User
) -> None:
    browser_of(prof).post(ASSIGN, form(prof))
    browser_of(prof).post(
        "/teach/marking/conflicts/",
        {"conflict": [f"{capsule.pair_id}:{prof.pk}", "9999:1", "x:y", "::", f"1:{'9' * 5000}"]},
    )
    assert not Assignment.objects.exists()
    assert Conflict.objects.count() == 1
    page = browser_of(prof).post(ASSIGN, form(prof)).content.decode()
    assert given(course) == {}
    answer = browser_of(prof).post(f"{ASSIGN}{capsule.pair_id}/", {"role": "first", "marker": prof.pk}, follow=True)
    assert "This person must not mark this pair" in answer.content.decode()
    browser_of(prof).post(ASSIGN, form(prof, colleague))
    assert given(course) == {("1", "first"): "colleague"}
    assert page is not None


def test_what_somebody_wrote_before_a_conflict_was_known_makes_no_mark(capsule: Capsule, prof: User) -> None:
    mark_it(capsule, prof, 3)
    assert mark_of(capsule).state == "moderated"
    browser_of(prof).post("/teach/marking/conflicts/", {"conflict": [f"{capsule.pair_id}:{prof.pk}"]})
    assert (mark_of(capsule).state, mark_of(capsule).computed) == ("draft", None)
    assert Marking.objects.count() == 1


def test_a_conflict_and_what_it_does_to_markers_and_marks_stays_in_the_trace_by_name(
    course: Course, capsule: Capsule, prof: User
) -> None:
    browser_of(prof).post(ASSIGN, form(prof))
    mark_it(capsule, prof, 3)
    AuditEntry.objects.all().delete()
    for _ in range(2):  # the second time nothing changes: no line
        browser_of(prof).post("/teach/marking/conflicts/", {"conflict": [f"{capsule.pair_id}:{prof.pk}"]})
    entries = {entry.action: entry for entry in AuditEntry.objects.all()}
    assert AuditEntry.objects.count() == len(entries) == 3
    assert (entries["conflicts-set"].before, entries["conflicts-set"].after) == ([], [["1", "prof"]])
    assert (entries["markers-assigned"].before, entries["markers-assigned"].after) == ([["1", "first", "prof"]], [])
    mark = entries["mark-computed-again"]
    assert (mark.before["mark"], mark.after["mark"], mark.actor, mark.pair) == ("15.00", None, prof, capsule.pair)


def test_a_conflict_that_is_taken_back_lets_the_mark_follow_again(capsule: Capsule, prof: User) -> None:
    mark_it(capsule, prof, 3)
    browser_of(prof).post("/teach/marking/conflicts/", {"conflict": [f"{capsule.pair_id}:{prof.pk}"]})
    browser_of(prof).post("/teach/marking/conflicts/", {})
    assert mark_of(capsule).state == "moderated"


def test_somebody_in_conflict_finishes_agrees_and_decides_nothing(
    capsule: Capsule, prof: User, colleague: User
) -> None:
    begun = mark_it(capsule, prof, 1, done=False)
    mark_it(capsule, colleague, 3)
    Conflict.objects.create(pair=capsule.pair, marker=prof)
    mark = mark_of(capsule)
    asked: dict[str, Any] = {"instructor": prof, "mark": mark, "revision": mark.revision}
    attempts: list[Callable[[], object]] = [
        lambda: saving.finish(instructor=prof, marking=begun, revision=begun.revision),
        lambda: moderation.agree(**asked, choices={}),
        lambda: moderation.override(**asked, value=Decimal(20), reason="mine"),
        lambda: moderation.adjust(**asked, person=member_of(capsule.pair), delta=Decimal(1), reason="mine"),
        lambda: moderation.reopen(instructor=prof, mark=mark, reason="mine"),
    ]
    for attempt in attempts:
        with pytest.raises(Refusal) as refused:
            attempt()
        assert refused.value.code == "conflict_of_interest"
    assert Marking.objects.get(marker=prof).state == "draft"
    assert (mark_of(capsule).override, mark_of(capsule).computed) == (None, mark.computed)


def test_nothing_is_agreed_while_a_marker_has_taken_their_judgement_up_again(capsule: Capsule, prof: User) -> None:
    done = mark_it(capsule, prof, 3)
    saving.reopen(instructor=prof, marking=done)
    mark = mark_of(capsule)
    colleague = teaches(capsule.pair.course, "moderator")
    with pytest.raises(Refusal) as refused:
        moderation.agree(instructor=colleague, mark=mark, revision=mark.revision, choices={})
    assert refused.value.code == "mark_is_being_made"
    assert (mark_of(capsule).state, mark_of(capsule).computed) == ("draft", None)


def test_one_pair_is_moved_by_hand(
    course: Course, capsule: Capsule, prof: User, colleague: User, outsider: User
) -> None:
    browser, path = browser_of(prof), f"{ASSIGN}{capsule.pair_id}/"
    browser.post(path, {"role": "first", "marker": colleague.pk})
    assert given(course) == {("1", "first"): "colleague"}
    browser.post(path, {"role": "second", "marker": colleague.pk})  # one person, one role
    browser.post(path, {"role": "second", "marker": outsider.pk})
    browser.post(path, {"role": "third", "marker": prof.pk})
    assert ("1", "second") not in given(course) or given(course)["1", "second"] == ""
    browser.post(path, {"role": "first", "marker": ""})
    assert given(course) == {}


def test_a_second_marker_who_is_named_later_is_waited_for(
    course: Course, capsule: Capsule, prof: User, colleague: User
) -> None:
    mark_it(capsule, prof, 3)
    assert mark_of(capsule).state == "moderated"
    browser_of(prof).post(f"{ASSIGN}{capsule.pair_id}/", {"role": "second", "marker": colleague.pk})
    assert mark_of(capsule).state == "draft"
    browser_of(prof).post(f"{ASSIGN}{capsule.pair_id}/", {"role": "second", "marker": ""})
    assert mark_of(capsule).state == "moderated"


def test_a_pile_holds_what_is_ones_own_and_all_where_nothing_is(
    course: Course, capsule: Capsule, other: Capsule, prof: User, colleague: User
) -> None:
    assert len(pile_of(prof, course).items) == 2
    Assignment.objects.create(pair=other.pair, marker=prof, role="first")
    assert [item.capsule for item in pile_of(prof, course).items] == [other]
    assert len(pile_of(colleague, course).items) == 2


def test_others_assign_nothing(course: Course, capsule: Capsule, prof: User, outsider: User) -> None:
    student = member_of(capsule.pair)
    for path in (ASSIGN, f"{ASSIGN}{capsule.pair_id}/", "/teach/marking/conflicts/", "/teach/marking/rules/"):
        data = form(prof) | {"role": "first", "marker": prof.pk}
        assert browser_of(student).post(path, data).status_code == 404
        browser_of(outsider).post(path, data)
    assert not Assignment.objects.filter(pair__course=course).exists()
    assert browser_of(outsider).post(f"{ASSIGN}{capsule.pair_id}/", {"role": "first"}).status_code == 404

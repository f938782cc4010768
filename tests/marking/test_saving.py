"""A marker's judgement: kept as typed, never overwritten silently, done when whole."""

import json
from typing import Any

import pytest
from django.http import Http404
from django.test import Client

from accounts.errors import Refusal
from accounts.models import User
from capsules.models import Capsule
from courses.models import AuditEntry, Course
from marking import saving
from marking.models import Conflict, Mark, Marking
from tests.builders import member_of
from tests.marking.making import all_cells, give_capsule, mark_it, mark_of
from tests.pages.browsing import browser_of

pytestmark = pytest.mark.django_db
FIRST, SECOND = "dataset.quantitative.macro", "dataset.quantitative.micro"


def send(browser: Client, capsule: Capsule, revision: Any, changes: Any) -> tuple[int, dict[str, Any]]:
    """What the page's script sends, and what it hears."""
    body = json.dumps({"revision": revision, "changes": changes})
    answer = browser.post(f"/teach/capsules/{capsule.pk}/marking/save/", body, content_type="application/json")
    return answer.status_code, answer.json() if answer["Content-Type"] == "application/json" else {}


def test_half_a_rubric_is_kept_as_typed(capsule: Capsule, prof: User) -> None:
    browser = browser_of(prof)
    status, said = send(browser, capsule, 0, {"cells": {FIRST: {"level": 3}, SECOND: {"note": "Where is the split?"}}})
    assert (status, said["revision"]) == (200, 1)
    assert "15" in said["figures"]
    assert "1 of 18 cells" in said["figures"]
    status, said = send(browser, capsule, 1, {"comment": "Good voice."})
    assert status == 200
    marking = Marking.objects.get()
    assert marking.cells == {FIRST: {"level": 3, "note": ""}, SECOND: {"level": None, "note": "Where is the split?"}}
    assert (marking.comment, marking.state, marking.revision) == ("Good voice.", "draft", 2)
    assert marking.rubric_version.number == 1
    assert not Mark.objects.exists()


def test_a_level_may_be_taken_back_and_its_note_stays(capsule: Capsule, prof: User) -> None:
    saving.save(instructor=prof, capsule=capsule, revision=0, changes={"cells": {FIRST: {"level": 2, "note": "so so"}}})
    saving.save(instructor=prof, capsule=capsule, revision=1, changes={"cells": {FIRST: {"level": None}}})
    assert Marking.objects.get().cells == {FIRST: {"level": None, "note": "so so"}}


def test_two_windows_with_the_same_revision_do_not_overwrite_each_other(capsule: Capsule, prof: User) -> None:
    one, two = browser_of(prof), browser_of(prof)
    assert send(one, capsule, 0, {"cells": {FIRST: {"level": 4, "note": "from one"}}})[0] == 200
    status, said = send(two, capsule, 0, {"cells": {FIRST: {"level": 0, "note": "from two"}}})
    assert status == 409
    assert said["cells"] == {FIRST: {"level": 4, "note": "from one"}}
    assert said["revision"] == 1
    assert Marking.objects.get().cells[FIRST]["level"] == 4
    assert send(two, capsule, said["revision"], {"cells": {FIRST: {"level": 0}}})[0] == 200


def test_two_people_have_a_judgement_each(capsule: Capsule, prof: User, colleague: User) -> None:
    assert send(browser_of(prof), capsule, 0, {"cells": {FIRST: {"level": 4}}})[0] == 200
    assert send(browser_of(colleague), capsule, 0, {"cells": {FIRST: {"level": 1}}})[0] == 200
    assert {one.marker: one.cells[FIRST]["level"] for one in Marking.objects.all()} == {prof: 4, colleague: 1}


@pytest.mark.parametrize(
    "changes",
    [
        {"cells": {FIRST: {"level": 5}}},
        {"cells": {FIRST: {"level": -1}}},
        {"cells": {FIRST: {"level": 2.5}}},
        {"cells": {FIRST: {"level": True}}},
        {"cells": {FIRST: {"level": "3"}}},
        {"cells": {FIRST: {"note": 7}}},
        {"cells": {FIRST: 3}},
        {"cells": {"no.such.cell": {"level": 3}}},
        {"cells": [FIRST]},
        {"comment": None},
        [],
        "x",
    ],
)
def test_what_is_no_level_is_declined_and_nothing_is_written(capsule: Capsule, prof: User, changes: Any) -> None:
    status, said = send(browser_of(prof), capsule, 0, changes)
    assert (status, said["code"]) == (400, "not_understood")
    assert not Marking.objects.exists()


def test_lists_in_lists_without_end_and_endless_numbers_are_declined(capsule: Capsule, prof: User) -> None:
    path, deep = f"/teach/capsules/{capsule.pk}/marking/", "[" * 100_000
    answer = browser_of(prof).post(f"{path}save/", deep, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "not_understood")
    answer = browser_of(prof).post(f"{path}save/", {"revision": "9" * 5000, "comment": "x"}, follow=True)
    assert answer.status_code == 200
    assert not Marking.objects.exists()


def test_half_a_character_in_what_is_saved_is_dropped_and_the_rest_kept(capsule: Capsule, prof: User) -> None:
    changes = {"comment": " good \ud83d\0 \U0001f600", "cells": {FIRST: {"note": "clear\ude00"}}}
    assert send(browser_of(prof), capsule, 0, changes)[0] == 200
    row = Marking.objects.get()
    assert (row.comment, row.cells[FIRST]["note"]) == (" good  \U0001f600", "clear")


@pytest.mark.parametrize("revision", ["0", None, True, -1, 0.5])
def test_a_revision_is_a_whole_number(capsule: Capsule, prof: User, revision: Any) -> None:
    assert send(browser_of(prof), capsule, revision, {"comment": "x"})[0] in (400, 409)
    assert not Marking.objects.filter(comment="x").exists()


def test_a_note_is_kept_to_its_length_and_shown_as_text(capsule: Capsule, prof: User) -> None:
    attack = "<script>alert(1)</script>" + "é" * 5000
    send(browser_of(prof), capsule, 0, {"cells": {FIRST: {"note": attack}}})
    assert len(Marking.objects.get().cells[FIRST]["note"]) == saving.LONGEST_NOTE
    page = browser_of(prof).get(f"/teach/capsules/{capsule.pk}/marking/").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_whoever_has_no_business_there_writes_nothing(capsule: Capsule, outsider: User) -> None:
    changes = {"cells": {FIRST: {"level": 4}}}
    for person in (outsider, member_of(capsule.pair)):
        assert send(browser_of(person), capsule, 0, changes)[0] == 404
        with pytest.raises(Http404):
            saving.save(instructor=person, capsule=capsule, revision=0, changes=changes)
    assert send(browser_of(None), capsule, 0, changes)[0] == 302
    assert not Marking.objects.exists()


def test_whoever_has_a_conflict_may_watch_and_not_mark(capsule: Capsule, prof: User) -> None:
    Conflict.objects.create(pair=capsule.pair, marker=prof)
    assert send(browser_of(prof), capsule, 0, {"comment": "x"})[0] == 403
    assert browser_of(prof).get(f"/teach/capsules/{capsule.pk}/marking/").status_code == 200
    assert not Marking.objects.exists()


def test_done_needs_every_cell_that_counts_and_makes_the_mark(capsule: Capsule, prof: User) -> None:
    marking = mark_it(capsule, prof, done=False)
    saving.save(instructor=prof, capsule=capsule, revision=1, changes={"cells": {FIRST: {"level": None}}})
    with pytest.raises(Refusal, match="cells_are_empty"):
        saving.finish(instructor=prof, marking=marking, revision=2)
    assert not Mark.objects.exists()
    saving.save(instructor=prof, capsule=capsule, revision=2, changes={"cells": {FIRST: {"level": 3}}})
    saving.finish(instructor=prof, marking=marking, revision=3)
    assert (mark_of(capsule).computed, mark_of(capsule).state) == (15, "moderated")
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.pair, entry.after["mark"]) == ("marking-done", prof, capsule.pair, "15.00")


def test_done_is_said_of_what_was_read(capsule: Capsule, prof: User) -> None:
    marking = mark_it(capsule, prof, done=False)
    with pytest.raises(saving.Stale):
        saving.finish(instructor=prof, marking=marking, revision=0)
    assert Marking.objects.get().state == "draft"


def test_a_done_judgement_is_opened_again_before_anything_is_written(capsule: Capsule, prof: User) -> None:
    marking = mark_it(capsule, prof)
    status, said = send(browser_of(prof), capsule, marking.revision, {"cells": {FIRST: {"level": 0}}})
    assert (status, said["code"]) == (422, "marking_is_done")
    assert mark_of(capsule).computed == 15
    browser_of(prof).post(f"/teach/capsules/{capsule.pk}/marking/again/")
    assert Marking.objects.get().state == "draft"
    assert (mark_of(capsule).computed, mark_of(capsule).state) == (None, "draft")
    assert [entry.action for entry in AuditEntry.objects.all()] == ["marking-reopened", "marking-done"]


def test_a_marking_keeps_the_rubric_it_was_begun_with(course: Course, capsule: Capsule, prof: User) -> None:
    from tests.marking.test_rubrics import publish_with

    mark_it(capsule, prof, done=False)
    publish_with(course, prof, lambda document: document["cells"].pop(), carries=False)
    marking = Marking.objects.get()
    assert marking.rubric_version.number == 1
    page = browser_of(prof).get(f"/teach/capsules/{capsule.pk}/marking/").content.decode()
    assert page.count("data-cell=") == 18
    assert "the course now uses version 2" in page


def test_without_script_the_whole_form_is_saved_and_done(capsule: Capsule, prof: User) -> None:
    browser = browser_of(prof)
    cells = all_cells(capsule.pair.course, 2)["cells"]
    form = {f"level:{key}": cell["level"] for key, cell in cells.items()} | {f"note:{FIRST}": "a\r\nb"}
    answer = browser.post(f"/teach/capsules/{capsule.pk}/marking/save/", {**form, "revision": 0, "comment": "Well."})
    assert answer.status_code == 302
    assert Marking.objects.get().cells[FIRST] == {"level": 2, "note": "a\nb"}
    browser.post(f"/teach/capsules/{capsule.pk}/marking/done/", {**form, "revision": 1, "comment": "Well."})
    assert mark_of(capsule).computed == 10
    stale = browser.post(f"/teach/capsules/{capsule.pk}/marking/save/", {**form, "revision": 0}, follow=True)
    assert "Somebody changed this meanwhile" in stale.content.decode()


def test_the_workbench_walks_the_pile_and_says_how_far_it_is(course: Course, prof: User) -> None:
    from tests.builders import make_pair

    capsules = [give_capsule(make_pair(course, name)) for name in "123"]
    mark_it(capsules[1], prof)
    page = browser_of(prof).get(f"/teach/capsules/{capsules[0].pk}/marking/").content.decode()
    assert "1 of 3 done" in page
    assert f'data-move="unfinished" href="/teach/capsules/{capsules[2].pk}/marking/"' in page
    assert f'data-move="next" href="/teach/capsules/{capsules[1].pk}/marking/"' in page
    assert 'data-move="previous"' not in page
    begin = browser_of(prof).get("/teach/marking/begin/")
    assert begin["Location"] == f"/teach/capsules/{capsules[0].pk}/marking/"


def test_a_swap_gets_the_bench_alone_and_a_return_in_history_the_page(capsule: Capsule, prof: User) -> None:
    path = f"/teach/capsules/{capsule.pk}/marking/"
    piece = browser_of(prof, htmx=True).get(path).content.decode()
    assert piece.lstrip().startswith("<div")
    back = browser_of(prof, htmx=True).get(path, headers={"HX-History-Restore-Request": "true"}).content.decode()
    assert "<!doctype html>" in back

"""In a real browser: marked by keyboard alone, kept through a lost network and a second window, told to the pair."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests import chromium
from tests.room.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CELLS = 18
#: Milliseconds: a busy machine is no failure.
PREPARE = """
import django, json
django.setup()
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from accounts.models import User
from marking.models import Assignment
from tests.builders import make_course, make_pair
from tests.marking.making import give_capsule, teaches
course = make_course()
colleague = teaches(course, "colleague")
prof = course.instructors.get(username="prof")
capsules = [give_capsule(make_pair(course, name)) for name in "123"]
for capsule in capsules:
    Assignment.objects.create(pair=capsule.pair, marker=prof, role="first")
Assignment.objects.create(pair=capsules[0].pair, marker=colleague, role="second")
keys = {}
for user in User.objects.all():
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    keys[user.username] = session.session_key
print(json.dumps(keys))
"""


class Desk(Site):
    """A course with three capsules; the first one is marked twice."""

    def prepare(self) -> None:
        self._run("manage.py", "migrate", "-v0")
        (self.data / "keys.json").write_text(self._run("-c", PREPARE))

    def marking(self, capsule: int, who: str = "prof") -> dict[str, Any]:
        """What stands in the database beside the running site."""
        sql = """select marking.cells, marking.state, marking.comment from marking_marking marking
                 join accounts_user person on person.id = marking.marker_id
                 where marking.capsule_id = ? and person.username = ?"""
        with sqlite3.connect(f"file:{self.data / 'db.sqlite3'}?mode=ro", uri=True) as database:
            cells, state, comment = database.execute(sql, (capsule, who)).fetchone()
        return {"cells": json.loads(cells), "state": state, "comment": comment}

    def levels(self, capsule: int, who: str = "prof") -> list[int | None]:
        return [cell["level"] for cell in self.marking(capsule, who)["cells"].values()]


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk") / "data"
    folder.mkdir()
    Desk(folder).prepare()
    return folder


@pytest.fixture
def desk(laid_out: Path, tmp_path: Path) -> Iterator[Desk]:
    running = Desk(shutil.copytree(laid_out, tmp_path / "data"))
    running.keys = json.loads((running.data / "keys.json").read_text())
    running.start()
    yield running
    running.stop()


@pytest.fixture
def sit(browser: Browser, desk: Desk) -> Iterator[Callable[..., Page]]:
    """Open a page as somebody; a script error fails the test."""
    contexts: dict[str, BrowserContext] = {}
    errors: list[str] = []

    def open_(path: str, who: str = "prof") -> Page:
        if who not in contexts:
            contexts[who] = chromium.somebody(
                browser, base_url=desk.url, locale="en-GB", viewport={"width": 1440, "height": 900}
            )
            desk.sign_in(contexts[who], who)
        page = contexts[who].new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(path)
        return page

    yield open_
    for context in contexts.values():
        context.close()
    assert errors == []


def bench(capsule: int) -> str:
    return f"/teach/capsules/{capsule}/marking/"


def saved(page: Page) -> None:
    expect(
        page.locator("[data-saving] [data-when=saved], [data-saving] [data-when=merged]").locator("visible=true")
    ).to_have_count(1)


def fill_by_keyboard(page: Page, levels: str) -> None:
    """Level and arrow, level and arrow: from the first cell to the last."""
    for level in levels:
        page.keyboard.press(level)
        page.keyboard.press("ArrowRight")


def test_two_capsules_are_marked_without_a_mouse_and_without_leaving_the_page(
    desk: Desk, sit: Callable[..., Page]
) -> None:
    page = sit(bench(2))
    page.evaluate("window.still = 'here'")
    expect(page.locator(".cell.is-current")).to_have_attribute("data-number", "1")
    height = page.evaluate("document.querySelector('[data-cells]').offsetHeight")
    fill_by_keyboard(page, "3" * CELLS)
    page.keyboard.press("ArrowUp")
    expect(page.locator(".cell.is-current")).to_have_attribute("data-number", "12")
    page.keyboard.press("n")
    page.keyboard.type("4 kinds of errors? d, u, ? are letters here")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.type("Well told.")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+Digit4")  # the upper row of a French keyboard
    saved(page)
    assert page.evaluate("document.querySelector('[data-cells]').offsetHeight") == height  # nothing jumps
    expect(page.locator("[data-figures]")).to_contain_text("15.25")
    assert desk.levels(2) == [3] * 11 + [4] + [3] * 6
    page.keyboard.press("d")
    expect(page.locator(".bench__finish .badge")).to_have_text("Done")
    page.keyboard.press("u")
    expect(page.locator("[data-bench-title]")).to_have_text("Pair 3")
    expect(page).to_have_url(desk.url + bench(3))
    expect(page).to_have_title("Marking pair 3 · Vision")
    assert page.evaluate("window.still") == "here"
    page.keyboard.press("2")
    page.keyboard.press("Backspace")
    page.keyboard.press("1")
    page.keyboard.press("[")  # at once: what is typed is not lost
    expect(page.locator("[data-bench-title]")).to_have_text("Pair 2")
    expect(page.locator(".bench__progress")).to_contain_text("1 of 3 done")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("[data-bench-title]")).to_have_text("Pair 3")
    expect(page.locator("[data-goes='1'] [data-level]")).to_have_text("1")
    page.go_back()
    expect(page.locator("[data-bench-title]")).to_have_text("Pair 2")
    page.goto(bench(3))
    expect(page.locator("[data-goes='1'] [data-level]")).to_have_text("1")
    assert desk.marking(2)["comment"] == "Well told."
    assert "4 kinds of errors? d, u, ?" in json.dumps(desk.marking(2)["cells"])
    page.keyboard.press("?")
    expect(page.locator("dialog.keys")).to_be_visible()


def test_a_key_pressed_the_moment_a_capsule_appears_goes_on_from_there(desk: Desk, sit: Callable[..., Page]) -> None:
    page = sit(bench(1))
    page.evaluate(
        """() => {
          window.still = "here";
          const hand = new MutationObserver(() => {
            hand.disconnect();
            document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "]", code: "", bubbles: true }));
          });
          hand.observe(document.querySelector("[data-bench]").parentNode, { childList: true });
        }"""
    )
    page.keyboard.press("]")
    expect(page.locator("[data-bench-title]")).to_have_text("Pair 3")
    assert page.evaluate("window.still") == "here"
    expect(page).to_have_url(desk.url + bench(3))


def test_done_leads_to_the_first_empty_cell(desk: Desk, sit: Callable[..., Page]) -> None:
    page = sit(bench(3))
    fill_by_keyboard(page, "22")
    page.keyboard.press("d")
    expect(page.locator("[data-refused]")).to_contain_text("16 cell(s) that count")
    expect(page.locator(".cell.is-current")).to_have_attribute("data-number", "3")
    assert desk.marking(3)["state"] == "draft"


def test_two_windows_show_each_other_what_they_wrote(desk: Desk, sit: Callable[..., Page]) -> None:
    one, two = sit(bench(3)), sit(bench(3))
    one.keyboard.press("4")
    saved(one)
    two.keyboard.press("ArrowDown")
    two.keyboard.press("2")  # another cell: both stand
    saved(two)
    expect(two.locator("[data-goes='1'] [data-level]")).to_have_text("4")
    one.keyboard.press("ArrowDown")
    one.keyboard.press("0")  # the same cell, which this window has not seen change
    expect(one.locator("[data-conflict]")).to_be_visible()
    expect(one.locator("[data-conflict] [data-mine]").first).to_have_text("0")
    expect(one.locator("[data-conflict] [data-theirs]").first).to_have_text("2")
    assert desk.levels(3) == [4, 2]
    one.click("[data-keep=theirs]")
    expect(one.locator("[data-goes='7'] [data-level]")).to_have_text("2")
    expect(one.locator("[data-conflict]")).to_be_hidden()
    one.keyboard.press("3")
    saved(one)
    assert desk.levels(3) == [4, 3]


def test_what_is_typed_while_the_network_is_gone_is_kept_and_sent_again(desk: Desk, sit: Callable[..., Page]) -> None:
    page = sit(bench(3))
    page.context.set_offline(True)
    page.keyboard.press("4")
    expect(page.locator("[data-saving] [data-when=offline]")).to_be_visible()
    page.context.set_offline(False)
    saved(page)
    assert desk.levels(3) == [4]
    page.context.set_offline(True)
    page.keyboard.press("1")
    expect(page.locator("[data-saving] [data-when=offline]")).to_be_visible()
    page.evaluate("window.onbeforeunload = null")
    page.close()  # the laptop is shut
    assert desk.levels(3) == [4]
    for context in [page.context]:
        context.set_offline(False)
    again = sit(bench(3))
    saved(again)
    expect(again.locator("[data-goes='1'] [data-level]")).to_have_text("1")
    assert desk.levels(3) == [1]


def test_marked_twice_agreed_published_and_read_by_the_pair(desk: Desk, sit: Callable[..., Page]) -> None:
    for who, levels in (("prof", "4" + "3" * 17), ("colleague", "1" + "3" * 17)):
        page = sit(bench(1), who)
        fill_by_keyboard(page, levels)
        saved(page)
        page.keyboard.press("d")
        expect(page.locator(".bench__finish .badge")).to_have_text("Done")
    page.goto("/teach/capsules/1/mark/")
    expect(page.locator(".agree__row.is-apart")).to_have_count(1)
    page.check(".is-apart input[value=mean]")
    page.click("text=Save what is agreed")
    expect(page.locator(".told")).to_contain_text("14.75")  # 20 × 53.5/72 = 14.86
    student = sit("/capsule/mark/", "pair1a")
    expect(student.locator("main")).not_to_contain_text("14.75")
    page.goto("/teach/marking/")
    page.click("#publish summary")
    page.check("input[name=without_some]")
    page.check("input[name=sure]")
    page.click("#publish button")
    expect(page.locator(".messages")).to_contain_text("1 mark is published")
    student.reload()
    expect(student.locator(".told")).to_contain_text("14.75")
    neighbour = sit("/capsule/mark/", "pair2a")
    expect(neighbour.locator("main")).not_to_contain_text("14.75")

"""Written answers: they wait, an instructor reads them beside the model answer, and the pairs read the remark."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.end_to_end.conftest import Demo

pytestmark = [pytest.mark.browser, pytest.mark.slow]
QUEST = "what-a-pt-holds"
ADDRESS = f"/cards/where-is-charlie/quests/{QUEST}/"
GOOD = "A dictionary: the model, its ema, the optimizer, the epoch.\nIt is a pickle: to open it is to run it."
SHORT = "Weights <b>only</b>."
PRAISE = "Exactly, and say weights_only next time."
REASON = "And what else is in it? Look at its keys."
PREPARED_MS = 60_000


def write(page: Page, text: str) -> None:
    page.locator("#part-text").fill(text, timeout=PREPARED_MS)
    page.locator("#hand-in form button").click()
    expect(page.locator("#hand-in-wait")).to_contain_text("instructor")


def focus_by_tab(page: Page, selector: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached by the Tab key")


def test_an_instructor_reads_by_keyboard_and_the_pairs_see_what_was_said(
    demo: Demo, open_page: Callable[..., Page]
) -> None:
    good = open_page(ADDRESS, who="pair7a")
    write(good, GOOD)
    short = open_page(ADDRESS, who="pair4a")
    write(short, SHORT)
    assert demo.attempts("7", QUEST) == demo.attempts("4", QUEST) == []
    assert "pickle: opening it runs" not in good.content()  # the model answer is not for those who are asked

    desk = open_page(f"/teach/reviews/?quest=where-is-charlie/{QUEST}", who="prof")
    expect(desk.locator("#review-title")).to_contain_text("What does model.pt hold?")
    expect(desk.locator("article.reviews__one")).to_contain_text("to open it is to run it")
    expect(desk.locator("article.reviews__one")).to_contain_text("opening it runs what it names")

    focus_by_tab(desk, "[data-keys]")
    desk.keyboard.press("Enter")
    desk.keyboard.press("r")  # nothing is returned without a word: it leads to the place for one
    expect(desk.locator("#remark")).to_be_focused()
    desk.keyboard.type(PRAISE)
    desk.keyboard.press("Escape")
    desk.keyboard.press("a")
    expect(desk.locator(".reviews__said")).to_contain_text("Accepted: pair 7.")
    expect(desk.locator("article.reviews__one")).to_contain_text(SHORT)  # the next one of the pile, its marks as typed
    assert demo.attempts("7", QUEST) == [("correct", "")]

    desk.keyboard.press("r")
    expect(desk.locator("#remark")).to_be_focused()
    desk.keyboard.type(REASON)
    desk.keyboard.press("Escape")
    desk.keyboard.press("r")
    expect(desk.locator(".reviews__said")).to_contain_text("Returned to pair 4.")

    expect(good.locator("#hand-in .verdict--correct")).to_contain_text("+15 points", timeout=30_000)
    expect(good.locator("#hand-in")).to_contain_text(PRAISE)
    expect(good.locator("#standing")).to_contain_text("15 of 15 points")
    expect(short.locator("#hand-in .verdict--wrong")).to_contain_text(REASON, timeout=30_000)
    expect(short.locator("#standing")).to_contain_text("2 attempts left")
    expect(short.locator("#part-text")).to_be_visible()  # to be tried again
    assert demo.attempts("4", QUEST) == [("wrong", "")]

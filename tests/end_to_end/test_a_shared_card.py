"""Two members of a pair, each with a page open: what one does appears on the other's, and no typing is lost."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.end_to_end.conftest import Demo
from tests.end_to_end.test_a_question import CARD, PREPARED_MS, QUEST, answers_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_what_one_member_solves_appears_on_the_others_open_pages(demo: Demo, open_page: Callable[..., Page]) -> None:
    solver = open_page(f"/cards/{CARD}/quests/{QUEST}/", who="pair6a")
    expect(solver.locator("#answer")).to_be_visible(timeout=PREPARED_MS)
    truth, _ = answers_of(demo, "6")
    card = open_page(f"/cards/{CARD}/", who="pair6b")
    typing = open_page(f"/cards/{CARD}/quests/{QUEST}/", who="pair6b")
    stranger = open_page(f"/cards/{CARD}/", who="pair4a")
    step = f"#step-{QUEST}"
    last = "[...document.querySelectorAll('[data-piece][id^=step-]')].at(-1)"
    card.evaluate(f"window.untouched = {last}")
    typing.fill("#answer", "1 x 2")

    solver.fill("#answer", " x ".join(map(str, truth)))
    solver.click("#answer-form form button")
    expect(solver.locator("#answer-form")).to_contain_text("Solved")

    expect(card.locator(step)).to_contain_text("Solved", timeout=15_000)
    assert card.evaluate(f"window.untouched === {last}")
    expect(typing.locator("#standing")).to_contain_text("Solved", timeout=15_000)
    assert typing.input_value("#answer") == "1 x 2"
    expect(typing.locator("#history")).to_contain_text(" × ".join(map(str, truth)))
    expect(stranger.locator(step)).not_to_contain_text("Solved")

    typing.locator("#answer").fill("")
    typing.locator("h1").click()  # nobody is typing any more
    typing.evaluate("document.body.dispatchEvent(new CustomEvent('card-changed', {detail: {card: '', what: 'state'}}))")
    expect(typing.locator("#answer-form")).to_contain_text("Solved")


def test_confetti_falls_for_nobody_who_wants_less_motion(open_page: Callable[..., Page]) -> None:
    page = open_page(f"/cards/{CARD}/#full", who="pair6a")  # reduced motion, as all browsers of these tests
    expect(page.locator(".confetti")).to_be_hidden()
    page.emulate_media(reduced_motion="no-preference")
    expect(page.locator(".confetti")).to_be_visible()
    page.goto("/account/")
    page.get_by_role("button", name="Turn celebrations off").click()
    page.goto(f"/cards/{CARD}/#full")
    expect(page.locator(".confetti")).to_be_hidden()

"""A student opens a quest, is wrong, reads which mistake it was, is right; a team-mate and an instructor see it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.end_to_end.conftest import PHONE, Demo

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CARD = "where-is-charlie"
QUEST = "layer-17"
PREPARED_MS = 60_000  # whoever opens a quest goes before the keys that are made ahead


def answers_of(demo: Demo, pair: str) -> tuple[list[int], str]:
    """The truth of the pair's variant, and an answer that is one classic mistake, as one would type them."""
    key = demo.key(pair, CARD, QUEST)
    batch_forgotten = next(one for one in key["mistakes"] if one["code"] == "batch_dimension_missing")
    return key["truth"], "x".join(map(str, batch_forgotten["value"]))


def test_a_student_learns_which_mistake_it_was_and_then_solves_the_quest(
    demo: Demo, open_page: Callable[..., Page]
) -> None:
    page = open_page("/", who="pair7a")
    page.locator(f"a[href='/cards/{CARD}/']").first.click()
    page.locator(f"a[href$='/quests/{QUEST}/']").first.click()
    field = page.locator("#answer")
    expect(field).to_be_visible(timeout=PREPARED_MS)
    truth, mistaken = answers_of(demo, "7")

    field.click()
    field.press_sequentially("(" + ", ".join(map(str, truth)) + ")", delay=20)  # as people do: it is read as they type
    expect(page.locator("#preview")).to_contain_text(" × ".join(map(str, truth)))

    field.fill("a very large one")
    page.locator("#answer-form form button").click()
    expect(page.locator("#verdict")).not_to_be_empty()
    assert demo.attempts("7", QUEST) == []  # malformed: nothing was written, nothing was lost

    field.fill(mistaken)
    page.locator("#answer-form form button").click()
    expect(page.locator("#verdict")).to_contain_text("batch")
    assert demo.attempts("7", QUEST) == [("wrong", "batch_dimension_missing")]
    assert " × ".join(map(str, truth)) not in page.locator("#verdict").inner_text()

    field.fill(" x ".join(map(str, truth)))
    page.locator("#answer-form form button").dblclick()
    expect(page.locator("#answer-form")).to_contain_text("Solved")
    assert demo.attempts("7", QUEST) == [("wrong", "batch_dimension_missing"), ("correct", "")]

    mate = open_page(f"/cards/{CARD}/quests/{QUEST}/", who="pair7b")
    expect(mate.locator("#answer-form")).to_contain_text("Solved")
    neighbour = open_page(f"/cards/{CARD}/quests/{QUEST}/", who="pair4a")
    expect(neighbour.locator("#answer-form")).not_to_contain_text("Solved")


def test_a_quest_that_nobody_has_opened_says_that_it_is_being_prepared_and_unlocks_by_itself(
    demo: Demo, open_page: Callable[..., Page]
) -> None:
    demo.forget_variant("5", QUEST)
    page = open_page(f"/cards/{CARD}/quests/{QUEST}/", who="pair5a")
    expect(page.locator("#answer-form")).to_contain_text("computing")
    expect(page.locator("#answer")).to_be_visible(timeout=PREPARED_MS)  # no reload: the page asked by itself
    truth, _ = answers_of(demo, "5")
    assert len(truth) == 4


PAGES = [
    ("pair1a", "/cards/bingo-de-yolo/"),
    ("pair1a", "/cards/where-is-charlie/"),
    ("pair1a", "/cards/bingo-de-yolo/quests/the-weight-is/"),
    ("pair1a", "/tasks/charlie/"),
    ("pair1a", "/tasks/charlie/leaderboard/"),
    ("pair1a", "/account/"),
    ("pair1a", "/nothing-is-here/"),
    ("prof", "/teach/"),
    ("prof", "/teach/pairs/1/"),
    ("prof", "/teach/submissions/"),
    ("prof", "/teach/people/"),
    ("prof", "/teach/weights/"),
    ("prof", "/status/"),
]


@pytest.mark.parametrize(("who", "path"), PAGES, ids=[f"{who}{path}" for who, path in PAGES])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_page_fits_a_phone_in_both_languages(
    open_page: Callable[..., Page], who: str, path: str, language: str
) -> None:
    page = open_page(path, who=who, language=language, size=PHONE)
    assert page.locator("html").get_attribute("lang") == language
    expect(page.locator("h1")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], f"{path} scrolls sideways"


def test_a_quest_can_be_answered_with_the_keyboard_alone(demo: Demo, open_page: Callable[..., Page]) -> None:
    page = open_page(f"/cards/{CARD}/quests/{QUEST}/", who="pair4a")
    expect(page.locator("#answer")).to_be_visible(timeout=PREPARED_MS)
    _, mistaken = answers_of(demo, "4")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "answer":
            break
    page.keyboard.type(mistaken)
    page.keyboard.press("Enter")
    expect(page.locator("#verdict")).to_contain_text("batch")


def test_without_scripts_the_form_still_answers(demo: Demo, browser: object) -> None:
    context = browser.new_context(base_url=demo.url, java_script_enabled=False, locale="en-GB")  # type: ignore[attr-defined]
    page = context.new_page()
    page.goto("/sign-in/")
    page.fill("input[name=username]", "pair6a")
    page.fill("input[name=password]", "demo")
    page.click("main form button")
    page.goto(f"/cards/{CARD}/quests/{QUEST}/")
    expect(page.locator("#answer")).to_be_visible(timeout=PREPARED_MS)
    _, mistaken = answers_of(demo, "6")
    page.fill("#answer", mistaken)
    page.click("#answer-form form button")
    expect(page.locator("#verdict")).to_contain_text("batch")
    context.close()

"""In a real browser: the wall and an open card follow, over the socket, without it, and through a restart."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from challenges.spec import load_cards
from tests import chromium
from tests.room.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WALL = "/teach/room/"
CARD = next(card for card in load_cards() if card.layout)
ROW = [quest.slug for quest in CARD.quests[: CARD.layout.columns if CARD.layout else 0]]
#: No socket is made as long as ``blocked`` is true.
BLOCK = """
window.blocked = true;
const Real = window.WebSocket;
window.WebSocket = new Proxy(Real, { construct(_, given) {
  if (window.blocked) throw new Error("blocked");
  return new Real(...given);
} });
"""
LISTEN = """
window.heard = [];
document.body.addEventListener("card-changed", (event) => {
  document.body.dataset.heard = window.heard.push(event.detail);
});
"""
LONG = 45_000


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Open a page as somebody, in a browser of its own; a script error fails the test."""
    contexts = []
    errors: list[str] = []

    def open_(path: str, who: str, *, script: str = "", **options: Any) -> Page:
        context = chromium.somebody(browser, base_url=site.url, locale="en-GB", **options)
        contexts.append(context)
        site.sign_in(context, who)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert errors == []


def solved(pair: str, *quests: str) -> list[tuple[str, str, str, str]]:
    return [(pair, CARD.slug, quest, "solved") for quest in quests]


def test_the_wall_follows_what_pairs_solve_and_says_nothing_of_what_they_get_wrong(
    site: Site, open_page: Callable[..., Page]
) -> None:
    page = open_page(WALL, "prof", viewport={"width": 1920, "height": 1080})
    expect(page.locator("#wall-link")).to_have_text("live")
    expect(page.locator("#pairs > li")).to_have_count(3)
    site.happens(("1", CARD.slug, ROW[0], "wrong"), ("1", CARD.slug, ROW[0], "hint"), *solved("2", ROW[0]))
    expect(page.locator(".bingo .is-solved")).to_have_count(1, timeout=LONG)
    expect(page.locator("#wall-events > li")).to_have_count(1)
    expect(page.locator("#wall-events")).to_contain_text("Pair 2 solved")
    site.happens(*solved("2", *ROW[1:]), ("2", CARD.slug, ROW[-1], "line"))
    expect(page.locator(".bingo line")).to_have_count(1, timeout=LONG)
    expect(page.locator("#wall-cheer")).to_contain_text("Pair 2 finished a line")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")  # no scrolling on a projector


def test_where_sockets_are_blocked_the_wall_asks_and_goes_back_to_the_socket_when_it_works(
    site: Site, open_page: Callable[..., Page]
) -> None:
    page = open_page(WALL, "prof", script=BLOCK)
    expect(page.locator("#wall-link")).to_have_text("refreshed every 5 s", timeout=LONG)
    site.happens(*solved("1", *ROW[:2]))
    expect(page.locator(".bingo .is-solved")).to_have_count(2, timeout=LONG)
    page.evaluate("window.blocked = false")
    expect(page.locator("#wall-link")).to_have_text("live", timeout=LONG)
    site.happens(*solved("1", ROW[2]))
    expect(page.locator(".bingo .is-solved")).to_have_count(3, timeout=LONG)
    expect(page.locator("#wall-events > li")).to_have_count(3)  # each once, whichever way it came


def test_what_happens_while_the_server_is_away_is_there_when_it_is_back(
    site: Site, open_page: Callable[..., Page]
) -> None:
    wall = open_page(WALL, "prof")
    card = open_page(f"/cards/{CARD.slug}/", "pair1b")
    card.evaluate(LISTEN)
    expect(wall.locator("#wall-link")).to_have_text("live")
    site.happens(*solved("1", ROW[0]))
    expect(wall.locator("#wall-events > li")).to_have_count(1, timeout=LONG)
    site.stop()
    expect(wall.locator("#wall-link")).not_to_have_text("live", timeout=LONG)
    site.happens(*solved("1", ROW[1]), *solved("2", ROW[0]))
    site.start()
    expect(wall.locator("#wall-link")).to_have_text("live", timeout=LONG)
    expect(wall.locator("#wall-events > li")).to_have_count(3)
    expect(wall.locator(".bingo .is-solved")).to_have_count(3)
    expect(card.locator("body")).to_have_attribute("data-heard", "2", timeout=LONG)
    site.happens(*solved("1", ROW[2]))
    expect(card.locator("body")).to_have_attribute("data-heard", "3", timeout=LONG)
    assert card.evaluate("window.heard.map((one) => one.quest)") == ROW[:3]


@pytest.mark.parametrize("script", ["", BLOCK], ids=["socket", "asking"])
def test_an_open_card_hears_once_of_what_the_other_member_did(
    site: Site, open_page: Callable[..., Page], script: str
) -> None:
    site.happens(*solved("1", ROW[0]))  # before the page was drawn: it shows it already
    page = open_page(f"/cards/{CARD.slug}/", "pair1a", script=script)
    page.evaluate(LISTEN)
    site.happens(*solved("2", ROW[0]), ("1", CARD.slug, ROW[1], "hint"))
    expect(page.locator("body")).to_have_attribute("data-heard", "1", timeout=LONG)
    site.happens(*solved("1", ROW[1]))
    expect(page.locator("body")).to_have_attribute("data-heard", "2", timeout=LONG)
    assert page.evaluate("window.heard") == [
        {"card": CARD.slug, "quest": ROW[1], "what": "hint"},
        {"card": CARD.slug, "quest": ROW[1], "what": "solved"},
    ]


def test_the_grid_reads_its_rows_again_and_stays_where_it_was(site: Site, open_page: Callable[..., Page]) -> None:
    page = open_page("/teach/grid/", "prof", viewport={"width": 390, "height": 700})
    page.locator("#grid").evaluate("(grid) => { grid.scrollLeft = 150; }")
    page.evaluate("document.querySelector('#grid-rows').dataset.old = 'yes'")
    site.happens(("1", CARD.slug, ROW[0], "wrong"))
    expect(page.locator("#grid-rows:not([data-old])")).to_be_visible(timeout=LONG)
    expect(page.locator("#grid")).to_have_js_property("scrollLeft", 150)


def test_who_wants_no_motion_gets_none_and_a_session_can_do_without_celebrations(
    site: Site, open_page: Callable[..., Page]
) -> None:
    page = open_page(WALL, "prof", reduced_motion="reduce")
    expect(page.locator("#wall-link")).to_have_text("live")
    site.happens(("1", CARD.slug, ROW[0], "full"))
    expect(page.locator("#wall-cheer")).to_contain_text("filled the whole", timeout=LONG)
    expect(page.locator(".scrap")).to_have_count(0)
    settings = open_page("/teach/sessions/", "prof")
    settings.get_by_text("Settings", exact=True).click()
    settings.locator("section.ink input[name=celebrates]").uncheck()
    settings.get_by_role("button", name="Save").click()
    expect(page.locator("#wall-cheer")).to_be_empty(timeout=LONG)
    site.happens(("2", CARD.slug, ROW[0], "full"))
    expect(page.locator("#wall-events")).to_contain_text("Pair 2 filled", timeout=LONG)
    expect(page.locator("#wall-cheer")).to_be_empty()

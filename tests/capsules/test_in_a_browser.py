"""In a real browser: a film is handed in by the page's own sender, prepared by a real worker, watched and commented."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import chromium
from tests.client.live_site import LiveSite
from tests.end_to_end.conftest import DESKTOP, PHONE
from tests.end_to_end.test_accessibility import serious_violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LONG = 90_000
#: Where pictures of the pages go, for whoever wants to look at them.
LOOKS = os.environ.get("LOOKS_FOLDER")
VTT = b"WEBVTT\n\n00:00.000 --> 00:05.000\nOur <i>first</i> <script>run</script>\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSite]:
    live = LiveSite(tmp_path_factory.mktemp("capsules"))
    yield live
    live.stop()


@pytest.fixture
def open_page(browser: Browser, site: LiveSite) -> Iterator[Callable[..., Page]]:
    """A page as somebody, in a browser of its own; a script error or a refused script fails the test."""
    contexts = []
    errors: list[str] = []

    def open_(path: str, who: str, *, language: str = "en", **more: Any) -> Page:
        locale = {"en": "en-GB", "fr": "fr-FR"}[language]
        options = {"viewport": DESKTOP, **more}
        context = chromium.somebody(browser, base_url=site.url, locale=locale, reduced_motion="reduce", **options)
        context.add_cookies([{**site.ask("session", user=who), "url": site.url}])  # type: ignore[typeddict-item]
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if "Security Policy" in message.text else None)
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert errors == []


def look(page: Page, name: str) -> None:
    if LOOKS:
        page.screenshot(path=Path(LOOKS) / f"{name}.png", full_page=True)


def seconds_of(page: Page) -> float:
    return float(page.evaluate("document.querySelector('[data-video]').currentTime"))


def until(page: Page, true: str) -> None:
    """Playwright's own waiting evaluates strings in the page, which the page's policy forbids."""
    for _ in range(LONG // 50):
        if page.evaluate(true):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never: {true}")


def is_paused(page: Page) -> bool:
    return bool(page.evaluate("document.querySelector('[data-video]').paused"))


def test_a_capsule_from_the_pairs_desk_to_the_instructors_and_back(
    site: LiveSite, open_page: Callable[..., Page]
) -> None:
    site.ask("fresh")
    site.ask("capsules_due", days=6.1)
    pair = open_page("/capsule/", "pair1a")
    expect(pair.locator("[data-countdown]")).to_contain_text("6 days")
    look(pair, "1-before-en")
    pair.set_input_files("form.drop input[type=file]", site.ask("film", seconds=6, size=[640, 360]))
    button = pair.locator("form.drop button.button")
    if button.is_enabled():
        button.dblclick()
    expect(pair.get_by_role("heading", name="Before your first video")).to_be_visible(timeout=LONG)
    pair.get_by_role("button", name="Not now").click()
    expect(pair.locator("#receipt")).to_contain_text("Receipt of version 1", timeout=LONG)
    look(pair, "2-waiting-en")
    site.ask("worked")
    expect(pair.locator("[data-video]")).to_be_visible(timeout=LONG)  # the page loads itself anew
    assert [[number, ready] for number, ready, _ in site.ask("capsule_state")] == [[1, True]]

    pair.locator("#chapters summary").click()
    pair.fill("#chapters-text", "0:00 Introduction\n0:02 Our data\n0:04 Lessons")
    pair.locator("#chapters button").click()
    expect(pair.locator(".player__chapters li")).to_have_count(3)
    pair.locator("#captions summary").click()
    pair.set_input_files("#captions-file", {"name": "x.vtt", "mimeType": "text/vtt", "buffer": VTT})
    pair.locator("#captions form").first.locator("button").click()
    expect(pair.locator("track")).to_have_count(1)

    _mark_up(site, open_page)

    pair.reload()
    expect(pair.locator("#comments")).to_contain_text("when the marks are published")
    expect(pair.locator("[data-comment]")).to_have_count(0)
    look(pair, "4-unpublished-en")
    site.ask("capsule_published", pair="1")
    pair.reload()
    expect(pair.locator("[data-comment]")).to_have_count(2)
    pair.locator(".comment__time").first.click()
    expect(pair.locator("[data-ink] path").last).to_have_attribute("d", re.compile(r"^M6\d"), timeout=LONG)
    pair.locator("[data-comment] summary", has_text="Answer").first.click()
    pair.locator("[data-comment] .comment__form textarea").first.fill("It was the second split.")
    pair.locator("[data-comment] .comment__form button").first.click()
    expect(pair.locator(".comment--reply")).to_contain_text("It was the second split.")
    look(pair, "5-published-en")
    assert serious_violations(pair) == []
    for language in ("en", "fr"):
        phone = open_page("/capsule/", "pair1b", language=language, viewport=PHONE)
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
        look(phone, f"6-phone-{language}")


def _mark_up(site: LiveSite, open_page: Callable[..., Page]) -> None:
    """The instructor watches by keyboard, draws, writes, keeps a phrase, and is not thrown about by it."""
    page = open_page("/teach/capsules/", "prof")
    _watch_by_keyboard(page)
    _draw_and_write(page, site)
    for language, size, name in (("fr", DESKTOP, "desk"), ("fr", PHONE, "phone"), ("en", PHONE, "phone")):
        other = open_page(page.url, "prof", language=language, viewport=size)
        until(other, "document.querySelector('[data-video]').readyState >= 2")
        assert other.evaluate("document.documentElement.scrollWidth <= innerWidth")
        look(other, f"3-watching-{language}-{name}")
        for address in ("/teach/capsules/", "/teach/capsules/rules/"):
            other.goto(address)
            assert other.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
            look(other, f"3-{address.split('/')[-2]}-{language}-{name}")


def _watch_by_keyboard(page: Page) -> None:
    expect(page.locator(".capsules__poster img")).to_be_visible()
    look(page, "3-list-en")
    assert serious_violations(page) == []
    page.get_by_role("link", name="Pair 1").last.click()
    expect(page.locator("[data-buttons]")).to_be_visible()
    until(page, "document.querySelector('[data-video]').readyState >= 2")
    page.locator("h1").click()
    page.keyboard.press("l")
    page.keyboard.press("j")
    until(page, "document.querySelector('[data-video]').currentTime < 0.1")
    for _ in range(3):
        page.keyboard.press(".")
        until(page, "!document.querySelector('[data-video]').seeking")
    assert 0.05 < seconds_of(page) < 0.2
    page.keyboard.press(">")
    assert page.evaluate("document.querySelector('[data-video]').playbackRate") == 1.25
    page.keyboard.press("<")
    page.keyboard.press("c")
    until(page, "document.querySelector('[data-video]').textTracks[0].activeCues?.length === 1")
    assert "<script>" not in page.evaluate("document.querySelector('[data-video]').textTracks[0].activeCues[0].text")
    page.evaluate("location.hash = '#t=2.5'")
    until(page, "document.querySelector('[data-video]').currentTime === 2.5")
    page.keyboard.press("k")
    until(page, "!document.querySelector('[data-video]').paused")


def _draw_and_write(page: Page, site: LiveSite) -> None:
    page.keyboard.press("n")
    assert is_paused(page)
    moment = seconds_of(page)
    page.locator("[data-tool=pen]").click()
    frame = page.locator("[data-ink]").bounding_box()
    assert frame
    page.mouse.move(frame["x"] + 0.1 * frame["width"], frame["y"] + 0.2 * frame["height"])
    page.mouse.down()
    page.mouse.move(frame["x"] + 0.5 * frame["width"], frame["y"] + 0.5 * frame["height"])
    page.mouse.up()
    page.locator("[data-text]").fill("Which split is this?")
    look(page, "3-writing-en")
    page.locator("[data-text]").press("Control+Enter")
    expect(page.locator("[data-comment]")).to_have_count(1)
    until(page, "!document.querySelector('[data-video]').paused")  # it goes on by itself
    page.keyboard.press("k")
    page.locator("#phrases summary").click()
    page.fill("#phrase-text", "Say what the figure shows.")
    page.locator(".phrases__new button").click()
    expect(page.locator("[data-phrase]")).to_have_count(1)
    page.locator("[data-text]").press("Alt+1")
    expect(page.locator("[data-text]")).to_have_value("Say what the figure shows.")
    page.locator("[data-send]").dblclick()
    expect(page.locator("[data-comment]")).to_have_count(2)
    assert page.locator(".player__mark").count() == 2
    ((_, _, said),) = site.ask("capsule_state")
    assert len(said) == 2
    first = min(said)
    assert first[1] == "Which split is this?"
    assert abs(first[0] - moment) < 0.01
    assert [shape["tool"] for shape in first[2]] == ["pen"]
    assert serious_violations(page) == []
    look(page, "3-watching-en")


def test_without_the_script_it_is_a_film_with_the_browsers_own_controls(
    site: LiveSite, open_page: Callable[..., Page]
) -> None:
    site.ask("fresh")
    site.ask("capsules_due", days=1)
    page = open_page("/capsule/", "pair1a", java_script_enabled=False)
    page.set_input_files("form.drop input[type=file]", site.ask("film", seconds=2, size=[320, 180]))
    page.locator("form.drop button.button").click()
    page.get_by_role("button", name="Not now").click()
    expect(page.locator("#receipt")).to_contain_text("Receipt of version 1")
    site.ask("worked")
    page.goto("/capsule/")
    assert page.locator("[data-video]").get_attribute("controls") is not None
    expect(page.locator("[data-buttons]")).to_be_hidden()
    expect(page.locator("#comments")).to_be_visible()


def test_of_a_link_one_says_things_with_saved_phrases_and_keys(site: LiveSite, open_page: Callable[..., Page]) -> None:
    site.ask("fresh")
    site.ask("capsules_due", days=1)
    pair = open_page("/capsule/", "pair2a")
    pair.locator("#give summary", has_text="link").click()
    pair.fill("#link", "https://films.example.org/v/7")
    with pair.expect_navigation():
        pair.get_by_role("button", name="Hand in this link").click()
    pair.goto("/capsule/")  # who hands in for the first time is asked about privacy in between
    expect(pair.locator("#receipt")).to_contain_text("https://films.example.org/v/7")
    page = open_page("/teach/capsules/", "prof")
    page.get_by_role("link", name="Pair 2").last.click()
    page.locator("#phrases summary").click()
    page.fill("#phrase-text", "It plays well.")
    page.locator(".phrases__new button").click()
    page.locator("[data-phrase]").click()
    expect(page.locator("[data-text]")).to_have_value("It plays well.")
    page.locator("[data-text]").press("Control+Enter")
    expect(page.locator(".comment__text")).to_have_text("It plays well.")
    expect(page.locator("[data-text]")).to_have_value("")
    assert site.ask("capsule_state") == [[1, False, [[None, "It plays well.", []]]]]
    look(page, "7-link-en")

"""A pair's checkpoint on its clip: through a real page, a real worker and its sealed child, and both films played."""

from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.end_to_end.conftest import DESKTOP, PHONE
from tests.end_to_end.visitors import OpenPage, visitors
from tests.resilience.site import REPOSITORY, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DONE_MS = 90_000
#: Spread of the colours of a picture; a black one has none.
MORE_THAN_NOTHING = 10
#: A clip that waits for its preparation, and a trained checkpoint that was evaluated.
READY = f"""
import os, sys
import django
django.setup()
from pathlib import Path
from django.conf import settings
from courses.models import Pair
from datasets.services import add_clip
from fixtures.films import make_film
from submissions.models import Task
from submissions.services import submit_checkpoint
from submissions.storage import keep_file
from tests.builders import member_of
from tests.hand_in import evaluate_whole
from uploads.arrived import Arrived
from uploads.hashing import sha256_of
pair = Pair.objects.get(name="1")
film = make_film(settings.DATA_DIR / "film.mov", seconds=1.5, size=(480, 360), scene="charlie", rotation=90, seed=2)
add_clip(pair=pair, author=member_of(pair), arrived=Arrived(
    film, sha256=sha256_of(film), size_bytes=film.stat().st_size, name="IMG_7.MOV", purpose="clip"))
with open({str(REPOSITORY / "fixtures" / "weights" / "charlie_yolov5n.pt")!r}, "rb") as file:
    weights = keep_file(file, name="best.pt")
submission = submit_checkpoint(task=Task.objects.get(), pair=pair, author=member_of(pair), upload=weights)
evaluate_whole(submission, 0.4)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("detections"))
    site.run_python(READY)
    site.start()
    yield site
    site.stop()


@pytest.fixture
def open_page(site: Site, browser: Browser) -> Iterator[OpenPage]:
    with visitors(browser, site.url, timeout_ms=DONE_MS) as open_:
        yield open_


def at(page: Page, which: str) -> float:
    return float(page.locator(f"[data-{which}]").evaluate("film => film.currentTime"))


def until(page: Page, which: str, holds: str) -> None:
    """Wait until it holds for a film; the security policy lets no test wait in the page itself."""
    for _ in range(1_200):
        if page.locator(f"[data-{which}]").evaluate(f"film => {holds}"):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never {holds}")


def wait_until_together(page: Page) -> None:
    """Both are read at one moment: they go on between two questions."""
    until(page, "first", "Math.abs(film.currentTime - document.querySelector('[data-second]').currentTime) < 0.1")


def test_a_pair_detects_on_its_clip_and_watches_both_films_as_one(site: Site, open_page: OpenPage) -> None:
    page = open_page("/clips/1/", "pair1a")
    page.get_by_role("link", name="Detect on it").click(timeout=DONE_MS)
    page.select_option("#image_size", "416")
    page.get_by_role("button", name="Detect", exact=True).click()
    expect(page.locator("#run")).to_be_visible()
    expect(page.locator(".together__films")).to_be_visible(timeout=DONE_MS)

    first, second = page.locator("[data-first]"), page.locator("[data-second]")
    until(page, "second", "film.readyState > 1")
    assert first.evaluate("film => [film.videoWidth, film.videoHeight]") == [480, 360]
    assert second.evaluate("film => [film.videoWidth, film.videoHeight]") == [480, 360]
    assert second.evaluate("film => film.duration") == pytest.approx(1.5, abs=0.1)
    assert not first.evaluate("film => film.controls")

    page.locator("[data-speed]").select_option("0.25")
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, "first", "film.currentTime > 0.15")
    wait_until_together(page)
    page.get_by_role("button", name="Pause", exact=True).click()
    assert page.locator("[data-second]").evaluate("film => film.paused")

    page.locator("[data-together]").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    until(page, "second", "!film.seeking")
    assert at(page, "first") == pytest.approx(2 / 30, abs=0.02)
    wait_until_together(page)

    plot = page.locator("[data-seeks]")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert 0.4 < at(page, "first") < 1.1
    assert page.locator("[data-now]").is_visible()
    expect(page.locator("main table")).to_contain_text("key")

    with page.expect_download() as download:
        page.get_by_role("link", name="The film with boxes").click()
    saved = Path(download.value.path())
    assert download.value.suggested_filename == "img_7-best-1.mp4"
    with av.open(str(saved)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 45

    stranger = open_page("/clips/1/detections/1/", "pair2a")
    assert "IMG_7" not in stranger.content()
    assert stranger.request.get("/clips/1/detections/1/video/").status == 404


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_its_pages_fit_every_screen_in_both_languages(
    open_page: OpenPage, viewport: dict[str, int], language: str
) -> None:
    for path in ("/clips/1/detections/1/", "/clips/1/detections/"):
        page = open_page(path, "pair1b", language=language, viewport=viewport)
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
        films = page.locator(".together__films figure")
        if films.count():
            one, other = (films.nth(number).bounding_box() for number in (0, 1))
            assert one is not None
            assert other is not None
            is_stacked = other["y"] > one["y"] + one["height"] / 2
            assert is_stacked == (viewport == PHONE)


def test_on_a_phone_both_films_show_their_first_frame_before_anybody_plays_them(open_page: OpenPage) -> None:
    page = open_page("/clips/1/detections/1/", "pair1b", viewport=PHONE)
    for which in ("first", "second"):
        until(page, which, "!film.hasAttribute('poster')")
        shown = cv2.imdecode(np.frombuffer(page.locator(f"[data-{which}]").screenshot(), np.uint8), cv2.IMREAD_COLOR)
        assert shown is not None
        height, width = shown.shape[:2]
        assert shown[height // 4 : -height // 4, width // 4 : -width // 4].std() > MORE_THAN_NOTHING
        assert at(page, which) < 1 / 30


def test_without_a_script_each_film_has_its_own_buttons(open_page: OpenPage) -> None:
    page = open_page("/clips/1/detections/1/", "pair1a", java_script_enabled=False)
    assert page.locator("[data-first]").get_attribute("controls") is not None
    assert page.locator("[data-second]").get_attribute("controls") is not None
    expect(page.locator(".together__bar")).to_be_hidden()
    page.goto("/clips/1/detections/")
    page.get_by_role("button", name="Detect", exact=True).click()
    expect(page.locator("h1")).to_contain_text("best.pt")

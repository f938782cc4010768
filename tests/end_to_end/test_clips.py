"""Films go from a phone to CVAT: through a real page, a real worker and its sealed child, and nobody else sees them."""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from fixtures.films import make_film
from tests.end_to_end.conftest import PHONE
from tests.end_to_end.visitors import OpenPage, visitors
from tests.resilience.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PREPARED_MS = 60_000
#: Where it was filmed: in the file that the phone wrote, and in nothing that stays.
PLACE = "+43.5704+001.4662/"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("clips"))
    site.start()
    yield site
    site.stop()


@pytest.fixture
def open_page(site: Site, browser: Browser) -> Iterator[OpenPage]:
    with visitors(browser, site.url) as open_:
        yield open_


@pytest.fixture
def phone(tmp_path: Path) -> dict[str, Path]:
    """What is on it: two films, and one that is none."""
    none = tmp_path / "voice.mp4"
    none.write_bytes(b"ID3\4\0\0" + bytes(1_000))
    return {
        "upright": make_film(tmp_path / "IMG_1.MOV", seconds=1, size=(120, 160), rotation=90, location=PLACE),
        "wide": make_film(tmp_path / "VID 2.webm", seconds=1.5, size=(160, 120), codec="libvpx-vp9", seed=3),
        "none": none,
    }


def kept(site: Site) -> list[Path]:
    return [path for path in (site.data / "uploads" / "clip").rglob("*") if path.is_file()]


def shows(page: Page, selector: str) -> bool:
    """Whether a picture has arrived and is one."""
    page.locator(selector).scroll_into_view_if_needed()
    return bool(page.locator(selector).evaluate("picture => picture.decode().then(() => picture.naturalWidth > 0)"))


def test_two_films_become_two_sequences_and_a_zip_for_cvat(
    site: Site, open_page: OpenPage, phone: dict[str, Path]
) -> None:
    prof = open_page("/teach/clips/", "prof")
    prof.fill("#id_name", "Tasse à café")
    prof.get_by_role("button", name="Add the class").click()
    expect(prof.locator("main")).to_contain_text("“Tasse à café” is on the list.")

    page = open_page("/clips/", "pair1a")
    page.select_option("#class", label="Tasse à café")
    page.get_by_role("button", name="Choose", exact=True).click()
    page.set_input_files("#hand-in input[type=file]", [phone["upright"], phone["wide"], phone["none"]])
    page.locator("#hand-in > button").click()
    expect(page.locator(".uploads")).to_contain_text("There is sound in this file and no picture")
    for number, name in ((1, "IMG_1.MOV"), (2, "VID 2.webm")):
        place = page.locator(f"#place-{number}")
        expect(place).to_contain_text(name)
        expect(place).to_contain_text("prepared", timeout=PREPARED_MS)
        assert shows(page, f"#place-{number} img")
    expect(page.locator("#shelf-tiles")).to_contain_text("2 of 5")

    assert site.query("select count(*) from datasets_clip where source_id is not null") == [(0,)]
    assert len(kept(site)) == 8
    assert [path for path in kept(site) if PLACE.rstrip("/").encode() in path.read_bytes()] == []
    assert PLACE.rstrip("/").encode() in phone["upright"].read_bytes()

    with page.expect_download() as download:
        page.get_by_role("link", name="All frames, as a zip").click()
    with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        frame = archive.read("tasse-a-cafe/1/1/images/frame_000000.jpg")
    assert download.value.suggested_filename == "tasse-a-cafe-1.zip"
    assert frame.startswith(b"\xff\xd8")
    assert all(re.fullmatch(r"tasse-a-cafe/1/(?:clips\.csv|[12]/(?:frames\.csv|images/frame_\d{6}\.jpg))", name)
               for name in names)  # fmt: skip
    assert sum("/2/images/" in name for name in names) > 10

    place = page.locator("#place-2")
    place.get_by_role("button", name="one place earlier").click()
    expect(page.locator("#place-1")).to_contain_text("VID 2.webm")
    expect(page.locator("#place-2")).to_contain_text("IMG_1.MOV")


def test_a_clip_is_watched_from_anywhere_in_it_by_its_pair_and_its_instructor_alone(
    site: Site, open_page: OpenPage
) -> None:
    ((clip,),) = site.query("select id from datasets_clip where name = 'IMG_1.MOV'")
    for who in ("pair1b", "prof"):
        page = open_page(f"/clips/{clip}/", who, viewport=PHONE)
        film = page.locator("video")
        film.evaluate("film => new Promise(seen => { film.onseeked = seen; film.currentTime = 0.7; })")
        assert film.evaluate("film => [film.videoWidth, film.videoHeight]") == [120, 160]
        assert film.evaluate("film => film.currentTime") == pytest.approx(0.7, abs=0.1)
        assert shows(page, ".sheet img")
        expect(page.locator("main")).to_contain_text("The phone was held turned: the frames are upright.")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    stranger = open_page("/clips/", "pair2a")
    expect(stranger.locator("#shelf")).not_to_contain_text("IMG_1.MOV")
    for piece in ("", "video/", "poster/", "sheet/", "frames/"):
        assert stranger.request.get(f"/clips/{clip}/{piece}").status == 404, piece


def test_a_pair_without_javascript_sends_is_declined_replaces_and_deletes(
    site: Site, open_page: OpenPage, phone: dict[str, Path], tmp_path: Path
) -> None:
    page = open_page("/clips/", "pair2a", language="fr", java_script_enabled=False)
    page.set_input_files("#hand-in input[type=file]", phone["none"])
    page.locator("#hand-in > button").click()
    expect(page.locator("#hand-in-said")).to_contain_text("Ce fichier contient du son et pas")
    page.set_input_files("#hand-in input[type=file]", phone["wide"])
    page.locator("#hand-in > button").click()
    page.get_by_role("button", name="Plus tard").click()  # the first film asks who agrees to what
    expect(page.locator("#place-1")).to_contain_text("VID 2.webm")
    ready = "select count(*) from datasets_clip clip join courses_pair pair on pair.id = clip.pair_id "
    ready += "where pair.name = '2' and clip.copy_id is not null and clip.name = ?"
    site.wait_until(lambda: site.query(ready, "VID 2.webm") == [(1,)])

    page.goto("/clips/")
    page.locator("#place-1 h3 a").click()
    page.get_by_text("Envoyer un autre film à sa place").click()
    shorter = make_film(tmp_path / "plus court.mp4", seconds=0.5, size=(120, 90), seed=4)
    page.set_input_files("#replace input[type=file]", shorter)
    page.locator("#replace > button").click()
    expect(page.locator("#place-1")).to_contain_text("VID 2.webm")
    expect(page.locator("#place-1")).to_contain_text("Sera remplacé par plus court.mp4")
    site.wait_until(lambda: site.query(ready, "plus court.mp4") == [(1,)] and site.query(ready, "VID 2.webm") == [(0,)])

    page.goto("/clips/")
    page.locator("#place-1 h3 a").click()
    before = len(kept(site))
    page.get_by_text("Supprimer ce clip…").click()
    page.get_by_label("J’en suis sûr").check()
    page.get_by_role("button", name="Le supprimer").click()
    expect(page.locator("#place-1")).to_contain_text("pas encore filmée")
    assert len(kept(site)) == before - 4
    assert site.query("select actor_name, action from courses_auditentry order by id desc limit 1") == [
        ("pair2a", "clip-deleted")
    ]

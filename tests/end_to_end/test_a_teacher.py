"""What instructors do: the course as a file and back, the grid as a file, a quest opened for a pair. And a date."""

import csv
import io
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Download, Page, expect

from tests.end_to_end.conftest import Demo

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PREPARED_MS = 60_000
BORN = "1987-11-23"


def content_of(download: Download) -> bytes:
    return Path(download.path()).read_bytes()


@pytest.fixture
def a_course_to_forget(demo: Demo) -> Iterator[None]:
    """The newest course is the one that an instructor's pages show: afterwards it is the demo's again."""
    yield
    with sqlite3.connect(demo.data / "db.sqlite3", timeout=20) as database:
        database.execute("update courses_course set created_at = '2000-01-01' where slug <> 'dlcv'")


@pytest.mark.usefixtures("a_course_to_forget")
def test_an_instructor_takes_the_course_away_and_brings_it_back(
    demo: Demo, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page("/teach/course/", who="prof")
    with page.expect_download() as download:
        page.get_by_role("link", name="Without people").click()
    taken = tmp_path / download.value.suggested_filename
    taken.write_bytes(content_of(download.value))
    with zipfile.ZipFile(taken) as bundle:
        assert not any(b"pair7a" in bundle.read(name) for name in bundle.namelist())

    page.set_input_files("#bundle", taken)
    page.get_by_role("button", name="Look at it").click()
    plan = page.get_by_role("region", name="brings")
    expect(plan).to_contain_text("A1, A2, B1, B2")
    assert demo.query("select count(*) from courses_course") == [(1,)]  # looking makes nothing

    plan.get_by_role("button", name="Make this course").click()
    expect(page.get_by_role("status").filter(has_text="is here, as")).to_be_visible()
    assert demo.query("select count(*) from courses_course") == [(2,)]
    page.get_by_role("link", name="See the class").click()
    expect(page.locator("main")).to_contain_text("B2")
    student = open_page("/", who="pair7a")
    expect(student.locator("main")).to_contain_text("7")  # nobody was moved into it


def test_the_grid_is_a_file_and_a_quest_is_opened_for_one_pair_at_once(
    demo: Demo, open_page: Callable[..., Page]
) -> None:
    ((pair,),) = demo.query("select id from courses_pair where name = '4' order by id limit 1")
    student = open_page("/cards/bingo-de-yolo/quests/train/", who="pair4a")
    expect(student.locator("#standing")).to_contain_text("Locked")
    expect(student.locator("#hand-in")).to_have_count(0)

    page = open_page(f"/teach/pairs/{pair}/", who="prof")
    page.select_option("#unlock-bingo-de-yolo", "train")
    page.locator("form.unlock", has=page.locator("#unlock-bingo-de-yolo")).get_by_role("button").click()
    expect(page.locator("body")).to_contain_text("TRAIN")
    expect(student.locator("#part-results")).to_be_visible(timeout=PREPARED_MS)  # its page opened by itself

    page.goto("/teach/grid/")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV (;)").click()
    text = content_of(download.value).decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert {line["pair"] for line in lines} == set("12345678")
    of_train = {line["pair"]: line["state"] for line in lines if line["quest"] == "train"}
    assert of_train["4"] != of_train["5"] == "locked"


def test_a_date_of_birth_chooses_a_weight_and_is_written_nowhere(demo: Demo, open_page: Callable[..., Page]) -> None:
    page = open_page("/cards/bingo-de-yolo/quests/the-weight-is/", who="pair4a")
    page.fill("#day", BORN)
    page.get_by_role("button", name="Choose our weight").click()
    expect(page.locator("#answer")).to_be_visible(timeout=PREPARED_MS)
    page.fill("#answer", str(demo.key("4", "bingo-de-yolo", "the-weight-is")["truth"]))
    page.locator("#answer-form form button").click()
    expect(page.locator("#verdict")).to_contain_text("Right!")

    files = [path for path in demo.data.iterdir() if path.name.startswith("db.sqlite3") or path.suffix == ".log"]
    written = b"".join(path.read_bytes() for path in files)
    assert b"the-weight-is" in written
    for spelling in (BORN, "23/11/1987", "19871123", "1987, 11, 23"):
        assert spelling.encode() not in written

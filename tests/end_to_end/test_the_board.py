"""What people do with results in a real browser: ask the board, walk through errors, stop, freeze, look closer."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.end_to_end.conftest import PHONE, Demo

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BOARD = "/tasks/charlie/leaderboard/"
DESK = "/teach/task/charlie/"


def submission_of(demo: Demo, pair: str) -> int:
    """A scored submission of the pair, with its gallery."""
    sql = """select submission.id from submissions_submission submission
             join courses_pair pair on pair.id = submission.pair_id
             where pair.name = ? and submission.score is not null order by submission.id"""
    return int(str(demo.query(sql, pair)[0][0]))


def test_the_board_is_asked_what_if_and_its_address_keeps_the_question(open_page: Callable[..., Page]) -> None:
    page = open_page(BOARD, who="pair1a")
    rows = page.locator("#board-rows tr")
    everybody = rows.count()
    page.get_by_text("What if…").click()
    page.get_by_label("Parameters, at most").fill("2000000")
    page.get_by_label("Parameters, at most").press("Tab")
    expect(rows).not_to_have_count(everybody)
    few = rows.count()
    assert 0 < few < everybody
    expect(page).to_have_url(re.compile(r"\?at_most_parameters=2000000$"))
    page.reload()
    expect(rows).to_have_count(few)
    page.get_by_role("link", name="Everybody").click()
    expect(rows).to_have_count(everybody)
    expect(page).to_have_url(re.compile(r"^[^?]+$"))


def test_the_plots_are_walked_by_keyboard(open_page: Callable[..., Page]) -> None:
    page = open_page(BOARD, who="pair1a")
    expect(page.locator("#board-plot .scatterlayer")).to_be_visible()
    page.get_by_role("tab", name="Speed").focus()
    for name in ("Parameters", "GFLOPs", "Classes", "History"):
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("tab", name=name)).to_be_focused()
        expect(page.get_by_role("tab", selected=True)).to_have_text(name)
        expect(page.locator("#board-plot")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#board-grid")).to_be_visible()
    expect(page.locator("#board-plot")).to_be_hidden()
    page.keyboard.press("ArrowRight")
    page.get_by_label("logarithmic axis").check()
    expect(page.locator("#board-plot .scatterlayer")).to_be_visible()


def test_the_board_stands_still_for_pairs_at_the_moment_it_is_frozen(open_page: Callable[..., Page]) -> None:
    student = open_page(BOARD, who="pair7a")
    expect(student.locator("#board-link")).to_have_text("live")
    prof = open_page(DESK, who="prof")
    prof.get_by_role("button", name="Freeze the board").click()
    expect(prof.locator("main")).to_contain_text("stands still")
    frozen = student.get_by_text("The board stands still until the results are revealed")
    expect(frozen).to_be_visible()  # no reload
    prof.get_by_role("button", name="Let it move again").click()
    expect(frozen).to_be_hidden()


def test_the_curves_show_the_classes_that_are_ticked(demo: Demo, open_page: Callable[..., Page]) -> None:
    page = open_page(f"/submissions/{submission_of(demo, '1')}/", who="pair1a")
    lines = page.locator("[data-figure='precision-recall'] .scatterlayer .trace")
    expect(lines).to_have_count(5)
    page.locator("[data-picks='precision-recall']").get_by_label("mug").uncheck()
    expect(lines).to_have_count(4)
    page.locator("[data-picks='against-confidence']").get_by_label("key").check()
    expect(page.locator("[data-figure='against-confidence'] .scatterlayer .trace")).to_have_count(3)


@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_a_pair_walks_through_its_errors_by_keyboard(
    demo: Demo, open_page: Callable[..., Page], size: dict[str, int] | None
) -> None:
    number = submission_of(demo, "1")
    page = open_page(f"/submissions/{number}/errors/", who="pair1a", size=size)
    page.locator(".gallery__one").first.click()
    picture = page.locator(".gallery__large img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth > 0)")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    first = page.url
    page.keyboard.press("ArrowRight")
    page.wait_for_url(lambda address: address != first)
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(first)
    found = page.locator(".mark:not(.mark--truth, .mark--missed)")
    if found.count():
        expect(found.first).to_be_visible()
        page.keyboard.press("f")
        expect(found.first).to_be_hidden()


def test_a_choice_in_the_gallery_is_taken_at_once(demo: Demo, open_page: Callable[..., Page]) -> None:
    page = open_page(f"/submissions/{submission_of(demo, '1')}/errors/", who="pair1a")
    page.get_by_label("Size of the object").select_option("small")
    page.wait_for_url(re.compile(r"size=small"))
    expect(page.get_by_label("Size of the object")).to_have_value("small")


def test_a_pair_stops_what_it_handed_in_by_mistake(
    demo: Demo, open_page: Callable[..., Page], trained_apart: Callable[[str], Path]
) -> None:
    page = open_page("/tasks/charlie/", who="pair7a")
    page.set_input_files("#file", trained_apart("charlie_yolo11n.pt"))
    page.locator("#hand-in > button").click()
    page.wait_for_url(re.compile(r"/submissions/\d+/$"))
    page.get_by_role("button", name="Stop it").click()
    expect(page.locator("#submission")).to_contain_text("Your pair stopped this evaluation.")
    sql = """select job.status from grading_gradingjob job
             join submissions_submission submission on job.subject = 'submission:' || submission.id
             join courses_pair pair on pair.id = submission.pair_id where pair.name = '7'"""
    assert demo.query(sql) == [("cancelled",)]


def test_a_reveal_is_told_in_every_open_browser(demo: Demo, open_page: Callable[..., Page]) -> None:
    """The last of this file: what is revealed stays revealed."""
    student = open_page(BOARD, who="pair1a")
    expect(student.locator("#board-link")).to_have_text("live")
    expect(student.locator("header [data-said]")).to_contain_text("on the public part")
    prof = open_page(DESK, who="prof")
    prof.get_by_text("Reveal the private part…").click()
    prof.locator("form[action$='reveal/'] input[type=checkbox]").check()
    prof.get_by_role("button", name="Reveal it to everybody").click()
    expect(student.locator("header [data-said]")).to_contain_text("on the private part")  # no reload
    expect(student.get_by_text("These ranks are those of the private part")).to_be_visible()
    assert demo.query("select count(*) from submissions_task where revealed_at is not null and not is_open") == [(1,)]

"""A pair puts its messy labels through the mill: sent back with reasons first, accepted then; nobody else sees them."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.end_to_end.conftest import Demo

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CARD, QUEST = "bingo-de-yolo", "la-moulinette-des-labels"
ADDRESS = f"/cards/{CARD}/quests/{QUEST}/"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(64)
CHECKED_MS = 60_000


def a_zip(content: bytes, name: str = "labels.zip") -> FilePayload:
    return {"name": name, "mimeType": "application/zip", "buffer": content}


def through_the_mill(messy: bytes, label: int) -> bytes:
    """What the statement asks for: the class in every line, no spaces in names, every file ended."""
    corrected = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(messy)) as given, zipfile.ZipFile(corrected, "w") as written:
        for name in given.namelist():
            boxes = [line.split()[1:] for line in given.read(name).decode().splitlines()]
            text = "".join(f"{label} {' '.join(box)}\n" for box in boxes)
            written.writestr(name.replace(" ", ""), text)
    return corrected.getvalue()


def give(page: Page, file: FilePayload, *, twice: bool = False) -> None:
    page.set_input_files("#part-labels", file)
    button = page.locator("#hand-in form button")
    if twice:
        button.dblclick()
    else:
        button.click()


def test_messy_labels_come_back_with_reasons_and_clean_ones_move_the_team_mates_card(
    demo: Demo, open_page: Callable[..., Page]
) -> None:
    card = open_page(f"/cards/{CARD}/", who="pair7b")
    card.evaluate("window.isTheSamePage = true")
    page = open_page(ADDRESS, who="pair7a")
    with page.expect_download() as download:
        page.locator("#hand-in").get_by_role("link", name="Download").click()
    messy = Path(download.value.path()).read_bytes()
    with zipfile.ZipFile(io.BytesIO(messy)) as given:
        names = given.namelist()
    assert any(" " in name for name in names)

    give(page, a_zip(PICTURE, "a_picture.zip"))
    expect(page.locator("#hand-in [role=alert]").first).to_contain_text("a_picture.zip")
    assert demo.hand_ins("7", QUEST) == []  # refused at its first bytes: it cost nothing, and was not kept

    give(page, a_zip(messy), twice=True)
    expect(page.locator("#hand-in .verdict--wrong")).to_be_visible(timeout=CHECKED_MS)
    places = page.locator("#hand-in .verdict .findings__where").all_inner_texts()
    assert 0 < len(places) <= 20
    assert [place for place in places if place.rpartition(":")[0] not in names and place not in names] == []
    expect(page.locator("#hand-in .verdict")).to_contain_text("still 0")
    expect(page.locator("#standing")).to_contain_text("9 attempts left")
    assert demo.attempts("7", QUEST) == [("wrong", "label_class_zero")]

    give(page, a_zip(messy, "once more.zip"))
    expect(page.locator("#hand-in")).to_contain_text("the very same before")
    assert demo.attempts("7", QUEST) == [("wrong", "label_class_zero")]
    assert [status for _, status in demo.hand_ins("7", QUEST)] == ["returned"]
    expect(card.locator(f"#note-{QUEST}")).not_to_contain_text("Solved")

    label = demo.key("7", CARD, QUEST)["truth"][0]
    give(page, a_zip(through_the_mill(messy, label)))
    expect(page.locator("#hand-in .verdict--correct")).to_contain_text("points", timeout=CHECKED_MS)
    expect(page.locator("#standing")).to_contain_text("Solved")
    expect(card.locator(f"#note-{QUEST}")).to_contain_text("Solved", timeout=15_000)
    assert card.evaluate("window.isTheSamePage")
    assert demo.attempts("7", QUEST) == [("wrong", "label_class_zero"), ("correct", "")]


def test_what_a_pair_hands_in_and_its_material_are_nobody_elses(demo: Demo, open_page: Callable[..., Page]) -> None:
    ((ours,),) = demo.query("select id from courses_pair where name = '1'")
    hand_ins = demo.hand_ins("1", QUEST)
    assert hand_ins
    stranger, mate = open_page(ADDRESS, who="pair4a"), open_page(ADDRESS, who="pair1b")
    for number, _status in hand_ins:
        for address in (f"/hand-ins/{number}/files/labels/", f"/api/hand-ins/{number}/", f"/teach/reviews/{number}/"):
            assert stranger.request.get(address).status == 404, address
        assert mate.request.get(f"/hand-ins/{number}/files/labels/").status == 200
    material = stranger.request.get(f"{ADDRESS}material/", params={"pair": str(ours)})
    assert material.body() != mate.request.get(f"{ADDRESS}material/").body()  # whatever one asks for: one's own

"""Every pair has a checkpoint of its own in which Charlie hides; a hint lowers what finding him earns."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.end_to_end.conftest import REPOSITORY, Demo

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CARD, QUEST = "charlie-in-the-weights", "the-drawing"
ADDRESS = f"/cards/{CARD}/quests/{QUEST}/"


def download(page: Page) -> bytes:
    with page.expect_download() as download:
        page.locator("#quest").get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "charlie.pt"
    return Path(download.value.path()).read_bytes()


def seed_of(demo: Demo, pair: str) -> str:
    sql = """select variant.parameters from quests_variant variant join courses_pair pair on pair.id = variant.pair_id
             where pair.name = ? and variant.quest = ?"""
    return str(json.loads(str(demo.query(sql, pair, QUEST)[0][0]))["seed"])


def test_a_pair_takes_a_hint_and_finds_charlie_in_its_own_checkpoint(
    demo: Demo, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page(ADDRESS, who="pair7a")
    content = download(page)
    neighbour = open_page(ADDRESS, who="pair4a")
    assert content != download(neighbour)
    (tmp_path / "charlie.pt").write_bytes(content)
    read = [sys.executable, "-m", "ml", "read", str(tmp_path / "charlie.pt")]
    run = subprocess.run(read, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "yolov5" in run.stdout.lower()

    layer, row = demo.key("7", CARD, QUEST)["truth"]
    for said in (page.content(), page.request.get(f"/api{ADDRESS}").text()):
        assert seed_of(demo, "7") not in said
        assert not re.search(rf"\b{layer}\D{{1,4}}{row}\b", said)

    hints = page.locator("#hints")
    expect(hints).to_contain_text("bring 25 points instead of 30")
    expect(hints).not_to_contain_text("make_grid")  # its price is known before it is
    hints.get_by_role("button", name="Take hint 1").click()
    expect(hints).to_contain_text("make_grid")
    expect(page.locator("#standing")).to_contain_text("25 of 30 points to win")
    expect(neighbour.locator("#standing")).not_to_contain_text("25 of 30")

    page.fill("#answer", f"{layer}, {row}")
    page.locator("#answer-form form button").click()
    expect(page.locator("#verdict")).to_contain_text("+25 points")
    expect(page.locator("#standing")).to_contain_text("25 of 30 points")
    assert demo.attempts("7", QUEST) == [("correct", "")]

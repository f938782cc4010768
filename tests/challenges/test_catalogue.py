"""Cards that change while people play."""

import os
import shutil
from pathlib import Path

import pytest

from challenges.catalogue import Catalogue
from challenges.spec import FOLDER
from challenges.yaml_file import CardError

HUNT = "where_is_charlie"
QUEST = Path(HUNT) / "quests" / "layer-17" / "quest.yaml"


class Clock:
    """Stands still until somebody moves it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER / HUNT, tmp_path / "ours" / HUNT)
    return tmp_path / "ours"


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    os.utime(file, ns=(1, file.stat().st_mtime_ns + 1))


def test_a_changed_quest_is_read_again_at_the_next_look(folder: Path) -> None:
    clock = Clock()
    catalogue = Catalogue(folder, clock=clock)
    before = catalogue.cards()
    change(folder / QUEST, "points: 10", "points: 12")
    assert catalogue.cards() is before
    clock.now += 2
    [card] = catalogue.cards()
    assert card.quest("layer-17").points == 12
    assert card.quest("layer-17").version != before[0].quest("layer-17").version


def test_nothing_is_read_again_when_nothing_changed(folder: Path) -> None:
    clock = Clock()
    catalogue = Catalogue(folder, clock=clock)
    before = catalogue.cards()
    clock.now += 2
    assert catalogue.cards() is before


def test_a_mistake_in_a_file_leaves_the_class_with_the_cards_as_they_were(folder: Path) -> None:
    clock = Clock()
    catalogue = Catalogue(folder, clock=clock)
    before = catalogue.cards()
    change(folder / QUEST, "tint: coral", "tint: mauve")
    clock.now += 2
    assert catalogue.cards() is before
    assert "quest.yaml:2: “mauve” is not one of" in str(catalogue.problem)
    change(folder / QUEST, "tint: mauve", "tint: sky")
    clock.now += 2
    assert catalogue.cards()[0].quest("layer-17").tint == "sky"
    assert catalogue.problem is None


def test_cards_that_were_never_usable_are_refused(folder: Path) -> None:
    change(folder / QUEST, "tint: coral", "tint: mauve")
    with pytest.raises(CardError, match="mauve"):
        Catalogue(folder).cards()


def test_a_folder_copied_while_the_site_runs_is_a_new_quest(folder: Path) -> None:
    catalogue = Catalogue(folder)
    before = {quest.slug for quest in catalogue.cards()[0].quests}
    shutil.copytree((folder / QUEST).parent, folder / HUNT / "quests" / "layer-18")
    catalogue.look_again()
    assert {quest.slug for quest in catalogue.cards()[0].quests} - before == {"layer-18"}


def test_a_sites_own_card_takes_the_place_of_ours(folder: Path, tmp_path: Path) -> None:
    catalogue = Catalogue(folder)
    catalogue.add(tmp_path / "theirs")
    ours = catalogue.cards()[0]
    shutil.copytree(folder / HUNT, tmp_path / "theirs" / "hunt-of-this-year")
    change(tmp_path / "theirs" / "hunt-of-this-year" / "card.yaml", "en: Where's Charlie?", "en: Charlie again")
    catalogue.look_again()
    [theirs] = catalogue.cards()
    assert (theirs.slug, theirs.title["en"]) == (ours.slug, "Charlie again")

"""The cards that we ship, and what is said when a file is wrong."""

import re
from pathlib import Path

import pytest

from challenges.answers import Malformed, read_answer
from challenges.kinds import KINDS
from challenges.loading import read_card, read_quest, read_task
from challenges.spec import Quest, find_task, load_cards
from challenges.yaml_file import CardError

CARDS = load_cards()
QUESTS = [quest for card in CARDS for quest in card.quests]

GOOD = """\
section: side
tint: sky
points: 10
title: {fr: Titre, en: Title}
statement: {fr: "Pour {side} px ?", en: "For {side} px?"}
expects: {fr: un nombre, en: a number}
parameters:
  side: [320, 640]
question: {kind: prediction_count, model: yolov5s, image_size: [$side, $side]}
examples: {readable: ["12"], malformed: ["?"]}
"""


def test_there_are_two_bingo_cards_a_hunt_of_forty_questions_and_more_and_three_hiding_places() -> None:
    assert {card.slug: len(card.quests) for card in CARDS} == {
        "bingo-de-yolo": 9,
        "bingo-de-yolo-2": 9,
        "where-is-charlie": 48,
        "charlie-in-the-weights": 3,
    }


def test_every_kind_is_asked() -> None:
    assert {quest.kind for quest in QUESTS} == set(KINDS)


def test_main_quests_come_before_side_quests_on_a_bingo_card() -> None:
    for card in CARDS:
        if card.layout:
            sections = [quest.section for quest in card.quests]
            assert sections == sorted(sections)
            assert sections[:3] == ["main"] * 3


def test_every_quest_can_be_helped() -> None:
    """A hint each, in both languages, that costs something but less than half; an open question may do without."""
    for quest in QUESTS:
        assert quest.hints or quest.kind == "open_question", quest.slug
        assert sum(hint.cost for hint in quest.hints) < quest.points, quest.slug


def test_a_card_finds_its_quests_by_name() -> None:
    assert CARDS[2].quest("layer-17").kind == "tensor_shape"
    with pytest.raises(KeyError):
        CARDS[2].quest("nope")


@pytest.mark.parametrize("quest", QUESTS, ids=lambda quest: quest.slug)
def test_every_text_exists_in_both_languages_and_they_differ(quest: Quest) -> None:
    for texts in (quest.title, quest.statement, quest.expects):
        assert set(texts) == {"fr", "en"}
        assert all(texts.values())
    assert quest.statement["fr"] != quest.statement["en"]


@pytest.mark.parametrize("quest", QUESTS, ids=lambda quest: quest.slug)
def test_the_examples_of_a_quest_are_read_as_it_says(quest: Quest) -> None:
    for text in quest.examples.readable:
        assert not isinstance(read_answer(quest.kind, text), Malformed), text
    for text in quest.examples.malformed:
        assert isinstance(read_answer(quest.kind, text), Malformed), text


@pytest.mark.parametrize("quest", QUESTS, ids=lambda quest: quest.slug)
def test_statements_hold_no_html_and_never_what_the_student_must_find(quest: Quest) -> None:
    for language, text in quest.statement.items():
        assert not re.search(r"<[a-z/!]", text)
        assert not quest.shows(language) & set(quest.derived)


def test_a_good_quest_is_read(tmp_path: Path) -> None:
    quest = read(tmp_path, GOOD)
    assert quest.question_for({"side": 320}) == {
        "kind": "prediction_count",
        "model": "yolov5s",
        "image_size": [320, 320],
    }
    assert quest.statement_for({"side": 320}, "en") == "For 320 px?"
    assert quest.model == "yolov5s"
    assert quest.attempts is None


def test_a_quest_has_another_version_when_its_file_changes(tmp_path: Path) -> None:
    before = read(tmp_path, GOOD).version
    assert read(tmp_path, GOOD).version == before
    assert read(tmp_path, GOOD.replace("points: 10", "points: 11")).version != before


def read(folder: Path, text: str) -> Quest:
    file = folder / "good" / "quest.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return read_quest(file, card="test")


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("section: side", "section: aside", 1, "not one of main, side"),
        ("tint: sky", "tint: mauve", 2, "not one of coral"),
        ("points: 10", "points: ten", 3, "a whole number"),
        ("points: 10", "points: true", 3, "a whole number"),
        ("points: 10", "points: 10\npoints: 11", 4, "given twice"),
        ("points: 10", "point: 10", 1, "“points” is missing"),
        ("points: 10", "points: 10\nattempts: 0", 4, "from 1 to"),
        ("points: 10", "points: 10\nbonus: 3", 4, "not known here"),
        ("title: {fr: Titre, en: Title}", "title: {fr: Titre}", 4, "“en” is missing"),
        ("title: {fr: Titre, en: Title}", "title: {fr: Titre, en: ' '}", 4, "a text is expected"),
        ("For {side} px?", "For {sides} px?", 5, "no parameter is called sides"),
        ("For {side} px?", "For a picture?", 5, "do not show the same"),
        ("For {side} px?", "For {side} {Px}?", 5, "a brace that is no placeholder"),
        ("[320, 640]", "[]", 8, "nothing to choose from"),
        ("[320, 640]", "{from: 9, to: 3}", 8, "a whole number from 9"),
        ("[320, 640]", "[[1, 2]]", 8, "a choice is a number"),
        ("[320, 640]", "[320, 640]\n  unused: [1]", 8, "drawn and then not used"),
        ("[320, 640]", "[320, 5000]", 9, "“image_size” is"),
        ("kind: prediction_count", "kind: guess", 9, "not one of"),
        ("model: yolov5s, ", "", 9, "“model” is missing"),
        ("kind: prediction_count, ", "", 9, "a question has a kind"),
        ('malformed: ["?"]', "malformed: []", 10, "shows “readable” and “malformed”"),
        ("points: 10", "points: 10\nhints: [{cost: 11, fr: a, en: b}]", 4, "a whole number from 0 to 10"),
        ("points: 10", "points: 10\nhints: [{cost: 1, fr: a}]", 4, "“en” is missing"),
        ("image_size: [$side, $side]", "image_size: [$height, $side]", 9, "no parameter is called height"),
        ("image_size: [$side, $side]", "image_size: [$side, $side], layer: 3", 9, "has no “layer”"),
        ('malformed: ["?"]', "malformed: text", 10, "a list is expected"),
        ("expects: {fr: un nombre, en: a number}", "expects: [", 8, "expected"),
    ],
)
def test_a_wrong_quest_file_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    assert old in GOOD
    with pytest.raises(CardError) as refusal:
        read(tmp_path, GOOD.replace(old, new, 1))
    assert str(refusal.value).startswith(f"{tmp_path / 'good' / 'quest.yaml'}:{line}: ")
    assert message in str(refusal.value)


@pytest.mark.parametrize("text", ["", "- a\n- list\n", "just a word", "a: !!python/object:os.system {}\n"])
def test_a_file_that_is_no_quest_at_all_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(CardError, match=r"quest\.yaml:1"):
        read(tmp_path, text)


def test_an_absent_or_unreadable_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(CardError, match=r"absent/quest\.yaml:1"):
        read_quest(tmp_path / "absent" / "quest.yaml", card="test")
    (tmp_path / "quest.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CardError, match=r"quest\.yaml:1"):
        read_quest(tmp_path / "quest.yaml", card="test")


@pytest.mark.parametrize(
    ("layout", "quests", "message"),
    [
        ("{rows: 1, columns: 2}", "[good]", "does not hold exactly 1"),
        ("{rows: 1, columns: 1}", "[]", "at least one quest"),
        ("{rows: 1, columns: 2}", "[good, good]", "listed twice"),
        ("{rows: 1, columns: 1}", "[absent]", "absent/quest.yaml:1"),
    ],
)
def test_a_card_that_does_not_fit_its_quests_is_refused(tmp_path: Path, layout: str, quests: str, message: str) -> None:
    if quests != "[]":
        write_quest(tmp_path, "good", GOOD)
    with pytest.raises(CardError, match=re.escape(message)):
        read_card(write_card(tmp_path, f"layout: {layout}\nquests: {quests}\n"))


def test_copying_a_folder_adds_a_quest_after_those_that_the_card_lists(tmp_path: Path) -> None:
    for slug in ("zebra", "good", "apple"):
        write_quest(tmp_path, slug, GOOD)
    _, card = read_card(write_card(tmp_path, "quests: [good]\n"))
    assert [quest.slug for quest in card.quests] == ["good", "apple", "zebra"]


CHAPTER = "chapters:\n  - {title: {fr: Un, en: One}, quests: [b, a]}\n"


def test_chapters_give_the_order_where_the_card_gives_none(tmp_path: Path) -> None:
    for slug in "abc":
        write_quest(tmp_path, slug, GOOD)
    _, card = read_card(write_card(tmp_path, CHAPTER + "  - {title: {fr: Deux, en: Two}, quests: [c]}\n"))
    assert [quest.slug for quest in card.quests] == ["b", "a", "c"]
    assert [(chapter.title["en"], chapter.quests) for chapter in card.chapters] == [
        ("One", ("b", "a")),
        ("Two", ("c",)),
    ]


def test_a_quest_that_no_chapter_lists_is_in_a_last_one(tmp_path: Path) -> None:
    for slug in "abc":
        write_quest(tmp_path, slug, GOOD)
    _, card = read_card(write_card(tmp_path, CHAPTER))
    assert [chapter.quests for chapter in card.chapters] == [("b", "a"), ("c",)]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (CHAPTER.replace("[b, a]", "[b, a, c, b]"), "a quest is listed twice"),
        (f"quests: [a, b, c]\n{CHAPTER.replace('[b, a]', '[b, a, c]')}", "do not give the same order"),
        (f"quests: [a, b, c]\n{CHAPTER.replace('[b, a]', '[a, b, c, a]')}", "“a” is in two chapters"),
        (f"quests: [a, b, c]\n{CHAPTER.replace('[b, a]', '[a, b, c, d]')}", "“d” is not a quest of this card"),
        (CHAPTER.replace("[b, a]", "[]"), "at least one quest"),
        (CHAPTER.replace(", quests: [b, a]", ""), "“quests” is missing"),
        (CHAPTER.replace("[b, a]", "[b, a, c]") + "layout: {rows: 1, columns: 3}\n", "a grid has no chapters"),
    ],
)
def test_chapters_that_do_not_hold_every_quest_once_are_refused(tmp_path: Path, more: str, message: str) -> None:
    for slug in "abc":
        write_quest(tmp_path, slug, GOOD)
    with pytest.raises(CardError, match=message) as refusal:
        read_card(write_card(tmp_path, more))
    assert re.match(r".*card\.yaml:\d+: ", str(refusal.value))


def test_a_folder_whose_name_is_no_slug_is_refused(tmp_path: Path) -> None:
    write_quest(tmp_path, "Good copy", GOOD)
    with pytest.raises(CardError, match="is not a slug"):
        read_card(write_card(tmp_path, ""))


@pytest.mark.parametrize(
    ("needs", "message"),
    [
        ({"one": "[nowhere]"}, "one asks first for nowhere"),
        ({"one": "[two]", "two": "[one]"}, "wait for each other: one, two"),
        ({"one": "[one]"}, "wait for each other: one"),
    ],
)
def test_quests_that_could_never_open_are_refused(tmp_path: Path, needs: dict[str, str], message: str) -> None:
    for slug in ("one", "two"):
        first = f"prerequisites: {needs[slug]}\n" if slug in needs else ""
        write_quest(tmp_path, slug, first + GOOD)
    with pytest.raises(CardError, match=message):
        read_card(write_card(tmp_path, ""))


def write_quest(folder: Path, slug: str, text: str) -> None:
    file = folder / "quests" / slug / "quest.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")


def write_card(folder: Path, more: str) -> Path:
    card = folder / "card.yaml"
    head = "slug: c\nposition: 1\ntitle: {fr: a, en: b}\nintro: {fr: a, en: b}\n"
    card.write_text(head + more, encoding="utf-8")
    return card


def test_the_demo_task_is_what_the_course_announces() -> None:
    task = find_task("charlie")
    assert task.classes == ("charlie", "glasses", "mug", "key")
    assert (task.image_size, task.split, task.metric) == (416, "test", "map50_95")
    assert (task.settings["confidence"], task.settings["iou"], task.settings["max_detections"]) == (0.001, 0.6, 300)
    with pytest.raises(KeyError):
        find_task("nope")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("image_size: 416", "image_size: 400", "a multiple of 32"),
        ("metric: map50_95", "metric: luck", "not one of map50"),
        ("classes: [charlie,", "classes: [charlie, charlie,", "each once"),
        ("  iou: 0.6", "  iou: 6", "a number from 0 to 1"),
        ("  iou: 0.6", "  iuo: 0.6", "not known here"),
    ],
)
def test_a_wrong_task_file_is_refused_with_its_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = (Path(__file__).parents[2] / "challenges" / "tasks" / "charlie.yaml").read_text("utf-8")
    file = tmp_path / "charlie.yaml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CardError, match=message) as refusal:
        read_task(file)
    line = text[: text.index(old)].count("\n") + 1
    assert str(refusal.value).startswith(f"{file}:{line}: ")

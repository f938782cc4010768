"""The cards that we ship, and what is said when a file is wrong."""

import re
from collections import Counter
from pathlib import Path

import pytest

from challenges.answers import Malformed, read_answer
from challenges.loading import read_card, read_quest, read_task
from challenges.spec import KINDS, Quest, find_task, load_cards, placeholders
from challenges.yaml_file import CardError

CARDS = load_cards()
QUESTS = [quest for card in CARDS for quest in card.quests]

GOOD = """\
slug: good
section: side
tint: sky
points: 10
title: {fr: Titre, en: Title}
statement: {fr: "Pour {side} px ?", en: "For {side} px?"}
hint: {fr: un nombre, en: a number}
parameters:
  side: [320, 640]
question: {kind: prediction_count, model: yolov5s, image_size: [$side, $side]}
examples: {readable: ["12"], malformed: ["?"]}
"""


def test_there_are_two_cards_of_nine_quests_and_every_kind_is_asked() -> None:
    assert [card.slug for card in CARDS] == ["bingo-de-yolo", "where-is-charlie"]
    assert [len(card.quests) for card in CARDS] == [9, 9]
    assert set(Counter(quest.kind for quest in QUESTS)) == set(KINDS)


def test_a_card_finds_its_quests_by_name() -> None:
    assert CARDS[1].quest("layer-17").kind == "tensor_shape"
    with pytest.raises(KeyError):
        CARDS[1].quest("nope")


@pytest.mark.parametrize("quest", QUESTS, ids=lambda quest: quest.slug)
def test_every_text_exists_in_both_languages_and_they_differ(quest: Quest) -> None:
    for texts in (quest.title, quest.statement, quest.hint):
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
    for text in quest.statement.values():
        assert not re.search(r"<[a-z/!]", text)
        assert not placeholders(text) & set(quest.derived)


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
    file = folder / "good.yaml"
    file.write_text(text, encoding="utf-8")
    return read_quest(file, card="test")


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("slug: good", "slug: bad", 1, "not the file's name"),
        ("slug: good", "slug: Not A Slug", 1, "not a slug"),
        ("section: side", "section: aside", 2, "not one of main, side"),
        ("tint: sky", "tint: mauve", 3, "not one of coral"),
        ("points: 10", "points: ten", 4, "a whole number"),
        ("points: 10", "points: true", 4, "a whole number"),
        ("points: 10", "points: 10\npoints: 11", 5, "given twice"),
        ("points: 10", "point: 10", 1, "“points” is missing"),
        ("points: 10", "points: 10\nattempts: 0", 5, "from 1 to"),
        ("points: 10", "points: 10\nbonus: 3", 5, "not known here"),
        ("title: {fr: Titre, en: Title}", "title: {fr: Titre}", 5, "“en” is missing"),
        ("title: {fr: Titre, en: Title}", "title: {fr: Titre, en: ' '}", 5, "a text is expected"),
        ("For {side} px?", "For {sides} px?", 6, "no parameter is called sides"),
        ("For {side} px?", "For a picture?", 6, "do not show the same"),
        ("For {side} px?", "For {side} {Px}?", 6, "a brace that is no placeholder"),
        ("[320, 640]", "[]", 9, "nothing to choose from"),
        ("[320, 640]", "{from: 9, to: 3}", 9, "a whole number from 9"),
        ("[320, 640]", "[[1, 2]]", 9, "a choice is a number"),
        ("[320, 640]", "[320, 640]\n  unused: [1]", 9, "drawn and then not used"),
        ("[320, 640]", "[320, 5000]", 10, "“image_size” is"),
        ("kind: prediction_count", "kind: guess", 10, "not one of"),
        ("model: yolov5s, ", "", 10, "a kind and a model"),
        ("image_size: [$side, $side]", "image_size: [$height, $side]", 10, "no parameter is called height"),
        ("image_size: [$side, $side]", "image_size: [$side, $side], layer: 3", 10, "has no “layer”"),
        ('malformed: ["?"]', "malformed: text", 11, "a list is expected"),
        ("hint: {fr: un nombre, en: a number}", "hint: [", 9, "expected"),
    ],
)
def test_a_wrong_quest_file_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    assert old in GOOD
    with pytest.raises(CardError) as refusal:
        read(tmp_path, GOOD.replace(old, new, 1))
    assert str(refusal.value).startswith(f"{tmp_path / 'good.yaml'}:{line}: ")
    assert message in str(refusal.value)


@pytest.mark.parametrize("text", ["", "- a\n- list\n", "just a word", "a: !!python/object:os.system {}\n"])
def test_a_file_that_is_no_quest_at_all_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(CardError, match=r"good\.yaml:1"):
        read(tmp_path, text)


def test_an_absent_or_unreadable_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(CardError, match=r"absent\.yaml:1"):
        read_quest(tmp_path / "absent.yaml", card="test")
    (tmp_path / "good.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CardError, match=r"good\.yaml:1"):
        read_quest(tmp_path / "good.yaml", card="test")


@pytest.mark.parametrize(
    ("layout", "quests", "message"),
    [
        ("{rows: 1, columns: 2}", "[good]", "does not hold exactly 1"),
        ("{rows: 1, columns: 1}", "[]", "at least one quest"),
        ("{rows: 1, columns: 2}", "[good, good]", "listed twice"),
        ("{rows: 1, columns: 1}", "[absent]", "absent.yaml:1"),
        ("{rows: 1, columns: 1}", "[good]", "not listed: forgotten"),
    ],
)
def test_a_card_that_does_not_fit_its_quests_is_refused(tmp_path: Path, layout: str, quests: str, message: str) -> None:
    (tmp_path / "quests").mkdir()
    (tmp_path / "quests" / "good.yaml").write_text(GOOD, encoding="utf-8")
    if "forgotten" in message:
        (tmp_path / "quests" / "forgotten.yaml").write_text(GOOD, encoding="utf-8")
    card = tmp_path / "card.yaml"
    card.write_text(
        f"slug: c\nposition: 1\ntitle: {{fr: a, en: b}}\nintro: {{fr: a, en: b}}\nlayout: {layout}\nquests: {quests}\n",
        encoding="utf-8",
    )
    with pytest.raises(CardError, match=re.escape(message)):
        read_card(card)


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

"""The rubric's file: what ours says, what a teacher's may say, and where a complaint points."""

from pathlib import PurePath
from typing import Any

import pytest

from challenges.rubric import STEPS, from_document, to_document
from challenges.rubric_file import DEFAULT, default_rubric, parse_rubric, to_yaml
from challenges.yaml_file import CardError

FILE = PurePath("rubric.yaml")
SMALL = """\
title: {fr: Grille, en: Rubric}
intro: {fr: Voici, en: Here}
rounding: 0.5
themes:
- {key: film, title: {fr: Film, en: Film}}
cells:
- theme: film
  weight: 2
  expects: {fr: On vous entend, en: You are heard}
  descriptors:
  - {fr: a0, en: b0}
  - {fr: a1, en: b1}
  - {fr: a2, en: b2}
  - {fr: a3, en: b3}
  - {fr: a4, en: b4}
"""


def test_ours_is_three_themes_by_three_analyses_by_two_scopes() -> None:
    rubric = default_rubric()
    assert len(rubric.cells) == len(set(rubric.keys)) == 18
    assert "training.lessons.micro" in rubric.keys
    assert {cell.weight for cell in rubric.cells} == {1}


def test_each_of_our_cells_has_its_own_words_in_both_languages() -> None:
    cells = default_rubric().cells
    for language in ("fr", "en"):
        texts = [descriptor[language] for cell in cells for descriptor in cell.descriptors]
        assert len(set(texts)) == len(texts) == 18 * STEPS
        assert len({cell.expects[language] for cell in cells}) == 18


def test_a_cell_says_its_title_from_its_axes() -> None:
    rubric = default_rubric()
    assert rubric.title_of(rubric.cells[0])["en"] == "Dataset · Quantitative · Macro: the whole class"
    alone = parse_rubric(SMALL, FILE)
    assert (alone.cells[0].key, alone.title_of(alone.cells[0])["fr"]) == ("film", "Film")


def test_what_is_downloaded_is_what_is_read() -> None:
    for rubric in (default_rubric(), parse_rubric(SMALL, FILE)):
        document = to_document(rubric)
        assert parse_rubric(to_yaml(document), FILE) == rubric == from_document(document)
    assert DEFAULT.read_text("utf-8").endswith(to_yaml(to_document(default_rubric())))


@pytest.mark.parametrize(
    ("was", "becomes", "line", "says"),
    [
        ("rounding: 0.5", "rounding: 0.3", 3, "rounded to one of"),
        ("rounding: 0.5", "rounding: soon", 3, "a number"),
        ("weight: 2", "weight: -1", 8, "a number from 0 to 100"),
        ("weight: 2", "weight: .nan", 8, "a number from 0 to 100"),
        ("weight: 2", "weight: 0", 7, "every weight is 0"),
        ("- theme: film", "- theme: movie", 7, "not a known theme"),
        ("key: film", "key: Film 1", 5, "not a key"),
        ("  - {fr: a4, en: b4}\n", "", 11, "5 descriptors"),
        ("{fr: a4, en: b4}", "{fr: a4}", 15, "“en” is missing"),
        ("{fr: a4, en: b4}", "{fr: a4, en: ''}", 15, "a text is expected"),
        ("  weight: 2", "  weight: 2\n  colour: red", 9, "not known here"),
        ("  weight: 2", "  weight: 2\n  scope: macro", 9, "not a known scope"),
        ("cells:", "cells: []\nmore:", 8, "not known here"),
        ("title: {fr: Grille, en: Rubric}", "title: &a {fr: x, en: y}\nintro2: *a", 2, "aliases"),
        ("en: Here", "en: " + "x" * 2001, 2, "at most 2000"),
    ],
)
def test_a_complaint_names_the_line(was: str, becomes: str, line: int, says: str) -> None:
    assert was in SMALL
    with pytest.raises(CardError, match=says) as complaint:
        parse_rubric(SMALL.replace(was, becomes), FILE)
    assert str(complaint.value).startswith(f"rubric.yaml:{line}:")


def test_a_cell_stands_once_and_a_file_has_an_end() -> None:
    cell = SMALL[SMALL.index("- theme") :]
    with pytest.raises(CardError, match="“film” is given twice"):
        parse_rubric(SMALL + cell, FILE)
    with pytest.raises(CardError, match="larger than"):
        parse_rubric(SMALL + "#" * 300_000, FILE)
    with pytest.raises(CardError, match="empty"):
        parse_rubric("", FILE)


def test_sixty_cells_are_read_and_no_more() -> None:
    def with_cells(count: int) -> str:
        document: dict[str, Any] = to_document(parse_rubric(SMALL, FILE))
        document["analyses"] = [{"key": f"a{i}", "title": {"fr": "x", "en": "y"}} for i in range(12)]
        document["scopes"] = [{"key": f"s{i}", "title": {"fr": "x", "en": "y"}} for i in range(6)]
        places = [(f"a{i}", f"s{j}") for i in range(12) for j in range(6)][:count]
        document["cells"] = [{**document["cells"][0], "analysis": a, "scope": s} for a, s in places]
        return to_yaml(document)

    assert len(parse_rubric(with_cells(60), FILE).cells) == 60
    with pytest.raises(CardError, match="60"):
        parse_rubric(with_cells(61), FILE)

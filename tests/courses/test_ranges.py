"""The header Range, case by case (RFC 9110, section 14)."""

from datetime import UTC, datetime

import pytest

from courses.ranges import LONGEST_HEADER, Part, Unsatisfiable, is_unchanged, wanted_part

WHOLE = None
NOWHERE = "416"


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (None, WHOLE),
        ("", WHOLE),
        ("bytes=0-0", (0, 0)),
        ("bytes=0-", (0, 99)),
        ("bytes=10-19", (10, 19)),
        ("bytes=99-99", (99, 99)),
        ("bytes=99-", (99, 99)),
        ("bytes=90-1000", (90, 99)),  # as far as there is
        ("bytes=-1", (99, 99)),
        ("bytes=-100", (0, 99)),
        ("bytes=-1000", (0, 99)),  # a suffix longer than the file is the file
        ("Bytes=0-4", (0, 4)),  # units are compared without their case
        ("bytes= 0-4", (0, 4)),
        ("bytes=0-4,", (0, 4)),  # an empty element of a list is none
        ("bytes=5-5, 200-", (5, 5)),  # the one part that is there
        ("bytes=100-", NOWHERE),
        ("bytes=100-200", NOWHERE),
        ("bytes=-0", NOWHERE),
        ("bytes=100-, 200-", NOWHERE),
        ("bytes=0-4,10-14", WHOLE),  # several parts: the whole contains them
        ("bytes=0-,0-,0-,0-", WHOLE),
        ("bytes=5-4", WHOLE),  # invalid: ignored
        ("bytes=0-4,5-4", WHOLE),
        ("bytes=a-b", WHOLE),
        ("bytes=-", WHOLE),
        ("bytes=", WHOLE),
        ("bytes", WHOLE),
        ("bytes=--5", WHOLE),
        ("bytes=1.5-2", WHOLE),
        ("bytes=+1-2", WHOLE),
        ("bytes=0x1-2", WHOLE),
        ("bytes=٣-٤", WHOLE),
        ("bytes=0-4;", WHOLE),
        ("items=0-4", WHOLE),
        ("bytes=" + "9" * 30 + "-", WHOLE),
        ("bytes=" + "0-0," * LONGEST_HEADER, WHOLE),
    ],
)
def test_a_header_asks_for_one_part_for_the_whole_or_for_what_is_not_there(
    header: str | None, found: tuple[int, int] | str | None
) -> None:
    if found == NOWHERE:
        with pytest.raises(Unsatisfiable):
            wanted_part(header, 100)
        return
    assert wanted_part(header, 100) == (Part(*found) if isinstance(found, tuple) else None)


@pytest.mark.parametrize("header", ["bytes=0-", "bytes=0-0", "bytes=-5"])
def test_an_empty_file_has_no_part(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        wanted_part(header, 0)


@pytest.mark.parametrize(
    ("if_range", "unchanged"),
    [
        (None, True),
        ('"5e"', True),
        ('"5f"', False),
        ('W/"5e"', False),  # a weak one proves nothing about bytes
        ("Mon, 02 Mar 2026 12:00:00 GMT", True),
        ("Mon, 02 Mar 2026 12:00:01 GMT", False),  # later is not the same
        ("Mon, 02 Mar 2026 11:59:59 GMT", False),
        ("yesterday", False),
    ],
)
def test_a_part_is_given_only_of_the_very_file_that_is_held(if_range: str | None, unchanged: bool) -> None:
    modified_at = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    assert is_unchanged(if_range, etag='"5e"', modified_at=modified_at) is unchanged

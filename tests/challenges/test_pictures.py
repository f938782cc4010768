"""A question's picture is found by its name, and a name reaches nothing else."""

import pytest

from challenges import pictures


def test_every_picture_has_labels_a_size_and_charlie_once() -> None:
    assert pictures.names() == tuple(f"crowd-{number}" for number in range(1, 9))
    for name in pictures.names():
        assert pictures.size_of(name) == (720, 540)
        assert pictures.find(name).stat().st_size <= 60_000
        labels = pictures.labels_of(name)
        assert len(labels) >= 4
        assert [label for label, *_ in labels].count(0) == 1
        assert all(0 <= value <= 1 for _, *box in labels for value in box)


@pytest.mark.parametrize("name", ["crowd-1", "crowd-1.jpg"])
def test_a_picture_is_found_with_or_without_its_suffix(name: str) -> None:
    assert pictures.find(name).name == "crowd-1.jpg"


@pytest.mark.parametrize(
    "name", ["", "crowd-9", "../pictures/crowd-1", "/etc/passwd", "crowd-1.txt", "crowd-1\n", "__init__", "a" * 999]
)
def test_nothing_else_is_reached_through_a_name(name: str) -> None:
    with pytest.raises(pictures.UnknownPicture):
        pictures.find(name)

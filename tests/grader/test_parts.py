"""Which part of the hidden split a picture is in: whole clips, the same for everybody, and nobody guesses it."""

import pytest

from grader.parts import public_clusters

CLIPS = [f"clip-{picture // 5}" for picture in range(100)]  # twenty clips of five


def test_the_public_part_has_its_share_of_pictures_in_whole_clips() -> None:
    public = public_clusters(CLIPS, percent=50, seed="5eed")
    assert len(public) == 10


def test_the_same_seed_gives_the_same_part_whatever_the_order_of_the_pictures() -> None:
    assert public_clusters(CLIPS, percent=30, seed="a") == public_clusters(CLIPS[::-1], percent=30, seed="a")


def test_another_seed_gives_another_part() -> None:
    assert len({public_clusters(CLIPS, percent=50, seed=str(seed)) for seed in range(10)}) == 10


@pytest.mark.parametrize(
    ("clusters", "percent", "public"),
    [
        (CLIPS, 100, 20),
        (CLIPS, 1, 1),  # never nothing
        (CLIPS, 99, 19),  # never everything
        (["only"] * 8, 50, 0),
        ([], 50, 0),
        (["long"] * 90 + ["short"] * 10, 50, 1),
    ],
)
def test_neither_part_is_empty_where_there_are_two_clips(clusters: list[str], percent: int, public: int) -> None:
    assert len(public_clusters(clusters, percent=percent, seed="5eed")) == public


def test_names_that_are_not_unicode_have_their_place_too() -> None:
    assert public_clusters(["caf\udce9", "tea"], percent=50, seed="")

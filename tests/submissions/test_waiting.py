"""How long it will still take is a pure function of who works, who waits and what is usual."""

import pytest

from submissions.waiting import until_done


@pytest.mark.parametrize(
    ("rests", "place", "lanes", "seconds"),
    [
        ([], 1, 1, 60),  # nobody before, somebody free
        ([], 3, 1, 180),
        ([30], 1, 1, 90),
        ([30], 2, 1, 150),
        ([30], 1, 2, 60),  # the other worker is free
        ([30], 2, 2, 90),
        ([30, 10], 1, 2, 70),
        ([30, 10], 2, 2, 90),
        ([30, 10], 3, 2, 130),
        ([30, 10, 5], 1, 1, 65),  # more run than live: a worker has just died
        ([], 1, 0, 60),
    ],
)
def test_each_worker_takes_the_next_when_it_is_free(rests: list[float], place: int, lanes: int, seconds: float) -> None:
    assert until_done(rests, place=place, lanes=lanes, typical=60) == seconds

"""Reading ahead and lagging behind: same items, same order, errors where one waits, no thread left."""

import threading
from collections.abc import Iterator

import pytest

from ml.ahead import Behind, ahead


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


def test_items_come_in_their_order() -> None:
    with ahead(iter(range(50)), 3) as items:
        assert list(items) == list(range(50))


def test_a_reader_that_breaks_is_heard_after_what_it_had_read() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise LookupError("cut here")

    with ahead(broken(), 3) as items:
        assert next(items) == 1
        with pytest.raises(LookupError, match="cut here"):
            next(items)


def test_whoever_stops_early_leaves_no_reader_behind() -> None:
    asked = []

    def endless() -> Iterator[int]:
        number = 0
        while True:
            asked.append(number)
            yield number
            number += 1

    with ahead(endless(), 2) as items:
        assert next(items) == 0
    assert len(asked) < 10


def test_all_is_consumed_in_order_when_one_leaves() -> None:
    seen: list[int] = []
    with Behind(seen.append, 2) as behind:
        for number in range(20):
            behind.put(number)
    assert seen == list(range(20))


def test_a_consumer_that_breaks_is_heard_and_gets_nothing_more() -> None:
    seen: list[int] = []

    def consume(number: int) -> None:
        if number == 2:
            raise LookupError("full")
        seen.append(number)

    def send_all() -> None:
        with Behind(consume, 1) as behind:
            for number in range(20):
                behind.put(number)

    with pytest.raises(LookupError, match="full"):
        send_all()
    assert seen == [0, 1]


def test_a_caller_that_breaks_does_not_wait_for_what_is_left() -> None:
    seen: list[int] = []
    release = threading.Event()

    def consume(number: int) -> None:
        release.wait(5)
        seen.append(number)

    def break_midway() -> None:
        with Behind(consume, 10) as behind:
            for number in range(5):
                behind.put(number)
            release.set()
            raise KeyError

    with pytest.raises(KeyError):
        break_midway()
    assert len(seen) <= 5

"""Work that goes on beside the caller's: an iterator that is read ahead, a consumer that lags behind.

Decoders, encoders and ONNX Runtime release the interpreter's lock, so a thread for each lets them run at once. Errors
come out where the caller waits; no thread outlives its ``with``.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Final, Generic, TypeVar

T = TypeVar("T")
_POLL_SECONDS: Final = 0.1


class _End:
    """No more; with what ended it."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


@contextmanager
def ahead(source: Iterable[T], size: int) -> Iterator[Iterator[T]]:
    """The same items, at most ``size`` of them read ahead by a thread of its own."""
    waiting: Queue[T | _End] = Queue(size)
    stopped = Event()
    thread = Thread(target=_read, args=(source, waiting, stopped), name="ahead", daemon=True)
    thread.start()
    try:
        yield _items(waiting)
    finally:
        stopped.set()
        thread.join()


def _read(source: Iterable[T], waiting: "Queue[T | _End]", stopped: Event) -> None:
    end = _End(None)
    try:
        for item in source:
            if not _put(waiting, item, stopped):
                return
    except BaseException as error:
        end = _End(error)
    _put(waiting, end, stopped)


def _items(waiting: "Queue[T | _End]") -> Iterator[T]:
    while True:
        item = waiting.get()
        if isinstance(item, _End):
            if item.error is not None:
                raise item.error
            return
        yield item


def _put(waiting: "Queue[T | _End]", item: "T | _End", stopped: Event) -> bool:
    """False when nobody wants it any more."""
    while not stopped.is_set():
        try:
            waiting.put(item, timeout=_POLL_SECONDS)
        except Full:
            continue
        return True
    return False


class Behind(Generic[T]):
    """Calls ``consume`` for each item in a thread of its own, in order, at most ``size`` items behind.

    A context manager: leaving it waits until all is consumed (nothing more is, after an error). What ``consume``
    raised comes out of the next ``put``, or of leaving.
    """

    def __init__(self, consume: Callable[[T], object], size: int) -> None:
        self._consume = consume
        self._waiting: Queue[T | _End] = Queue(size)
        self._broken = Event()
        self._error: BaseException | None = None
        self._thread = Thread(target=self._work, name="behind", daemon=True)

    def __enter__(self) -> "Behind[T]":
        self._thread.start()
        return self

    def put(self, item: T) -> None:
        """Leave it to the thread; waits while too many are waiting."""
        if not _put(self._waiting, item, self._broken):
            assert self._error is not None
            raise self._error

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._drop()
        _put(self._waiting, _End(None), self._broken)
        self._thread.join()
        if kind is None and self._error is not None:
            raise self._error

    def _drop(self) -> None:
        """The caller failed: what waits is not worth the while."""
        while True:
            try:
                self._waiting.get_nowait()
            except Empty:
                return

    def _work(self) -> None:
        while not isinstance(item := self._waiting.get(), _End):
            try:
                self._consume(item)
            except BaseException as error:
                self._error = error
                self._broken.set()
                return

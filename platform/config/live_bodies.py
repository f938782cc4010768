"""Large bodies reach their view while they arrive.

Django's ASGI handler writes every body to disk before any view runs: a large file would be written twice, and a piece
whose connection drops would be lost as a whole. Where the body guard takes large bodies, the view reads what the
connection brings, block by block; the sender waits while it writes.
"""

import asyncio
import io
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future
from typing import Any, Final

from django.core.handlers.asgi import ASGIHandler

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

#: What is gathered for one call of ``read``: each is a trip from the view's thread to the loop and back.
BLOCK_BYTES: Final = 2**18
#: A sender that is silent for so long has gone, whatever its connection says.
SILENCE_SECONDS: Final = 90.0


class SenderGone(OSError):
    """The connection ended, or fell silent, before the body did."""


class LiveBody(io.RawIOBase):
    """The body as the view reads it, in its own thread; and, called, as the channel that says when the client goes.

    Django listens to that channel while the view works, so it says nothing before the body has ended.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        self._is_gone = self._is_read = False
        self._rest = memoryview(b"")
        self._tasks: set[asyncio.Task[None]] = set()

    async def __call__(self) -> Message:
        await self._ended.wait()
        return {"type": "http.disconnect"} if self._is_gone else await self._receive()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        """At most ``size`` bytes, at least one before the end. Raises SenderGone. Not to be called from the loop."""
        if size < 0:
            return b"".join(iter(lambda: self.read(BLOCK_BYTES), b""))
        if not self._rest and not self._is_gone and not self._is_read:
            self._rest = memoryview(self._next_block())
        if not self._rest and self._is_gone:
            raise SenderGone("the sender went away")
        block, self._rest = self._rest[:size], self._rest[size:]
        return bytes(block)

    def close(self) -> None:
        """By Django, at the end of the request: nobody reads what still comes."""
        for task in self._tasks:
            task.cancel()
        super().close()

    def _next_block(self) -> bytes:
        found: Future[bytes] = Future()
        self._loop.call_soon_threadsafe(self._start, found)
        try:
            return found.result(SILENCE_SECONDS)
        except TimeoutError as error:
            self._is_gone = True
            raise SenderGone("nothing arrived for too long") from error

    def _start(self, found: "Future[bytes]") -> None:
        task = self._loop.create_task(self._gather(found))
        self._tasks.add(task)  # the loop itself holds tasks weakly
        task.add_done_callback(self._tasks.discard)

    async def _gather(self, found: "Future[bytes]") -> None:
        """The reader hears first, then whoever waits for the end: what ends the request waits for its thread."""
        blocks: list[bytes] = []
        try:
            while not self._is_read and sum(map(len, blocks)) < BLOCK_BYTES:
                message = await self._receive()
                self._is_gone = message["type"] == "http.disconnect"
                self._is_read = self._is_gone or not message.get("more_body", False)
                blocks.append(message.get("body", b""))
        except BaseException:
            self._is_gone = self._is_read = True
            raise
        finally:
            found.set_result(b"".join(blocks))
            if self._is_read:
                self._ended.set()


class StreamingHandler(ASGIHandler):
    """Django's handler, but for the addresses that take large bodies."""

    def __init__(self, is_large: Callable[[str], bool]) -> None:
        super().__init__()
        self._is_large = is_large

    async def handle(self, scope: Any, receive: Receive, send: Any) -> None:
        await super().handle(scope, LiveBody(receive) if self._takes_a_body(scope) else receive, send)

    async def read_body(self, receive: Receive) -> Any:
        return receive if isinstance(receive, LiveBody) else await super().read_body(receive)

    def _takes_a_body(self, scope: Any) -> bool:
        return scope["method"] in ("POST", "PATCH", "PUT") and self._is_large(scope["path"])

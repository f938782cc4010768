"""Live events without another service: an in-memory channel layer, and a Unix socket for the other local processes.

The web process serves the socket; the worker's ``group_send`` goes through it. The call is the same everywhere, so a
larger installation only names another layer in ``CHANNEL_LAYERS``. Delivery is best effort: a worker never fails
because nobody listens, and a browser that missed a message asks again.
"""

import asyncio
import contextlib
import hashlib
import json
import logging
import os
import socket
import stat
import threading
import time
from pathlib import Path
from typing import Any, Final

from channels.layers import InMemoryChannelLayer

logger = logging.getLogger(__name__)

#: sizeof(sun_path) on Linux, less the final zero.
LONGEST_PATH: Final = 107
LONGEST_LINE: Final = 2**20
SWEEP_SECONDS: Final = 5.0


class EmbeddedChannelLayer(InMemoryChannelLayer):
    """``serve`` in the one process that holds the listeners; nothing to call in the others."""

    def __init__(self, path: str, **options: Any) -> None:
        super().__init__(**options)
        self.path = Path(path)
        self._server: asyncio.AbstractServer | None = None
        self._senders: set[asyncio.StreamWriter] = set()
        self._next_sweep = 0.0
        self._out: socket.socket | None = None
        self._out_lock = threading.Lock()

    async def serve(self) -> None:
        """Listen for other processes. Raises OSError when the socket cannot be made."""
        if self._server is not None:
            return
        address = socket_address(self.path, make=True)
        with contextlib.suppress(FileNotFoundError):
            address.unlink()
        before = os.umask(0o077)  # the socket is ours alone from its first moment
        try:
            self._server = await asyncio.start_unix_server(self._listen, address, limit=LONGEST_LINE)
        finally:
            os.umask(before)

    async def close(self) -> None:
        self._hang_up()
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        for sender in self._senders:
            sender.close()
        with contextlib.suppress(OSError):
            socket_address(self.path).unlink()

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        """To the listeners of this process, and, unless it is the one that serves, to those of the one that does."""
        await super().group_send(group, message)
        if self._server is None:
            self._forward(json.dumps([group, message]).encode() + b"\n")

    def _clean_expired(self) -> None:
        """The stock layer looks at every channel at every receive: quadratic in the number of listeners."""
        now = time.monotonic()
        if now >= self._next_sweep:
            self._next_sweep = now + SWEEP_SECONDS
            super()._clean_expired()

    def _forward(self, line: bytes) -> None:
        """A short write to a local socket; tried twice, because the web process may have restarted since the last."""
        with self._out_lock:
            for _ in range(2):
                try:
                    if self._out is None:
                        self._out = _connected(socket_address(self.path))
                    self._out.sendall(line)
                    return
                except OSError:
                    self._hang_up()
        logger.info("nobody listens at %s", self.path)

    def _hang_up(self) -> None:
        if self._out is not None:
            self._out.close()
        self._out = None

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._senders.add(writer)
        try:
            while line := await reader.readline():
                await self._deliver(line)
        except (ConnectionError, ValueError) as error:  # ValueError: a line longer than any of ours
            logger.warning("a local sender of live events was dropped: %s", error)
        finally:
            self._senders.discard(writer)
            writer.close()

    async def _deliver(self, line: bytes) -> None:
        try:
            group, message = json.loads(line)
            self.require_valid_group_name(group)
            if not isinstance(message, dict) or not isinstance(message.get("type"), str):
                raise TypeError("a message has a type")
        except (ValueError, TypeError) as error:
            logger.warning("a live event could not be read: %s", error)
            return
        await super().group_send(group, message)


def socket_address(path: Path, *, make: bool = False) -> Path:
    """``path``, or a short stand-in for one that is too long for a socket: every process finds the same.

    The stand-in lies in a folder of /tmp that is ours alone; OSError when somebody else made it. (Not ``gettempdir``:
    the two processes need not have the same TMPDIR.)
    """
    if len(os.fsencode(path)) <= LONGEST_PATH:
        if make:
            path.parent.mkdir(parents=True, exist_ok=True)
        return path
    name = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    folder = Path("/tmp") / f"dlcv-{os.getuid()}-{name}"
    if make:
        folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} is not a folder of ours alone")
    return folder / "live.sock"


def _connected(address: Path) -> socket.socket:
    found = socket.socket(socket.AF_UNIX)
    found.settimeout(1.0)
    try:
        found.connect(str(address))
    except OSError:
        found.close()
        raise
    return found

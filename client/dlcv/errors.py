"""The two ways in which a command ends badly, and what people read then, in their language already."""

from __future__ import annotations

from typing import Any

DONE = 0
FAILED = 1
REFUSED = 2
#: What a shell says of a program that was interrupted by Ctrl-C.
INTERRUPTED = 130


class Stopped(Exception):
    """A command that could not be done. ``status`` is the HTTP status that said so, 0 when none did."""

    exit_code = FAILED
    word = "failed: {reason}"

    def __init__(self, reason: str, advice: str = "", *, code: str = "", status: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.advice = advice
        self.code = code
        self.status = status

    def to_json(self) -> dict[str, Any]:
        return {"error": {"code": self.code, "reason": self.reason, "advice": self.advice}}


class Refused(Stopped):
    """Theirs: something the person can mend."""

    exit_code = REFUSED
    word = "refused: {reason}"


class Failed(Stopped):
    """Ours, or the network's."""


class Broken(Failed):
    """The connection or the server went away: trying again may help. ``wait_seconds``: not before so long."""

    def __init__(self, reason: str, advice: str = "", *, status: int = 0, wait_seconds: float = 0.0) -> None:
        super().__init__(reason, advice, code="network", status=status)
        self.wait_seconds = wait_seconds


class TooMany(Broken):
    """The server asks to be left alone for a while; waiting is all that helps."""

    exit_code = REFUSED
    word = "refused: {reason}"

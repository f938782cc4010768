"""Whose fault it is: ``SubmissionError`` is theirs and teaches, ``GraderError`` is ours and costs nothing."""

import secrets
from collections.abc import Mapping
from typing import Final

LANGUAGES: Final = ("en", "fr")


class SubmissionError(Exception):
    """What a student sent cannot be judged: shown to them, in their language, with what to do next.

    ``code`` is stable and machine-readable; ``reason`` and ``advice`` hold a sentence in ``en`` and ``fr``.
    ``detail`` is for instructors only; ``security_event`` says that somebody should look at the file.
    """

    detail: str = ""
    security_event: bool = False

    def __init__(self, code: str, reason: Mapping[str, str], advice: Mapping[str, str]) -> None:
        super().__init__(f"{code}: {reason['en']}")
        self.code = code
        self.reason = {language: reason[language] for language in LANGUAGES}
        self.advice = {language: advice[language] for language in LANGUAGES}


class GraderError(Exception):
    """Something of ours went wrong: people see ``id``, instructors the message, the server's log all of it.

    ``private`` may hold paths and other words of this machine; the message may not.
    """

    def __init__(self, message: str, *, private: str = "") -> None:
        super().__init__(message)
        self.private = private
        self.id = secrets.token_hex(4)


class Cancelled(Exception):
    """The caller asked to stop: nothing was judged, nothing is to be recorded."""

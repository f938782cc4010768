"""Whose fault it is: ``SubmissionError`` is theirs and teaches, ``GraderError`` is ours and costs nothing."""

import secrets
from collections.abc import Mapping
from typing import Final

LANGUAGES: Final = ("en", "fr")


class SubmissionError(Exception):
    """What a student sent cannot be judged: shown to them, in their language, with what to do next.

    ``code`` is stable and machine-readable; ``reason`` and ``advice`` hold a sentence in ``en`` and ``fr``.
    """

    def __init__(self, code: str, reason: Mapping[str, str], advice: Mapping[str, str]) -> None:
        super().__init__(f"{code}: {reason['en']}")
        self.code = code
        self.reason = {language: reason[language] for language in LANGUAGES}
        self.advice = {language: advice[language] for language in LANGUAGES}


class GraderError(Exception):
    """Something of ours went wrong: people see ``id``, the message goes to the instructors' log."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.id = secrets.token_hex(4)


class Cancelled(Exception):
    """The caller asked to stop: nothing was judged, nothing is to be recorded."""

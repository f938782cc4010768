"""The one error of ``ml`` that is somebody else's: what they gave us cannot be used, and here is why."""

from collections.abc import Mapping
from typing import Final

LANGUAGES: Final = ("en", "fr")


class Refused(Exception):
    """An input (file, name, option) that we decline, with a sentence and an advice in both languages.

    ``code`` is stable and machine-readable; ``reason`` says what is wrong, ``advice`` what to do next. ``facts``
    are the words of the file inside the reason, so that another process can write the same sentence again.
    """

    def __init__(
        self,
        code: str,
        reason: Mapping[str, str],
        advice: Mapping[str, str],
        facts: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code}: {reason['en']}")
        self.code = code
        self.reason = {language: reason[language] for language in LANGUAGES}
        self.advice = {language: advice[language] for language in LANGUAGES}
        self.facts = dict(facts or {})

"""The site's own family of "theirs" errors: something a person can mend, said in both languages."""

from collections.abc import Mapping


class Refusal(Exception):
    """What was asked cannot be done; nothing was written. ``status`` is the HTTP status that says so best."""

    def __init__(self, code: str, *, reason: Mapping[str, str], advice: Mapping[str, str], status: int = 400) -> None:
        super().__init__(f"{code}: {reason['en']}")
        self.code = code
        self.reason = dict(reason)
        self.advice = dict(advice)
        self.status = status

"""What somebody typed, against an answer key: right, wrong and which mistake, or not readable."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from challenges.key import AnswerKey


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one answer.

    ``mistake`` is a code of ``challenges.advice.MISTAKES`` when the wrong answer is explained. ``advice`` is
    a sentence in both languages, always there. ``understood`` is how the answer was read ("1 × 128 × 64 ×
    64"), empty when it was not.
    """

    verdict: Literal["correct", "wrong", "malformed"]
    mistake: str | None
    advice: Mapping[str, str]
    understood: str

    def to_json(self) -> dict[str, Any]:
        return {
            "verdict": self.verdict,
            "mistake": self.mistake,
            "advice": dict(self.advice),
            "understood": self.understood,
        }


def check_answer(question: Mapping[str, Any], key: AnswerKey, text: str) -> Verdict:
    raise AssertionError

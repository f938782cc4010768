"""What somebody typed, against an answer key: right, wrong and which mistake, or not readable.

An answer is judged to the digits it gives (docs/decisions/0053). A question's ``digits`` say how many it must
give: a number, or ``exact``. The truth is tried first, then the truth too roughly rounded, then every
mistake of the key in the order of ``challenges.advice``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final, Literal

from challenges.advice import advice_for, rank
from challenges.answers import Answer, Malformed, Number, read_answer
from challenges.comparing import Listed, is_same, what_differs
from challenges.key import AnswerKey, Mistake, Value
from challenges.kinds import KINDS
from challenges.spec import Bilingual

FLOAT32_DIGITS: Final = 7
USUAL_WEIGHT_DIGITS: Final = 4
FEWEST_DIGITS_TO_EXPLAIN: Final = 2  # one digit alone would fit some mistake by chance
#: How far apart honest conventions lie: YOLOv5's table adds the biases, its summary the normalization (2.95 % for n).
TOLERANCES: Final[Mapping[str, Decimal]] = {"flops": Decimal("0.03")}
ROUND_ZEROS: Final = 3  # 7,200,000: this many zeros at the end are a rounding, not a count


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one answer.

    ``mistake`` is a code of ``challenges.advice`` when the wrong answer is explained. ``advice`` is a
    sentence in both languages, always there. ``understood`` is how the answer was read ("1 × 128 × 64 ×
    64"), empty when it was not.
    """

    verdict: Literal["correct", "wrong", "malformed"]
    mistake: str | None
    advice: Bilingual
    understood: str

    def to_json(self) -> dict[str, Any]:
        return {
            "verdict": self.verdict,
            "mistake": self.mistake,
            "advice": dict(self.advice),
            "understood": self.understood,
        }


def check_answer(question: Mapping[str, Any], key: AnswerKey, text: str) -> Verdict:
    """Judge what was typed. Pure: no model, no torch, well under a millisecond; never raises on what people type."""
    kind = str(question["kind"])
    answer = read_answer(kind, text)
    if isinstance(answer, Malformed):
        return Verdict("malformed", None, answer.expected, "")
    code = _judge(kind, question.get("digits", KINDS[kind].digits), key, answer)
    if code == "correct":
        return Verdict("correct", None, advice_for(code, kind), str(answer))
    mistake = None if code == "unexplained" else code
    return Verdict("wrong", mistake, advice_for(code, kind), str(answer))


def coincide(kind: str, one: Value, other: Value) -> bool:
    """Whether two values are the same answer to a question of this kind."""
    if isinstance(one, tuple | str) or isinstance(other, tuple | str):
        return one == other
    if KINDS[kind].reader == "weight":
        return _close(Decimal(one), Decimal(other), USUAL_WEIGHT_DIGITS)
    return _decimal(one) == _decimal(other)


def _judge(kind: str, digits: int | str | None, key: AnswerKey, answer: Answer) -> str:
    if isinstance(answer, Malformed) or isinstance(key.truth, tuple) == isinstance(answer, Number):
        return "unexplained"
    if not isinstance(answer, Number):
        return _judge_list(key, answer)
    if KINDS[kind].reader == "weight":
        return _judge_weight(key, answer, needed=digits if isinstance(digits, int) else FLOAT32_DIGITS)
    return _judge_count(key, answer, digits, TOLERANCES.get(str(key.question.get("count")), Decimal(0)))


def _judge_list(key: AnswerKey, answer: Listed) -> str:
    if is_same(answer, key.truth, key):
        return "correct"
    code = _first(mistake for mistake in key.mistakes if is_same(answer, mistake.value, key))
    return what_differs(answer, key.truth) or code if code == "unexplained" else code


def _judge_count(key: AnswerKey, answer: Number, digits: int | str | None, tolerance: Decimal) -> str:
    if answer.is_bytes and KINDS[str(key.question["kind"])].reader != "bytes":
        return "bytes_for_count"
    truth = _decimal(key.truth)
    given = _as_rounded(answer)
    is_near = digits != "exact" and abs(answer.value - truth) <= truth * tolerance
    is_mistake = any(_decimal(mistake.value) == answer.value for mistake in key.mistakes)
    if (is_near and not is_mistake) or _fits(given, truth):
        is_exact = answer.value == truth
        is_fine_enough = isinstance(digits, int) and given.digits >= digits
        return "correct" if is_exact or is_fine_enough else "rounded_too_far"
    return _first(mistake for mistake in key.mistakes if _explains(mistake, answer, given))


def _judge_weight(key: AnswerKey, answer: Number, *, needed: int) -> str:
    truth = _decimal(key.truth)
    if _close(answer.value, truth, needed):
        return "correct"
    if _fits(answer, truth):
        return "rounded_too_far"
    return _first(
        mistake
        for mistake in key.mistakes
        if _close(answer.value, _decimal(mistake.value), needed)
        or (answer.digits >= FEWEST_DIGITS_TO_EXPLAIN and _fits(answer, _decimal(mistake.value)))
    )


def _first(fitting: Iterable[Mistake]) -> str:
    """The commonest of the mistakes that fit; ``unexplained`` when none does."""
    return min((mistake.code for mistake in fitting), key=rank, default="unexplained")


def _explains(mistake: Mistake, answer: Number, given: Number) -> bool:
    value = _decimal(mistake.value)
    return answer.value == value or (given.digits >= FEWEST_DIGITS_TO_EXPLAIN and _fits(given, value))


def _fits(answer: Number, value: Decimal) -> bool:
    """Whether the value, rounded or cut off to the digits of the answer, is the answer."""
    if abs(value - answer.value) <= answer.step / 2:
        return True
    is_same_sign = (value < 0) == (answer.value < 0) or answer.value == 0
    return is_same_sign and 0 <= abs(value) - abs(answer.value) < answer.step


def _as_rounded(answer: Number) -> Number:
    """Read 7,200,000 and "7200 k" as roughly as "7.2 M": their last zeros are not digits that were counted."""
    if answer.step != answer.scale or answer.scale != Decimal(10) ** answer.scale.adjusted():
        return answer
    zeros = 0
    value = int(answer.value)
    while value and value % 10 == 0:
        value //= 10
        zeros += 1
    if zeros < ROUND_ZEROS:
        return answer
    return replace(answer, step=Decimal(10) ** zeros, digits=answer.digits - zeros + answer.scale.adjusted())


def _close(given: Decimal, value: Decimal, digits: int) -> bool:
    """Within what so many significant digits, rounded or cut off, always are: 0.1 % for four."""
    return abs(given - value) <= abs(value) * Decimal(10) ** (1 - digits)


def _decimal(value: Value) -> Decimal:
    if isinstance(value, tuple | str):
        raise TypeError("a list or a word is not a number")
    return Decimal(str(value))  # 0.001 as it is typed, not the binary number nearest to it

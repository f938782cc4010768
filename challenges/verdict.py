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
#: One digit alone would fit some mistake by chance, and two some weight: those of a network are all of one size.
FEWEST_DIGITS_TO_EXPLAIN: Final = 2
FEWEST_DIGITS_OF_A_WEIGHT: Final = 3
FEWEST_DIGITS_OF_MANY: Final = 3  # for a mistake with many values: there are only ninety numbers of two digits
FEWEST_DIGITS_OF_A_RARE_MISTAKE: Final = 4
FEW: Final = 4  # values of one mistake within a decade
ROOM: Final = 10  # steps: a rare mistake is believed where nothing else of its code lies as near as that
#: How far apart honest conventions lie: YOLOv5's table adds the biases, its summary the normalization (2.95 % for n).
TOLERANCES: Final[Mapping[str, Decimal]] = {"flops": Decimal("0.03")}
HONEST: Final = Decimal("0.0125")  # so near, three digits are a convention before they are a mistake
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
    if (is_near and not _is_rather_a_mistake(key, answer, given, truth)) or _is_rounded(key, answer, given, truth):
        is_exact = answer.value == truth
        is_fine_enough = isinstance(digits, int) and given.digits >= digits
        return "correct" if is_exact or is_fine_enough else "rounded_too_far"
    return _first(
        mistake
        for mistake in key.mistakes
        if answer.value == _decimal(mistake.value)
        or (_fits_mistake(given, _decimal(mistake.value)) and _is_no_luck(mistake, given, key.mistakes))
    )


def _is_rounded(key: AnswerKey, answer: Number, given: Number, truth: Decimal) -> bool:
    """Whether it is the truth, rounded; a whole number that happens to end in zeros may be a mistake's, to the unit."""
    is_by_zeros = given is not answer and answer.scale == 1 and answer.value != truth
    return _fits(given, truth) and not (
        is_by_zeros and any(answer.value == _decimal(mistake.value) for mistake in key.mistakes if not mistake.is_rare)
    )


def _is_rather_a_mistake(key: AnswerKey, answer: Number, given: Number, truth: Decimal) -> bool:
    """Whether an answer within the tolerance is a mistake's value to the unit, or to three digits beyond doubt."""
    is_beyond_doubt = given.digits >= 3 and abs(answer.value - truth) > truth * HONEST
    return any(
        answer.value == _decimal(mistake.value)
        or (is_beyond_doubt and not mistake.is_rare and _fits_mistake(given, _decimal(mistake.value)))
        for mistake in key.mistakes
    )


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
        or (
            _fits_mistake(answer, _decimal(mistake.value))
            and (mistake.code == "sign" or answer.digits >= FEWEST_DIGITS_OF_A_WEIGHT)
            and _is_no_luck(mistake, answer, key.mistakes)
        )
    )


def _first(fitting: Iterable[Mistake]) -> str:
    """The commonest of the mistakes that fit, one slip before two; ``unexplained`` when none does."""
    found = min(fitting, key=lambda mistake: (mistake.is_rare, rank(mistake.code)), default=None)
    return found.code if found else "unexplained"


def _is_no_luck(mistake: Mistake, given: Number, mistakes: Iterable[Mistake]) -> bool:
    """Whether the answer has digits enough to believe that they fit for a reason."""
    if given.digits >= FEWEST_DIGITS_OF_MANY and not mistake.is_rare:
        return True
    if given.digits < (FEWEST_DIGITS_OF_A_RARE_MISTAKE if mistake.is_rare else FEWEST_DIGITS_TO_EXPLAIN):
        return False
    value, room = _decimal(mistake.value), ROOM * given.step
    others = [other for other in mistakes if other.code == mistake.code and other.detail != mistake.detail]
    if mistake.is_rare:
        return all(abs(_decimal(other.value) - value) > room for other in others)
    near = {other.detail for other in others if not other.is_rare and value < 10 * _decimal(other.value) < 100 * value}
    return len(near) < FEW


def _fits(answer: Number, value: Decimal) -> bool:
    """Whether the value, rounded or cut off to the digits of the answer, is the answer."""
    if _rounds_to(answer, value):
        return True
    is_same_sign = (value < 0) == (answer.value < 0) or answer.value == 0
    return is_same_sign and 0 <= abs(value) - abs(answer.value) < answer.step


def _rounds_to(answer: Number, value: Decimal) -> bool:
    return abs(value - answer.value) <= answer.step / 2


def _fits_mistake(answer: Number, value: Decimal) -> bool:
    """Cut off digits are believed where there are many of them; few would fit by chance."""
    return _rounds_to(answer, value) or (answer.digits > FEWEST_DIGITS_OF_MANY and _fits(answer, value))


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

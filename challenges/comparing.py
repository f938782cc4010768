"""Lists against lists: places, widths and heights, types of modules, tensors' shapes."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from challenges.key import AnswerKey, Value
from challenges.listed import Numbers, Words
from challenges.shapes import Shape, Shapes

Listed = Shape | Shapes | Numbers | Words

MOST_ODD_LINES: Final = 3  # more than that is another list, not the right one with slips


def is_same(answer: Listed, value: Value, key: AnswerKey) -> bool:
    """Whether the answer is this value, in whatever order where the key says that the order does not count."""
    if not isinstance(value, tuple):
        return False
    if isinstance(answer, Shape | Shapes):
        return answer.sizes == value
    if isinstance(answer, Words):
        return answer.values == value
    given = _absolute(answer.values, key.question)
    if len(given) != len(value):
        return False
    if key.unordered:
        given, value = tuple(sorted(given)), tuple(sorted(value))
    return all(_is_near(one, other) for one, other in zip(given, value, strict=True))


def what_differs(answer: Listed, truth: Value) -> str | None:
    """What distinguishes a list from the true one, where that can be said without any mistake of the key."""
    if not isinstance(truth, tuple) or not isinstance(answer, Words | Shapes):
        return None
    given: tuple[Any, ...] = answer.values if isinstance(answer, Words) else answer.sizes
    missing, extra = Counter(truth) - Counter(given), Counter(given) - Counter(truth)
    if not missing and not extra:
        return "order_wrong"
    if isinstance(answer, Words) or len(truth) < 2:
        return None
    if not extra and missing.total() <= MOST_ODD_LINES:
        return "line_missing"
    if not missing and extra.total() <= MOST_ODD_LINES:
        return "line_too_many"
    is_aligned = len(given) == len(truth) and extra.total() <= min(MOST_ODD_LINES, len(truth) // 2)
    return "some_lines_wrong" if is_aligned else None


def _absolute(numbers: tuple[Decimal, ...], question: Mapping[str, Any]) -> tuple[Decimal, ...]:
    """YOLO's own files name the layer before as −1: a layer counted backwards from the one that is asked about."""
    layer = question.get("layer")
    if question["kind"] != "layer_inputs" or not isinstance(layer, int):
        return numbers
    return tuple(layer + number if number < 0 else number for number in numbers)


def _is_near(given: Decimal, value: Value) -> bool:
    """Equal; where decimals were typed, equal to those."""
    if isinstance(value, tuple | str):
        return False
    exact, exponent = Decimal(str(value)), given.as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return abs(given - exact) <= (Decimal(1).scaleb(-decimals) / 2 if decimals else 0)

"""How a mark came about, in words."""

from decimal import Decimal
from typing import Any, Final

from django.utils.formats import number_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from gradebook.computing import CAPSULE, QUESTS, SUBMISSIONS, Result, rounded
from gradebook.rows import Row

PART_NAMES: Final[dict[str, Any]] = {
    QUESTS: gettext_lazy("quests"),
    SUBMISSIONS: gettext_lazy("submissions"),
    CAPSULE: gettext_lazy("capsule"),
}


def written(mark: Decimal | None) -> str:
    """A mark as the reader's language writes it, to the hundredth; a dash for nothing."""
    return "–" if mark is None else number_format(rounded(mark), decimal_pos=2)


def state(result: Result) -> str:
    if result.final is None:
        return _("incomplete")
    return _("draft") if result.is_draft else _("final")


def in_a_sentence(row: Row, result: Result) -> str:
    """Such as "quests 15.00/20 (25%) · capsule 14.50/20 (75%) · bonus 1.20"; empty while there is no mark."""
    if result.final is None:
        return ""
    whole = sum(part.weight for part in result.parts)
    said = [
        f"{PART_NAMES[part.name]} {written(part.value)}/20 ({share_of(part.weight, whole)})"
        for part in result.parts
        if part.weight
    ]
    return " · ".join([*said, _("bonus %(bonus)s") % {"bonus": written(result.bonus)}])


def share_of(weight: Decimal, whole: Decimal | int) -> str:
    """A weight among all of them: "25%", "25 %" in French."""
    sign = "\N{NARROW NO-BREAK SPACE}%" if (get_language() or "fr").startswith("fr") else "%"
    return number_format(rounded(100 * weight / whole, Decimal(1)), decimal_pos=0) + sign

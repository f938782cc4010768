"""How a course's marks are put together: the weights, the bonus, the rounding. Plain data, checked when it is made."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from accounts.errors import Refusal

POINTS, SOLVED = "points", "solved"
#: What marks are rounded to; 20 is a multiple of each.
STEPS: Final = tuple(map(Decimal, ("0.01", "0.05", "0.1", "0.25", "0.5", "1")))
WEIGHTS: Final = ("quests_weight", "submissions_weight", "capsule_weight")
#: Field → the most it may be.
LIMITS: Final[Mapping[str, Decimal]] = {
    **dict.fromkeys(WEIGHTS, Decimal(1000)),
    "per_side_point": Decimal(20),
    "per_side_quest": Decimal(20),
    "bonus_cap": Decimal(20),
}
DECIMALS: Final = 4


@dataclass(frozen=True)
class Rules:
    """Parts of a mark on 20 by weight, and a bonus on top of it, never above 20.

    ``quests_by``: whether main quests count by the points earned or by how many are solved. ``cards``: the slugs whose
    quests count; empty for all of them. ``missing_is_zero``: whether who has no capsule mark gets 0 for it, or no final
    mark yet. The leaderboard's score stands nowhere here: a mark does not depend on how well a model does.
    """

    quests_weight: Decimal = Decimal(0)
    submissions_weight: Decimal = Decimal(0)
    capsule_weight: Decimal = Decimal(100)
    quests_by: str = POINTS
    per_side_point: Decimal = Decimal("0.01")
    per_side_quest: Decimal = Decimal(0)
    bonus_cap: Decimal = Decimal(2)
    missing_is_zero: bool = False
    step: Decimal = Decimal("0.01")
    cards: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Numbers as text: a decimal that goes through a float is another one."""
        return {each.name: _plain(getattr(self, each.name)) for each in fields(self)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Rules":
        """The rules that were saved; what they do not say is as usual."""
        return read_rules(document, cards=None)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value.normalize() + 0, "f")
    return list(value) if isinstance(value, tuple) else value


def read_rules(typed: Mapping[str, Any], *, cards: Iterable[str] | None) -> Rules:
    """Rules from what a form or a saved document says; ``cards`` are the slugs there are, None to believe it.

    Raises Refusal, naming the field, where a number is none or is out of bounds, or nothing has a weight.
    """
    usual = Rules()
    numbers = {name: _number(name, typed.get(name, getattr(usual, name))) for name in LIMITS}
    step = _number("step", typed.get("step", usual.step), limit=Decimal(1))
    if step not in STEPS:
        raise _refused("step", typed.get("step"))
    if not any(numbers[name] for name in WEIGHTS):
        raise Refusal(
            "no_weight",
            reason={"en": "No part of the mark has a weight.", "fr": "Aucune partie de la note n’a de poids."},
            advice={"en": "Give at least one part more than 0.", "fr": "Donnez plus de 0 à une partie au moins."},
        )
    return Rules(
        **numbers,
        quests_by=SOLVED if typed.get("quests_by") == SOLVED else POINTS,
        missing_is_zero=bool(typed.get("missing_is_zero", False)),
        step=step,
        cards=_cards(tuple(map(str, typed.get("cards", ()))), cards),
    )


def _cards(wanted: tuple[str, ...], there: Iterable[str] | None) -> tuple[str, ...]:
    """Of the cards there are, those that were ticked; all of them is written as none, for cards yet to come."""
    if there is None:
        return wanted
    known = list(there)
    ticked = tuple(slug for slug in known if slug in wanted)
    return () if len(ticked) == len(known) else ticked


def _number(name: str, typed: Any, *, limit: Decimal | None = None) -> Decimal:
    """ "0,5", "0.5", 0.5 → a decimal between 0 and its limit."""
    text = str(typed).strip().replace(",", ".")
    most = limit or LIMITS[name]
    try:
        value = Decimal(text) if text else Decimal(0)
    except InvalidOperation:
        raise _refused(name, typed) from None
    if not value.is_finite() or not 0 <= value <= most:
        raise _refused(name, typed)
    return round(value, DECIMALS)


def _refused(name: str, typed: Any) -> Refusal:
    limit = LIMITS.get(name, Decimal(1))
    english, french = NAMES[name]
    shown = str(typed)[:40]
    return Refusal(
        f"rule_{name}",
        reason={"en": f"{english}: “{shown}” cannot be used.", "fr": f"{french} : « {shown} » ne convient pas."},
        advice={"en": f"A number from 0 to {limit}.", "fr": f"Un nombre de 0 à {limit}."},
    )


NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "quests_weight": ("Weight of the quests", "Poids des quêtes"),
    "submissions_weight": ("Weight of the submissions", "Poids des soumissions"),
    "capsule_weight": ("Weight of the capsule", "Poids de la capsule"),
    "per_side_point": ("Bonus per point", "Bonus par point"),
    "per_side_quest": ("Bonus per side quest", "Bonus par quête annexe"),
    "bonus_cap": ("Highest bonus", "Bonus maximal"),
    "step": ("Rounding", "Arrondi"),
}

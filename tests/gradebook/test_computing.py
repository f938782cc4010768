"""From what somebody did to a mark on 20: tables, with nothing, with everything, with ties and with nonsense."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from accounts.errors import Refusal
from gradebook.computing import Work, as_mark, bonus_of, compute, quests_mark, rounded
from gradebook.previewing import mean
from gradebook.rules import SOLVED, Rules, read_rules

D = Decimal
DONE = Work(
    main_points=80,
    main_possible=100,
    main_solved=2,
    main_quests=4,
    side_points=50,
    side_solved=3,
    submissions=2,
    is_evaluated=True,
    capsule=D("14.5"),
    capsule_is_published=True,
)
THIRDS = Rules(quests_weight=D(1), submissions_weight=D(1), capsule_weight=D(1), per_side_point=D(0))


@pytest.mark.parametrize(
    ("work", "rules", "final", "missing"),
    [
        # The usual rules: the capsule's mark, and the bonus.
        (DONE, Rules(), D("15.00"), ()),
        (replace(DONE, adjustment=D("-2")), Rules(), D("13.00"), ()),
        # A mean by weight: (16 + 20 + 14.5) / 3 = 16.8333…
        (DONE, THIRDS, D("16.83"), ()),
        (DONE, replace(THIRDS, quests_by=SOLVED), D("14.83"), ()),
        (DONE, replace(THIRDS, quests_weight=D(2), submissions_weight=D(0)), D("15.50"), ()),
        (replace(DONE, is_evaluated=False), THIRDS, D("10.17"), ()),
        # Nobody marked the capsule.
        (replace(DONE, capsule=None), Rules(), None, ("capsule",)),
        (replace(DONE, capsule=None), Rules(missing_is_zero=True), D("0.50"), ()),
        (replace(DONE, capsule=None), replace(Rules(), capsule_weight=D(0), quests_weight=D(1)), D("16.50"), ()),
        (replace(DONE, capsule=D("NaN")), Rules(), None, ("capsule",)),
        (replace(DONE, capsule=D("Infinity")), Rules(), None, ("capsule",)),
        (replace(DONE, adjustment=D("NaN")), Rules(), D("15.00"), ()),
        # Nothing at all: no quest on the cards that count.
        (Work(), Rules(quests_weight=D(1)), None, ("quests", "capsule")),
        (Work(), Rules(quests_weight=D(1), capsule_weight=D(0), missing_is_zero=True), D("0.00"), ()),
        # Never above 20, never below 0.
        (replace(DONE, capsule=D(20), side_points=9999), Rules(), D("20.00"), ()),
        (replace(DONE, capsule=D(1), adjustment=D(-4), side_points=0), Rules(), D("0.00"), ()),
        (replace(DONE, capsule=D(19), adjustment=D(4), side_points=0), Rules(), D("20.00"), ()),
        # Rounding, halves upwards.
        (replace(DONE, capsule=D("14.005"), side_points=0), Rules(), D("14.01"), ()),
        (replace(DONE, capsule=D("14.25"), side_points=0), Rules(step=D("0.5")), D("14.5"), ()),
        (replace(DONE, capsule=D("14.24"), side_points=0), Rules(step=D("0.5")), D("14.0"), ()),
        (replace(DONE, capsule=D("14.5"), side_points=0), Rules(step=D(1)), D(15), ()),
        (replace(DONE, capsule=D("19.99"), side_points=0), Rules(step=D(1)), D(20), ()),
    ],
)
def test_a_mark(work: Work, rules: Rules, final: Decimal | None, missing: tuple[str, ...]) -> None:
    result = compute(work, rules)
    assert result.final == final
    assert (result.missing if final is None else ()) == missing


@pytest.mark.parametrize(
    ("rules", "bonus"),
    [
        (Rules(), D("0.50")),
        (Rules(per_side_point=D(0)), D(0)),
        (Rules(per_side_point=D(0), per_side_quest=D("0.25")), D("0.75")),
        (Rules(per_side_point=D("0.01"), per_side_quest=D("0.25")), D("1.25")),
        (Rules(per_side_point=D(1)), D(2)),
        (Rules(per_side_point=D(1), bonus_cap=D(0)), D(0)),
        (Rules(per_side_point=D("0.04"), bonus_cap=D(2)), D(2)),  # exactly the cap
    ],
)
def test_a_bonus_follows_its_rule_up_to_its_cap(rules: Rules, bonus: Decimal) -> None:
    assert bonus_of(DONE, rules) == bonus


def test_a_capsule_nobody_was_told_of_is_a_draft_and_none_where_it_is_not_to_be_told() -> None:
    draft = replace(DONE, capsule_is_published=False, adjustment=D(1))
    assert compute(draft, Rules()).is_draft
    assert not compute(DONE, Rules()).is_draft
    assert not compute(draft, Rules(quests_weight=D(1), capsule_weight=D(0))).is_draft
    told = compute(draft.without_drafts(), Rules())
    assert (told.final, told.is_draft, told.part("capsule")) == (None, False, None)


def test_a_mark_that_is_only_not_told_yet_is_no_zero_where_a_missing_one_is() -> None:
    draft = replace(DONE, capsule_is_published=False)
    strict = Rules(missing_is_zero=True)
    assert compute(draft.without_drafts(), strict).final is None
    assert compute(replace(DONE, capsule=None).without_drafts(), strict).final is not None
    assert compute(DONE.without_drafts(), strict).final == compute(DONE, strict).final


def test_who_solved_nothing_has_no_quest_mark_only_where_there_are_no_quests() -> None:
    assert quests_mark(Work(main_possible=100), Rules()) == 0
    assert quests_mark(Work(), Rules()) is None


def test_equal_work_gives_equal_marks() -> None:
    assert compute(DONE, THIRDS) == compute(replace(DONE), THIRDS)


@pytest.mark.parametrize(
    ("value", "mark"),
    [
        (None, None),
        (14.1, D("14.1")),
        ("12.25", D("12.25")),
        (float("nan"), None),
        (float("inf"), None),
        (D("NaN"), None),
    ],
)
def test_a_number_from_elsewhere_is_taken_as_it_is_written(value: Any, mark: Decimal | None) -> None:
    assert as_mark(value) == mark


def test_rounding_is_of_the_number_itself_and_not_of_its_float() -> None:
    assert rounded(D("2.675")) == D("2.68")  # round(2.675, 2) is 2.67
    assert rounded(D("0.005")) == D("0.01")


@pytest.mark.parametrize(("marks", "expected"), [([], None), ([None], None), ([D(10), None, D(15)], D("12.50"))])
def test_a_mean_is_of_the_marks_that_there_are(marks: list[Decimal | None], expected: Decimal | None) -> None:
    assert mean(marks) == expected


# --- rules, as they are typed -----------------------------------------------------------------------------------------


def test_rules_survive_being_saved() -> None:
    rules = Rules(quests_weight=D("33.3333"), step=D("0.25"), quests_by=SOLVED, missing_is_zero=True, cards=("a", "b"))
    assert Rules.from_json(rules.to_json()) == rules
    assert Rules.from_json({}) == Rules()


def test_numbers_are_read_as_people_type_them() -> None:
    typed = {"capsule_weight": " 75 ", "per_side_point": "0,05", "bonus_cap": "1.5", "step": "0.50"}
    rules = read_rules(typed, cards=())
    assert (rules.capsule_weight, rules.per_side_point, rules.bonus_cap) == (D(75), D("0.05"), D("1.5"))
    assert rules.step == D("0.5")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"capsule_weight": "much"}, "rule_capsule_weight"),
        ({"capsule_weight": "-1"}, "rule_capsule_weight"),
        ({"capsule_weight": "1001"}, "rule_capsule_weight"),
        ({"capsule_weight": "NaN"}, "rule_capsule_weight"),
        ({"capsule_weight": "1e400"}, "rule_capsule_weight"),
        ({"bonus_cap": "21"}, "rule_bonus_cap"),
        ({"step": "0.3"}, "rule_step"),
        ({"step": ""}, "rule_step"),
        ({"capsule_weight": "0"}, "no_weight"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_by_name(typed: dict[str, str], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_rules(typed, cards=())
    assert refused.value.code == code


def test_all_cards_ticked_are_all_cards_to_come_too_and_unknown_ones_count_for_nothing() -> None:
    there = ("bingo", "hunt")
    assert read_rules({"cards": ["bingo", "hunt"]}, cards=there).cards == ()
    assert read_rules({"cards": ["hunt", "invented"]}, cards=there).cards == ("hunt",)


def test_a_mark_is_written_to_the_hundredth_whatever_it_is_rounded_to() -> None:
    for step in ("0.01", "0.0500", "1"):
        assert str(rounded(D("12.3"), Rules.from_json({"step": step}).step)) in ("12.30", "12.00")

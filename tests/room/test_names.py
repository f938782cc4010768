"""Neutral names: all different, the same all through a session, and saying nothing of who bears them."""

from room.names import ANIMALS, COLOURS, key_of, neutral_names


def test_every_pair_has_a_name_of_its_own_in_both_languages() -> None:
    names = neutral_names("seed", range(1, 41))
    for language in ("fr", "en"):
        assert len({name[language] for name in names.values()}) == 40


def test_the_same_seed_gives_the_same_names_and_another_one_others() -> None:
    assert neutral_names("seed", range(40)) == neutral_names("seed", range(40))
    assert neutral_names("seed", range(40)) != neutral_names("other", range(40))


def test_a_pair_that_joins_late_changes_nobodys_name() -> None:
    before = neutral_names("seed", [3, 5, 9])
    after = neutral_names("seed", [9, 3, 5, 12])
    assert {pair: after[pair] for pair in before} == before


def test_more_pairs_than_names_still_differ() -> None:
    many = len(ANIMALS) * len(COLOURS) + 5
    assert len({name["en"] for name in neutral_names("seed", range(many)).values()}) == many


def test_nobody_has_no_name() -> None:
    assert neutral_names("seed", []) == {}


def test_a_key_says_nothing_without_the_seed() -> None:
    assert key_of("seed", 1) != key_of("other", 1)
    assert key_of("seed", 1) == key_of("seed", 1)
    assert len({key_of("seed", pair) for pair in range(200)}) == 200

"""Three ways to split, what each gives away, and the experiment about them in a few seconds' size."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from fixtures.training.split_strategies import Material, compare
from fixtures.training.splitting import STRATEGIES, Leakage, Split, at_random, by_sequence, by_time, leakage
from fixtures.training.yolov5 import Recipe

CLIPS = [[f"clip_{clip:02d}_frame_{frame:06d}" for frame in range(20)] for clip in range(20)]


def clips_of(frames: tuple[str, ...]) -> Counter[str]:
    return Counter(frame.split("_frame_")[0] for frame in frames)


@pytest.mark.parametrize("name", STRATEGIES)
@pytest.mark.parametrize("seed", [0, 1])
def test_every_strategy_takes_each_frame_once_in_the_shares_asked_for(name: str, seed: int) -> None:
    split = STRATEGIES[name](CLIPS, np.random.default_rng(seed))
    assert sorted(split.train + split.val + split.test) == sorted(frame for clip in CLIPS for frame in clip)
    assert (len(split.train), len(split.val), len(split.test)) == (260, 100, 40)


def test_by_sequence_a_clip_is_in_one_part_only() -> None:
    split = by_sequence(CLIPS, np.random.default_rng(0))
    assert [len(clips_of(part)) for part in (split.train, split.val, split.test)] == [13, 5, 2]
    assert leakage(split, CLIPS) == Leakage(0.0, None)


def test_by_time_every_clip_is_trained_on_at_its_beginning_and_tested_at_its_end() -> None:
    split = by_time(CLIPS, np.random.default_rng(0))
    assert set(clips_of(split.train).values()) == {13}
    assert split.test[:2] == (CLIPS[0][18], CLIPS[0][19])
    assert leakage(split, CLIPS) == Leakage(1.0, 6.5)  # the frames after the last one of training: 6 and 7


def test_at_random_nearly_every_tested_frame_has_a_trained_neighbour() -> None:
    leaked = leakage(at_random(CLIPS, np.random.default_rng(0)), CLIPS)
    assert leaked.pictures == 1
    assert leaked.distance == 1


def test_another_seed_draws_another_split_but_time_is_time() -> None:
    for draw, differs in ((by_sequence, True), (by_time, False), (at_random, True)):
        one, other = (draw(CLIPS, np.random.default_rng(seed)) for seed in (1, 2))
        assert (one != other) == differs


def test_leakage_counts_the_tested_pictures_of_clips_that_were_trained_on() -> None:
    clips = [["a0", "a1", "a2", "a3"], ["b0", "b1"]]
    assert leakage(Split(("a0",), (), ("a1", "a3", "b0", "b1")), clips) == Leakage(0.5, 2.0)


@pytest.mark.slow
def test_the_experiment_runs_from_the_first_drawing_to_the_last_measure(tmp_path: Path) -> None:
    recipe = Recipe("yolov5n", epochs=1, plain_epochs=0, image_size=64)
    small = Material(clips=6, frames=8, new_clips=2, new_frames=1)
    (measured,) = compare(small, recipe, 1, tmp_path)
    assert json.loads(json.dumps(measured)) == measured
    assert list(measured["strategies"]) == list(STRATEGIES)
    for runs in measured["strategies"].values():
        assert len(runs) == 1
        assert 0 <= runs[0]["map50_own_test"] <= 1
        assert 0 <= runs[0]["map50_new_clips"] <= 1
        assert sum(runs[0]["pictures"].values()) == 48
    assert str(tmp_path) not in json.dumps(measured)

"""The experiment that the split quest shows: read as it was measured, and still saying what we say of it."""

import json
from pathlib import Path

from challenges import experiments
from challenges.experiments import split_strategies

FILE = Path(experiments.__file__).parent / "split_strategies.json"


def test_the_experiment_is_read_as_it_was_written() -> None:
    content = json.loads(FILE.read_text("utf-8"))
    measured = split_strategies()
    assert [strategy.name for strategy in measured.strategies] == ["sequence", "time", "random"]
    for strategy in measured.strategies:
        runs = content["strategies"][strategy.name]
        assert [training.seed for training in strategy.trainings] == [run["seed"] for run in runs]
        assert [training.map50_own_test for training in strategy.trainings] == [run["map50_own_test"] for run in runs]
        assert all(0 < training.map50_own_test < 1 for training in strategy.trainings)
        assert all(0 < training.map50_new_clips < 1 for training in strategy.trainings)
    assert len({len(strategy.trainings) for strategy in measured.strategies}) == 1


def test_it_tells_nothing_of_the_machine_or_the_day() -> None:
    text = FILE.read_text("utf-8")
    assert not any(word in text for word in ("/", "\\", "20:", "seconds", "cpu", "host"))


def test_only_whole_sequences_keep_the_test_apart() -> None:
    measured = split_strategies()
    assert measured.strategy("sequence").leakage == 0
    assert measured.strategy("sequence").frames_to_training is None
    for name in ("time", "random"):
        assert measured.strategy(name).leakage > 0.95
    assert (measured.strategy("random").frames_to_training or 0) < (measured.strategy("time").frames_to_training or 0)


def test_a_test_that_leaks_promises_more_than_new_clips_keep() -> None:
    measured = split_strategies()
    for name in ("time", "random"):
        for training in measured.strategy(name).trainings:
            assert training.map50_own_test > training.map50_new_clips
        assert measured.strategy(name).flattery > measured.strategy("sequence").flattery

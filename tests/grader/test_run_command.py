"""``python -m grader run``: the worker's job at a teacher's prompt."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from grader import prediction
from grader.commands import run as command
from grader.errors import GraderError, SubmissionError
from tests.grader.small_task import Task


def called(job: object) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args([job if isinstance(job, str) else json.dumps(job)])


@pytest.fixture
def played(task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], dict[str, object]]:
    monkeypatch.setattr(prediction, "PROGRAM", "tests.grader.hostile_child")

    def job(name: str) -> dict[str, object]:
        (tmp_path / "weights.pt").write_text(name)
        return task.job(weights=str(tmp_path / "weights.pt")).to_json()

    return job


def test_it_gives_the_outcome_and_a_table(
    played: Callable[[str], dict[str, object]], capsys: pytest.CaptureFixture[str]
) -> None:
    result = command.run(called(played("polite")))
    assert result["status"] == "done"
    assert json.loads(json.dumps(result)) == result
    text = command.describe(result)
    assert "charlie" in text
    assert "95 % confidence interval" in text
    output = capsys.readouterr()
    assert output.out == ""
    assert "predicting 6/6" in output.err


def test_a_job_may_lie_in_a_file(played: Callable[[str], dict[str, object]], tmp_path: Path) -> None:
    (tmp_path / "job.json").write_text(json.dumps(played("polite")))
    assert command.run(called(str(tmp_path / "job.json")))["status"] == "done"


def test_refused_weights_are_a_refusal_of_the_command(played: Callable[[str], dict[str, object]]) -> None:
    with pytest.raises(SubmissionError, match="teapot"):
        command.run(called(played("other_classes")))


def test_our_failure_is_a_failure_of_the_command_under_the_same_id(
    played: Callable[[str], dict[str, object]], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(GraderError, match="failed") as failure:
        command.run(called(played("never_sealed")))
    assert failure.value.id in capsys.readouterr().err


@pytest.mark.parametrize(
    ("job", "word"),
    [
        ("/no/such/job.json", "cannot be read"),
        ("{", "not a job"),
        ('{"version": 1, "version": 1}', "twice"),
        ("{}", "missing"),
    ],
)
def test_a_bad_job_is_refused_with_the_reason(job: str, word: str) -> None:
    with pytest.raises(SubmissionError, match=word):
        command.run(called(job))


@pytest.mark.parametrize("field", ["weights", "data"])
def test_a_job_about_absent_files_is_refused(field: str, task: Task) -> None:
    with pytest.raises(SubmissionError, match=f"{field}: there is no file"):
        command.run(called(task.job(**{field: "/no/such/file"}).to_json()))

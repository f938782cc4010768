"""Before a stranger's file: the walls, and a network of ours that must be judged as always."""

from collections.abc import Iterator
from typing import Any

import pytest

import grader
from fixtures import reference
from grader import METRIC_VERSION, Outcome, conductor, readiness, report

WHY = {"en": "no landlock", "fr": "pas de landlock"}


@pytest.fixture(autouse=True)
def nothing_is_known() -> Iterator[None]:
    readiness._judged.clear()
    yield
    readiness._judged.clear()


def judged_so(monkeypatch: pytest.MonkeyPatch, outcome: Outcome) -> list[str]:
    runs: list[str] = []

    def run_job(job: Any, **_: Any) -> Outcome:
        runs.append(job.id)
        return outcome

    monkeypatch.setattr(conductor, "run_job", run_job)
    monkeypatch.setattr(report, "seal_report", lambda: {"accepts_jobs": True, "why": None})
    return runs


@pytest.mark.slow
def test_this_machine_judges_the_reference_network_as_always() -> None:
    if not grader.seal_report()["accepts_jobs"]:
        pytest.skip("this machine cannot seal a child")
    assert grader.why_not_ready() is None


def test_where_a_wall_is_missing_no_network_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = judged_so(monkeypatch, Outcome("reference", "done", metrics={"map50_95": 1.0}))
    monkeypatch.setattr(report, "seal_report", lambda: {"accepts_jobs": False, "why": WHY})
    assert grader.why_not_ready() == WHY
    assert runs == []


def test_a_network_that_is_judged_otherwise_stops_everything_and_is_tried_again_later(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    runs = judged_so(monkeypatch, Outcome("reference", "done", metrics={"map50_95": 0.8}))
    why = grader.why_not_ready()
    assert why is not None
    assert set(why) == {"en", "fr"}
    assert "0.8000 instead of 1" in why["en"]
    assert why["en"][-10:-2] in caplog.text  # the incident
    assert grader.why_not_ready() == why
    assert runs == ["reference"]
    readiness._judged[:] = [(0.0, why)]  # a minute later
    judged_so(monkeypatch, Outcome("reference", "done", metrics={"map50_95": 1.0}))
    assert grader.why_not_ready() is None


def test_what_went_well_is_not_judged_again(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = judged_so(monkeypatch, Outcome("reference", "done", metrics={"map50_95": 0.9951}))
    assert [grader.why_not_ready() for _ in range(3)] == [None] * 3
    assert runs == ["reference"]


def test_a_failure_of_ours_is_a_reason_too(monkeypatch: pytest.MonkeyPatch) -> None:
    judged_so(monkeypatch, Outcome("reference", "failed", error_id="cafe0001"))
    why = grader.why_not_ready()
    assert why is not None
    assert "could not be judged" in why["en"]
    assert grader.why_not_ready(with_reference=False) is None


def test_the_reference_is_what_its_maker_makes(tmp_path: Any) -> None:
    assert METRIC_VERSION  # a new one asks whether the score of the reference is still 1
    assert reference.write(tmp_path) > 0.01
    for name in ("data.yaml", "labels/noise.txt", "images/noise.png"):
        assert (tmp_path / name).read_bytes() == (readiness.REFERENCE / name).read_bytes(), name

"""The same file under the same conditions is run once, whoever hands it in; what was published it is compared with."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

import grader
from grader import Job, Outcome, Progress
from grading import services
from grading.handlers import backbone, evaluation
from grading.handlers.evaluation import evaluate
from grading.models import Details, GradingJob
from tests.outcomes import an_outcome

pytestmark = pytest.mark.django_db
PAYLOAD = {
    "version": 1,
    "weights": "checkpoints/5e/5e5e",
    "data": "charlie/data.yaml",
    "split": "test",
    "image_size": 416,
    "classes": ["charlie"],
    "settings": {},
    "limits": {},
    "convention": "coco",
    "public_percent": 50,
    "parts_seed": "5e",
    "gallery_split": "val",
    "configuration": "yolov5s",
    "data_state": "told to the site alone",
    "pretrained": ["yolov5n.pt"],
}


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Job]:
    """A grader whose fingerprint is of the weights alone; the jobs that it ran."""
    ran: list[Job] = []

    def run_job(job: Job, *, on_progress: Callable[[Progress], None], cancelled: Callable[[], bool]) -> Outcome:
        ran.append(job)
        return an_outcome(0.5, public=0.6, private=0.4, job=job.id)

    monkeypatch.setattr(grader, "run_job", run_job)
    monkeypatch.setattr(evaluation, "_fingerprint", lambda job: f"of {job.weights.name}")
    return ran


def work(subject: str, **changes: Any) -> GradingJob:
    services.enqueue(kind="evaluation", subject=subject, payload={**PAYLOAD, **changes})
    lease = services.claim(worker="w", kinds=["evaluation"])
    assert lease is not None
    assert services.finish(lease, evaluate(lease, lambda: False))
    return GradingJob.objects.get(pk=lease.job.pk)


def test_the_grader_is_told_all_the_rules(runs: list[Job], settings: Settings, tmp_path: Path) -> None:
    settings.WEIGHTS_DIR = tmp_path
    work("submission:1")
    (job,) = runs
    assert (job.convention, job.public_percent, job.parts_seed, job.gallery_split) == ("coco", 50, "5e", "val")
    assert (job.configuration, job.device, job.pretrained) == ("yolov5s", "cpu", (tmp_path / "yolov5n.pt",))


def test_a_known_result_is_taken_over_whole_and_only_the_log_says_from_whom(runs: list[Job]) -> None:
    first, second = work("submission:1"), work("submission:2")
    assert len(runs) == 1
    assert second.status == "done"
    mine, theirs = Details.objects.get(job=second), Details.objects.get(job=first)
    assert {**mine.outcome, "job": ""} == {**theirs.outcome, "job": ""}
    assert mine.taken_from_id == first.pk
    assert f"the result of evaluation {first.pk}" in second.log
    assert "the result of" not in str(second.outcome)  # what the pair may read
    third = work("submission:3")
    assert Details.objects.get(job=third).taken_from_id == first.pk  # the one that ran, however often it was taken


def test_a_published_file_that_is_registered_later_is_compared_with_too(
    runs: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = work("submission:1", pretrained=[])
    assert Details.objects.get(job=first).frozen_layers is None
    monkeypatch.setattr(evaluation, "backbone_of", lambda sketch, pretrained: backbone.Backbone(10, True))
    second = Details.objects.get(job=work("submission:1"))
    assert (len(runs), second.taken_from_id) == (1, first.pk)
    assert (second.frozen_layers, second.began_there) == (10, True)


def test_another_file_a_refused_one_and_a_run_asked_for_anew_are_run(runs: list[Job]) -> None:
    first = work("submission:1")
    work("submission:2", weights="checkpoints/aa/aaaa")
    work("submission:1", fresh=True)
    GradingJob.objects.exclude(pk=first.pk).delete()
    GradingJob.objects.update(status="refused")
    work("submission:3")
    assert len(runs) == 4


def test_a_result_without_the_gallery_that_is_wanted_now_is_not_taken_over(runs: list[Job]) -> None:
    work("submission:1", gallery_split="")
    work("submission:2")
    assert [job.gallery_split for job in runs] == ["", "val"]
    work("submission:3")
    work("submission:4", data="charlie-2/data.yaml")  # the same hidden pictures, perhaps others to show
    assert len(runs) == 3


def test_without_a_fingerprint_nothing_is_taken_over(runs: list[Job], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "_fingerprint", lambda job: "")
    work("submission:1")
    work("submission:2")
    assert len(runs) == 2


# --- the backbone ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layers", "cosine", "expected"),
    [
        (10, None, (10, True)),
        (0, 0.9, (0, True)),
        (0, 0.01, (0, False)),
        (3, 0.2, (3, True)),
        (None, None, (None, None)),
    ],
)
def test_where_a_training_began(
    layers: int | None, cosine: float | None, expected: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "published.pt"
    file.touch()
    monkeypatch.setattr(backbone, "sketch_of", lambda file, changed_at: "published")
    monkeypatch.setattr(grader, "frozen_layers", lambda sketch, published: layers)
    likeness = grader.Likeness(comparable=True, equal_share=0.0, cosine=cosine)
    monkeypatch.setattr(grader, "same_weights", lambda first, second: likeness)
    assert backbone.backbone_of("mine", [file]) == expected
    assert backbone.backbone_of("", [file]) == (None, None)
    assert backbone.backbone_of("mine", []) == (None, None)


def test_a_published_file_that_is_gone_costs_nobody_anything(
    runs: list[Job], settings: Settings, tmp_path: Path
) -> None:
    settings.WEIGHTS_DIR = tmp_path
    job = work("submission:1")
    assert job.status == "done"
    assert Details.objects.get(job=job).frozen_layers is None


def test_a_published_file_is_the_beginning_of_itself_and_all_its_layers_frozen() -> None:
    file = Path(__file__).resolve().parents[2] / "fixtures" / "weights" / "charlie_yolov5n.pt"
    found = backbone.backbone_of(grader.sketch_of(file), [file])
    assert found.began_there
    assert found.frozen_layers is not None
    assert found.frozen_layers > 10


def test_a_whole_outcome_is_kept_small_and_read_back_whole() -> None:
    job = services.enqueue(kind="evaluation", subject="submission:1", payload={})
    whole = an_outcome(0.5, public=0.6, private=0.4).to_json()
    Details.objects.create(job=job, outcome=whole)
    assert Details.objects.get().outcome == json.loads(json.dumps(whole))
    with connection.cursor() as cursor:
        cursor.execute("SELECT outcome FROM grading_details")
        kept = bytes(cursor.fetchone()[0])
        assert len(kept) < len(json.dumps(whole)) / 3
        cursor.execute("UPDATE grading_details SET outcome = %s", ['{"kept": "by an older version"}'])
    assert Details.objects.get().outcome == {"kept": "by an older version"}


@pytest.mark.parametrize("hostile", [float("nan"), float("inf")])
def test_what_is_not_json_is_not_kept(hostile: float) -> None:
    job = services.enqueue(kind="evaluation", subject="submission:1", payload={})
    with pytest.raises(ValueError, match="JSON"):
        Details.objects.create(job=job, outcome={"score": hostile})

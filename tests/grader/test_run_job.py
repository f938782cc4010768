"""Whole evaluations: a real checkpoint through the sealed child, and captured children in its place."""

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import grader
from fixtures.benign.onnx_files import Kind, metadata_of_ultralytics, metadata_of_yolov5, onnx_model
from grader import Cancelled, Outcome, Progress, prediction, report
from grader.contract import Job
from ml import checkpoints
from ml.datasets import read_dataset
from ml.detection.evaluation import evaluate
from ml.detection.settings import EvaluationSettings
from ml.engines.opening import open_engine
from tests.grader.small_task import CLASSES, SIDE, Task, renumbered, write_ultralytics_weights


def run(job: Job, **options: object) -> Outcome:
    """The outcome after the journey through JSON that a worker makes it take."""
    outcome = grader.run_job(job, **options)  # type: ignore[arg-type]
    return Outcome.from_json(json.loads(json.dumps(outcome.to_json())))


@pytest.fixture(scope="module", autouse=True)
def machine_that_can_seal() -> None:
    found = report.seal_report()
    if not found["accepts_jobs"]:
        pytest.skip(f"this machine cannot seal a child: {found['why']}")


@pytest.fixture(scope="module")
def told() -> list[Progress]:
    return []


@pytest.fixture(scope="module")
def done(task: Task, told: list[Progress]) -> Outcome:
    return run(task.job(), on_progress=told.append)


@pytest.mark.slow
class TestAnHonestCheckpoint:
    def test_it_scores_what_an_evaluation_in_one_process_gives(self, task: Task, done: Outcome) -> None:
        checkpoint = checkpoints.read(task.weights)
        settings = EvaluationSettings(image_size=SIDE)
        expected = evaluate(open_engine(checkpoint), read_dataset(task.data), "test", settings).to_json()
        assert done.status == "done"
        assert done.metrics is not None
        assert done.metrics["map50"] > 0.001  # a network that finds nothing would compare zeros
        for name in ("map50", "map50_95", "precision", "recall", "images", "instances"):
            assert done.metrics[name] == pytest.approx(expected[name], abs=1e-6)
        for name, row in expected["per_class"].items():
            assert done.metrics["per_class"][name] == pytest.approx(row, abs=1e-6)

    def test_it_is_described_with_the_digest_of_the_very_file(self, task: Task, done: Outcome) -> None:
        assert done.checkpoint is not None
        assert done.checkpoint["architecture"] == "yolov5n"
        assert done.checkpoint["classes"] == list(task.classes)
        assert done.checkpoint["digest"] == "sha256:" + hashlib.sha256(task.weights.read_bytes()).hexdigest()

    def test_its_progress_goes_through_the_stages_in_order(self, done: Outcome, told: list[Progress]) -> None:
        assert list(dict.fromkeys(step.stage for step in told)) == ["reading", "predicting", "scoring"]
        predicting = [step.done for step in told if step.stage == "predicting"]
        assert predicting == list(range(7))

    def test_its_score_carries_a_confidence_interval(self, done: Outcome) -> None:
        assert done.metrics is not None
        for name in ("map50", "map50_95"):
            low, high = done.metrics["intervals"][name]
            assert 0 <= low <= high <= 1
            assert low <= done.metrics[name] * 1.5

    def test_its_log_names_the_walls_and_no_path_and_no_label(self, task: Task, done: Outcome) -> None:
        text = "\n".join(done.log)
        assert "Landlock" in text
        assert "seccomp" in text
        assert "torch" in text
        assert "/" not in text.replace("1/1", "")
        assert task.data.parent.name not in text

    def test_its_seconds_are_those_of_the_contract(self, done: Outcome) -> None:
        assert done.metrics is not None
        assert set(done.metrics["seconds"]) == {"decode", "predict", "match", "total"}
        assert {"start", "read", "cpu", "total"} <= set(done.seconds)


@pytest.fixture(scope="module")
def split_task(task: Task, tmp_path_factory: pytest.TempPathFactory) -> Task:
    """The same pictures as two clips, and a split that pairs may see."""
    folder = tmp_path_factory.mktemp("parts") / "data"
    shutil.copytree(task.data.parent, folder)
    for kind, ending in (("images", "png"), ("labels", "txt")):
        (folder / "seen" / kind).mkdir(parents=True)
        for number in range(6):
            hidden = (folder / kind / f"{number}.{ending}").rename(
                folder / kind / f"{SECRET}{number // 3}_frame_{number:06}.{ending}"
            )
            shutil.copy(hidden, folder / "seen" / kind / f"walk-1_{number:03}.{ending}")
    (folder / "data.yaml").write_text(f"path: .\ntest: images\nval: seen/images\nnames: {list(task.classes)}\n")
    return Task(folder / "data.yaml", task.weights)


CHOSEN = {"public_percent": 50, "parts_seed": "5eed", "gallery_split": "val", "convention": "coco"}
SECRET = "hidden-clip-"


@pytest.fixture(scope="module")
def told_in_parts() -> list[Progress]:
    return []


@pytest.fixture(scope="module")
def parted(split_task: Task, told_in_parts: list[Progress]) -> Outcome:
    return run(split_task.job(**CHOSEN), on_progress=told_in_parts.append)


@pytest.mark.slow
class TestAJobWithPartsAndAGallery:
    def test_each_clip_is_a_part(self, parted: Outcome) -> None:
        assert parted.parts is not None
        assert parted.metrics is not None
        assert [parted.parts[name]["images"] for name in ("public", "private")] == [3, 3]
        assert [parted.parts[name]["clusters"] for name in ("public", "private")] == [1, 1]
        assert (parted.metrics["images"], parted.metrics["clusters"]) == (6, 2)

    def test_the_course_s_convention_is_the_headline(self, parted: Outcome) -> None:
        assert parted.metrics is not None
        assert parted.metrics["map50_95"] == parted.metrics["conventions"]["coco"]["map50_95"]
        assert parted.metrics["map50_95"] != parted.metrics["conventions"]["yolov5"]["map50_95"]

    def test_the_gallery_shows_the_seen_split_alone(self, parted: Outcome) -> None:
        assert parted.gallery is not None
        assert parted.gallery["split"] == "val"
        assert sorted(one["image"] for one in parted.gallery["images"]) == [
            f"seen/images/walk-1_{number:03}.png" for number in range(6)
        ]
        assert SECRET not in json.dumps(parted.gallery)

    def test_the_pair_reads_of_its_file_and_of_the_public_part_alone(self, parted: Outcome) -> None:
        assert parted.parts is not None
        safe, whole = "\n".join(parted.safe_log), "\n".join(parted.log)
        assert set(parted.safe_log) < set(parted.log)
        assert f"public: mAP50 {parted.parts['public']['map50']:.4f}" in safe
        assert parted.record is not None
        for private in ("private:", "whole split:", "Landlock", parted.record["fingerprint"]):
            assert private in whole
            assert private not in safe
        assert SECRET not in whole
        assert "5eed" not in whole

    def test_the_record_says_what_was_scored_and_by_what(self, parted: Outcome, split_task: Task) -> None:
        assert parted.record is not None
        assert parted.checkpoint is not None
        assert parted.record["weights"] == parted.checkpoint["digest"]
        assert parted.record["engine"].split()[0] in ("torch", "onnxruntime")
        assert parted.record["machine"]["cores"] >= 1
        assert parted.record["fingerprint"] == grader.fingerprint(split_task.job(**CHOSEN))
        assert "5eed" not in json.dumps(parted.record)

    def test_speed_and_size_stand_beside_the_figures(self, parted: Outcome) -> None:
        assert parted.metrics is not None
        assert parted.metrics["ms_per_image"] > 0
        assert parted.metrics["gflops"] > 0
        assert parted.metrics["parameters"] > 1_000_000
        assert parted.metrics["image_size"] == SIDE
        assert parted.sketch

    def test_progress_counts_the_pictures_of_both_splits(self, parted: Outcome, told_in_parts: list[Progress]) -> None:
        assert [step.done for step in told_in_parts if step.stage == "predicting"] == list(range(13))


@pytest.mark.slow
def test_an_ultralytics_network_that_numbers_the_classes_otherwise_is_scored_by_name(
    task: Task, tmp_path: Path
) -> None:
    """Its numbers are those of an evaluation on the same pictures whose labels are numbered as it numbers them."""
    weights = write_ultralytics_weights(tmp_path / "best.pt", names=("Mug ", "charlie"))
    checkpoint = checkpoints.read(weights)
    expected = evaluate(
        open_engine(checkpoint),
        read_dataset(renumbered(task, tmp_path / "renumbered")),
        "test",
        EvaluationSettings(image_size=SIDE),
    ).to_json()
    outcome = run(task.job(weights=str(weights)))
    assert outcome.status == "done"
    assert outcome.metrics is not None
    assert outcome.metrics["map50"] > 0.001
    for name, row in expected["per_class"].items():
        assert outcome.metrics["per_class"][name] == pytest.approx(row, abs=1e-6)
    assert any("mapped by name" in line for line in outcome.log)
    assert outcome.checkpoint is not None
    assert outcome.checkpoint["classes"] == ["Mug ", "charlie"]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["yolov5", "ultralytics", "end_to_end"])
def test_an_onnx_file_is_scored_by_the_boxes_that_it_gives(kind: Kind, task: Task, tmp_path: Path) -> None:
    weights = tmp_path / "best.onnx"
    metadata = metadata_of_yolov5(CLASSES) if kind == "yolov5" else metadata_of_ultralytics(CLASSES)
    model = onnx_model(kind, classes=len(CLASSES), sizes=("b", 3, "h", "w"), metadata=metadata)
    weights.write_bytes(model.SerializeToString())
    found = checkpoints.read(weights)
    expected = evaluate(open_engine(found), read_dataset(task.data), "test", EvaluationSettings(image_size=SIDE))
    outcome = run(task.job(weights=str(weights)))
    assert outcome.status == "done", outcome.log
    assert outcome.metrics is not None
    assert outcome.metrics["map50"] == pytest.approx(expected.map50, abs=1e-6)
    assert outcome.checkpoint is not None
    assert outcome.checkpoint["format"] == "onnx"


@pytest.mark.slow
def test_a_file_of_a_thousand_and_more_classes_is_told_so_and_no_liar(task: Task, tmp_path: Path) -> None:
    weights = tmp_path / "best.onnx"
    names = tuple(f"class {number}" for number in range(1_203))
    model = onnx_model(
        "ultralytics", classes=len(names), sizes=("b", 3, "h", "w"), metadata=metadata_of_ultralytics(names)
    )
    weights.write_bytes(model.SerializeToString())
    outcome = run(task.job(weights=str(weights)))
    assert outcome.status == "refused"
    assert outcome.reason is not None
    assert "1203 classes" in outcome.reason["en"]
    assert not any("SECURITY" in line for line in outcome.log)


@pytest.mark.slow
def test_an_export_for_another_size_is_refused_with_the_way_to_export_it(task: Task, tmp_path: Path) -> None:
    weights = tmp_path / "best.onnx"
    model = onnx_model("yolov5", classes=len(CLASSES), metadata=metadata_of_yolov5(CLASSES))
    weights.write_bytes(model.SerializeToString())
    outcome = run(task.job(weights=str(weights)))
    assert outcome.status == "refused"
    assert outcome.reason is not None
    assert outcome.advice is not None
    assert "64 × 64" in outcome.reason["en"]
    assert f"{SIDE} × {SIDE}" in outcome.reason["fr"]
    assert "dynamic=True" in outcome.advice["en"]


@pytest.mark.slow
@pytest.mark.parametrize("configuration", ["yolov5n", "yolov5s"])
def test_weights_alone_are_scored_as_the_network_that_their_pair_names(
    configuration: str, task: Task, done: Outcome, tmp_path: Path
) -> None:
    import torch

    network = checkpoints.rebuild(checkpoints.read_checkpoint(task.weights))
    torch.save(network.state_dict(), tmp_path / "state.pt")
    outcome = run(task.job(weights=str(tmp_path / "state.pt"), configuration=configuration))
    assert outcome.status == ("done" if configuration == "yolov5n" else "refused"), outcome.log
    if outcome.metrics is not None:
        assert done.metrics is not None
        assert outcome.metrics["map50"] == pytest.approx(done.metrics["map50"], abs=1e-6)


@pytest.mark.slow
def test_a_pickle_that_runs_a_command_is_refused_and_runs_nothing(task: Task, tmp_path: Path) -> None:
    import torch

    class Attack:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.system, (f"touch {tmp_path / 'fired'}",)

    torch.save({"model": Attack()}, tmp_path / "attack.pt")
    outcome = run(task.job(weights=str(tmp_path / "attack.pt")))
    assert outcome.status == "refused"
    assert outcome.reason is not None
    assert "system" in outcome.reason["en"]
    assert not (tmp_path / "fired").exists()
    with pytest.raises(AttributeError):  # and it does fire under the naive loader
        torch.load(tmp_path / "attack.pt", weights_only=False)["model"].eval()
    assert (tmp_path / "fired").exists()


def test_a_file_above_the_limit_is_refused_before_anything_is_read(task: Task) -> None:
    outcome = run(task.job(limits={"file_bytes": 1_000_000}))
    assert outcome.status == "refused"
    assert outcome.reason is not None
    assert "MB" in outcome.reason["en"]


@pytest.mark.slow
def test_a_network_that_needs_more_memory_than_allowed_is_refused(task: Task) -> None:
    outcome = run(task.job(limits={"memory_bytes": 16 << 20}))
    assert outcome.status == "refused"
    assert outcome.reason is not None


@pytest.mark.slow
def test_two_threads_give_the_same_score(task: Task, done: Outcome) -> None:
    outcome = run(task.job(limits={"threads": 2}))
    assert outcome.status == "done"
    assert outcome.metrics is not None
    assert done.metrics is not None
    assert outcome.metrics["map50_95"] == pytest.approx(done.metrics["map50_95"], abs=1e-4)


class TestOurOwnTrouble:
    def test_a_picture_that_cannot_be_read_ends_the_child_and_is_ours(self, task: Task, tmp_path: Path) -> None:
        folder = tmp_path / "task"
        shutil.copytree(task.data.parent, folder)
        (folder / "images" / "3.png").write_bytes(b"\x89PNG\r\n\x1a\n and nothing more")
        outcome = run(task.job(data=str(folder / "data.yaml")))
        assert outcome.status == "failed"
        assert "data cannot be used: unreadable_image" in outcome.log[-1]
        assert "SECURITY" not in "".join(outcome.log)
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        assert not any("grader.predict" in Path(f"/proc/{child}/cmdline").read_text() for child in children)

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"weights": "/no/such/file"}, "cannot be opened"),
            ({"weights": "/"}, "regular file"),
            ({"data": "/no/such/data.yaml"}, "data cannot be used"),
            ({"split": "val"}, "no_such_split"),
            ({"classes": ["mug", "charlie"]}, "not those of its data"),
        ],
    )
    def test_it_fails_with_an_id_and_costs_nobody_an_attempt(
        self, changed: dict[str, object], words: str, task: Task, caplog: pytest.LogCaptureFixture
    ) -> None:
        outcome = run(task.job(**changed))
        assert outcome.status == "failed"
        assert outcome.error_id is not None
        assert outcome.reason is None
        assert words in outcome.log[-1]
        assert "/no/such" not in "".join(outcome.log)
        assert outcome.error_id in caplog.text

    def test_a_machine_without_walls_runs_nothing(self, task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(report, "seal_report", lambda: {"accepts_jobs": False, "why": {"en": "no landlock"}})
        outcome = run(task.job())
        assert outcome.status == "failed"
        assert "no landlock" in outcome.log[-1]


class TestACapturedChild:
    """The weights file names the program that plays the child (see ``hostile_child``)."""

    @pytest.fixture
    def judged(self, task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Outcome]:
        monkeypatch.setattr(prediction, "PROGRAM", "tests.grader.hostile_child")
        monkeypatch.setattr(prediction, "WALL_PER_CPU", 1.0)
        monkeypatch.setattr("grader.sandbox.GOODBYE_SECONDS", 0.3)

        def judge(name: str, **options: object) -> Outcome:
            weights = tmp_path / "weights.pt"
            weights.write_text(name)
            limits = {"cpu_seconds": 3, "cpu_seconds_per_image": 0}
            return run(task.job(weights=str(weights), limits=limits), **options)

        return judge

    def test_the_same_child_when_it_is_polite_is_scored(self, judged: Callable[[str], Outcome]) -> None:
        outcome = judged("polite")
        assert outcome.status == "done"
        assert outcome.metrics is not None
        assert outcome.metrics["map50"] == 0

    def test_a_child_is_given_no_label_no_secret_and_no_way_to_them(
        self, task: Task, tmp_path: Path, judged: Callable[[str], Outcome], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SECRET_KEY", "hunter2")
        with (task.data.parent / "labels" / "0.txt").open() as label_file:
            os.set_inheritable(label_file.fileno(), True)  # the worker being careless
            outcome = judged(f"spy\n{tmp_path / 'seen.json'}")
            labels = label_file.read()
        assert outcome.status == "done"
        text = (tmp_path / "seen.json").read_text()
        seen = json.loads(text)
        for secret in (
            "hunter2",
            "labels",
            "charlie",
            "mug",
            str(task.data.parent),
            *labels.split("\n")[0].split()[1:],
        ):
            assert secret not in text
        assert set(seen["environment"]) == {
            "OMP_NUM_THREADS",
            "MKL_NUM_THREADS",
            "OPENBLAS_NUM_THREADS",
            "YOLO_OFFLINE",
            "YOLO_CONFIG_DIR",
            "MPLCONFIGDIR",
            "ULTRALYTICS_SAFE_LOAD",
            "ORT_DISABLE_TELEMETRY",
            "LC_CTYPE",  # Python's own, in a C locale
        }
        files = seen["instructions"]["files"]
        assert set(files) == {"weights", "pictures", "result"}
        assert set(seen["descriptors"]) == {"0", "1", "2", *map(str, files.values())}
        assert seen["folder"] == "/"

    @pytest.mark.parametrize(
        "name",
        [
            "flood",
            "huge_frame",
            "too_many_boxes",
            "nan_boxes",
            "infinite_score",
            "score_above_one",
            "unknown_class",
            "half_class",
            "torn_row",
            "wrong_order",
            "same_image_twice",
            "one_image_too_many",
            "done_too_early",
            "boxes_before_checkpoint",
            "done_and_more",
            "unknown_frame",
            "endless_names",
            "negative_parameters",
            "negative_gflops",
            "torn_sketch",
            "asks_for_torch_twice",
            "asks_for_torch_late",
            "asks_for_torch_with_words",
            "unknown_device",
        ],
    )
    def test_whoever_lies_gets_no_score_and_a_security_event(
        self, name: str, judged: Callable[[str], Outcome], caplog: pytest.LogCaptureFixture
    ) -> None:
        outcome = judged(name)
        assert outcome.status == "refused"
        assert outcome.metrics is None
        assert outcome.reason is not None
        assert "reported" in outcome.reason["en"]
        assert "SECURITY EVENT" in outcome.log[-1]
        assert any(record.name == "grader.security" for record in caplog.records)

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("open_a_socket", "not do"),
            ("crash", "abruptly"),
            ("leave", "abruptly"),
            ("spin", "longer"),
            ("silence", "longer"),
            ("hang_after_closing", "longer"),
        ],
    )
    def test_whoever_dies_or_hangs_is_told_so(self, name: str, words: str, judged: Callable[[str], Outcome]) -> None:
        outcome = judged(name)
        assert outcome.status == "refused"
        assert outcome.reason is not None
        assert words in outcome.reason["en"]

    @pytest.mark.parametrize(
        ("name", "word"), [("three_classes", "3 classes"), ("other_classes", "teapot"), ("nameless", "not those")]
    )
    def test_a_network_of_other_classes_is_refused_with_the_expected_names(
        self, name: str, word: str, judged: Callable[[str], Outcome]
    ) -> None:
        outcome = judged(name)
        assert outcome.status == "refused"
        assert outcome.reason is not None
        assert outcome.advice is not None
        assert word in outcome.reason["en"]
        assert "charlie, mug" in outcome.advice["fr"]
        assert outcome.checkpoint is not None

    def test_trouble_while_writing_progress_is_ours_and_not_the_childs(self, judged: Callable[..., Outcome]) -> None:
        def lost_database(progress: Progress) -> None:
            if progress.stage == "predicting":
                raise ValueError("the row is gone")

        outcome = judged("polite", on_progress=lost_database)
        assert outcome.status == "failed"
        assert "SECURITY" not in "".join(outcome.log)

    def test_a_cancelled_job_raises_and_leaves_no_child(self, judged: Callable[..., Outcome]) -> None:
        steps: list[Progress] = []

        def cancelled() -> bool:
            return any(step.stage == "predicting" for step in steps)

        with pytest.raises(Cancelled):
            judged("silence", on_progress=steps.append, cancelled=cancelled)
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        assert not any("hostile_child" in Path(f"/proc/{child}/cmdline").read_text() for child in children)

    @pytest.mark.parametrize("name", ["garbage", "never_sealed", "our_own_trouble"])
    def test_whoever_was_never_sealed_is_our_trouble(
        self, name: str, judged: Callable[[str], Outcome], caplog: pytest.LogCaptureFixture
    ) -> None:
        outcome = judged(name)
        assert outcome.status == "failed"
        assert "/srv/secret" not in "".join(outcome.log)
        if name == "our_own_trouble":
            assert "/srv/secret" in caplog.text

    def test_a_forged_refusal_says_only_our_words_with_short_printable_facts(
        self, judged: Callable[[str], Outcome]
    ) -> None:
        outcome = judged("forged_refusal")
        assert outcome.status == "refused"
        assert outcome.reason is not None
        assert len(outcome.reason["en"]) < 400
        assert "\u202e" not in outcome.reason["en"]

    @pytest.mark.parametrize("name", ["invented_refusal", "attribute_refusal"])
    def test_an_invented_refusal_becomes_the_plainest_one(self, name: str, judged: Callable[[str], Outcome]) -> None:
        outcome = judged(name)
        assert outcome.status == "refused"
        assert outcome.reason is not None
        assert outcome.reason["en"] == "The file could not be read as a checkpoint"


@pytest.fixture(autouse=True)
def whole_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

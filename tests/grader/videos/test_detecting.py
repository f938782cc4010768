"""Detection on a film in the sealed child: whole, and with strangers' weights, strangers' films, a captured child."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import av
import pytest

import grader
from fixtures.films import make_film
from fixtures.hostile.media import FILMS
from grader import Cancelled, DetectionSettings, GraderError, Progress, SubmissionError, VideoDetections
from grader.videos import detecting
from grader.videos.detections import DETECTION_LIMITS
from tests.grader.small_task import CLASSES, SIDE, Task, write_ultralytics_weights
from tests.grader.videos.captured_child import LIES

SETTINGS = DetectionSettings(image_size=SIDE, confidence=0.05)
LIMITS = replace(DETECTION_LIMITS, cpu_seconds=60, output_bytes=1 << 22, max_frames=60, threads=1)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_film(tmp_path_factory.mktemp("films") / "film.mp4", seconds=0.5, size=(96, 64))


def detect(weights: Path, film: Path, output: Path, **options: object) -> VideoDetections:
    usual = {"settings": SETTINGS, "limits": LIMITS}
    return grader.detect_video(weights, film, output, **{**usual, **options})  # type: ignore[arg-type]


@pytest.mark.parametrize("threads", [1, 2])
def test_a_film_gets_boxes_a_timeline_and_a_poster(task: Task, film: Path, tmp_path: Path, threads: int) -> None:
    steps: list[Progress] = []
    output = tmp_path / "out.mp4"
    found = detect(
        task.weights,
        film,
        output,
        limits=replace(LIMITS, threads=threads),
        on_progress=steps.append,
    )
    with av.open(str(output)) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        assert sum(1 for _ in container.decode(video=0)) == found.frames == 15
    assert (found.width, found.height) == (96, 64)
    assert found.seconds == pytest.approx(0.5, abs=0.01)
    assert found.poster.startswith(b"\xff\xd8\xff")
    assert {row["name"] for row in found.timeline["classes"]} <= set(CLASSES)
    assert sum(row["detections"] for row in found.timeline["classes"]) > 0
    assert found.checkpoint["architecture"].startswith("yolov5")
    told = [(step.stage, step.done, step.total) for step in steps]
    assert told == [("reading", 0, 1), ("reading", 1, 1), *(("detecting", n, 15) for n in range(1, 16))]


@pytest.mark.slow
def test_what_only_torch_runs_runs_in_a_second_child(film: Path, tmp_path: Path) -> None:
    weights = write_ultralytics_weights(tmp_path / "best.pt", CLASSES)
    found = detect(weights, film, tmp_path / "out.mp4")
    assert found.checkpoint["engine"].startswith("torch")
    assert found.frames == 15


@pytest.mark.parametrize("content", [b"", b"no weights", b"\x80\x02cposix\nsystem\nX\x04\x00\x00\x00true\x85R."])
def test_strangers_weights_are_refused_in_words_and_leave_no_film(film: Path, tmp_path: Path, content: bytes) -> None:
    weights = tmp_path / "best.pt"
    weights.write_bytes(content)
    with pytest.raises(SubmissionError) as refused:
        detect(weights, film, tmp_path / "out.mp4")
    assert not refused.value.security_event
    assert refused.value.reason["fr"] != refused.value.reason["en"]
    assert not (tmp_path / "out.mp4").exists()


@pytest.mark.parametrize("case", [*list(FILMS)[:2], "cut", "empty"])
def test_strangers_films_are_refused_in_words_and_leave_no_film(
    task: Task, film: Path, tmp_path: Path, case: str
) -> None:
    bad = tmp_path / "film.mp4"
    contents = {"cut": film.read_bytes()[:-3_000], "empty": b""}
    bad.write_bytes(contents[case] if case in contents else FILMS[case]())
    with pytest.raises(SubmissionError, match="unreadable_video"):
        detect(task.weights, bad, tmp_path / "out.mp4")
    assert not (tmp_path / "out.mp4").exists()


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"max_frames": 5}, "clip_too_long"),
        ({"max_seconds": 0.2}, "clip_too_long"),
        ({"max_pixels": 96 * 63}, "unreadable_video"),
        ({"output_bytes": 2_000}, "output_too_large"),
    ],
)
def test_every_limit_ends_in_words_and_leaves_no_film(
    task: Task, film: Path, tmp_path: Path, limits: dict[str, float], code: str
) -> None:
    with pytest.raises(SubmissionError, match=code):
        detect(task.weights, film, tmp_path / "out.mp4", limits=replace(LIMITS, **limits))  # type: ignore[arg-type]
    assert not (tmp_path / "out.mp4").exists()


def test_whoever_cancels_has_no_film(task: Task, film: Path, tmp_path: Path) -> None:
    asked = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 2

    with pytest.raises(Cancelled):
        detect(task.weights, film, tmp_path / "out.mp4", cancelled=cancelled)
    assert not (tmp_path / "out.mp4").exists()


def test_files_that_are_not_there_are_our_trouble(task: Task, film: Path, tmp_path: Path) -> None:
    for weights, source, output in (
        (tmp_path / "gone.pt", film, tmp_path / "out.mp4"),
        (task.weights, tmp_path / "gone.mp4", tmp_path / "out.mp4"),
        (task.weights, film, tmp_path / "no" / "folder.mp4"),
        (task.weights, tmp_path, tmp_path / "out.mp4"),
    ):
        with pytest.raises(GraderError) as failed:
            detect(weights, source, output)
        assert str(tmp_path) not in str(failed.value)


class TestACapturedChild:
    """The weights file names the act (see ``captured_child``)."""

    @pytest.fixture
    def act(self, film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], VideoDetections]:
        monkeypatch.setattr(detecting, "PROGRAM", "tests.grader.videos.captured_child")
        monkeypatch.setattr(detecting, "WALL_FACTOR", 1.0)
        monkeypatch.setattr("grader.sandbox.GOODBYE_SECONDS", 0.3)

        def play(name: str) -> VideoDetections:
            weights = tmp_path / "weights.pt"
            weights.write_text(name)
            return detect(weights, film, tmp_path / "out.mp4", limits=replace(LIMITS, cpu_seconds=2))

        return play

    def test_a_polite_one_is_believed_what_can_be_checked(self, act: Callable[[str], VideoDetections]) -> None:
        found = act("polite")
        (row,) = found.timeline["classes"]
        assert (row["name"], row["detections"], found.width) == ("mug", 1, 64)

    @pytest.mark.parametrize("name", [*LIES, "garbage", "silence", "leaves"])
    def test_a_lie_is_reported_and_leaves_no_film(
        self, act: Callable[[str], VideoDetections], name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        with pytest.raises(SubmissionError) as refused:
            act(name)
        assert refused.value.security_event
        assert caplog.records
        assert not (tmp_path / "out.mp4").exists()

    def test_a_film_beyond_its_limit_is_not_written(
        self, act: Callable[[str], VideoDetections], tmp_path: Path
    ) -> None:
        with pytest.raises(SubmissionError, match="output_too_large"):
            act("huge_film")
        assert not (tmp_path / "out.mp4").exists()

    def test_words_after_the_last_one_are_a_lie_or_too_late(self, act: Callable[[str], VideoDetections]) -> None:
        with pytest.raises(SubmissionError, match="not_detections"):
            act("goes_on")

    def test_whoever_was_never_sealed_is_our_trouble(self, act: Callable[[str], VideoDetections]) -> None:
        with pytest.raises(GraderError):
            act("never_sealed")

    def test_a_forged_refusal_says_only_our_words(self, act: Callable[[str], VideoDetections]) -> None:
        with pytest.raises(SubmissionError) as refused:
            act("forged_refusal")
        assert refused.value.code == "unexpected_output"
        assert "won" not in refused.value.reason["en"]

    def test_nobody_is_left_behind(self, act: Callable[[str], VideoDetections]) -> None:
        with pytest.raises(SubmissionError):
            act("silence")
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        assert not any("captured_child" in Path(f"/proc/{child}/cmdline").read_text() for child in children)

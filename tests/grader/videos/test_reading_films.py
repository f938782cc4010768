"""Films as phones make them, through the sealed child: figures, a copy that holds nothing else, frames, a poster."""

import csv
import io
import struct
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

import grader
from fixtures.films import KEPT_AV1, make_film
from fixtures.films.scenes import CORNERS
from grader import Cancelled, GraderError, Progress, VideoFacts, VideoLimits
from grader.videos.boxes import require_streamable_mp4
from grader.videos.jpegs import require_plain_jpeg

PLACE = "+48.7106+002.1701/"


def corners(pixels: Any) -> list[Any]:
    at = 8
    picture = np.asarray(pixels).astype(int)
    return [picture[row, column] for row in (at, -at) for column in (at, -at)]


def is_upright(pixels: Any) -> bool:
    return all(abs(seen - drawn).max() < 45 for seen, drawn in zip(corners(pixels), CORNERS, strict=True))


def packets_of(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def prepared(path: Path, **limits: Any) -> tuple[grader.PreparedVideo, Path]:
    copy = path.with_name("copy.mp4")
    return grader.prepare_video(path, copy, limits=VideoLimits(**limits)), copy


def test_an_iphone_film_is_copied_bit_for_bit_without_where_it_was_filmed(tmp_path: Path) -> None:
    film = make_film(tmp_path / "a.mov", seconds=1, size=(96, 160), rotation=90, location=PLACE, timecode=True)
    assert b"48.7106" in film.read_bytes()
    made, copy = prepared(film)
    content = copy.read_bytes()
    for trace in (b"48.7106", b"Phone 12", b"location", b"tmcd", b"Lavf", b"x264"):
        assert trace not in content, trace
    require_streamable_mp4(copy)
    assert (made.facts.width, made.facts.height, made.facts.rotation) == (96, 160, 90)
    assert (made.copy.rotation, made.copy.audio_codec, made.copy.notes) == (90, "aac", ())
    assert made.copy.size_bytes == len(content)
    # the first packet held x264's message; the others are the film's own
    assert packets_of(copy)[1:] == packets_of(film)[1:]
    with av.open(str(copy)) as container:
        assert [stream.type for stream in container.streams] == ["video", "audio"]
        assert next(container.decode(video=0)).rotation == -90
        assert not container.chapters()
    require_plain_jpeg(made.poster, 96, 160)
    assert is_upright(Image.open(io.BytesIO(made.poster)))


@pytest.mark.parametrize(
    ("name", "how", "codec", "sound"),
    [
        ("a.mov", {"codec": "libx265", "rotation": 270}, "hevc", "aac"),
        ("a.mp4", {"codec": "libx265", "pix_fmt": "yuv420p10le"}, "hevc", "aac"),
        ("a.webm", {"codec": "libvpx-vp9"}, "vp9", "aac"),
        ("a.avi", {"codec": "mpeg4"}, "mpeg4", "mp3"),
        ("a.mov", {"codec": "prores_ks", "pix_fmt": "yuv422p10le", "audio": False}, "prores", None),
        ("b.mp4", None, "av1", "aac"),
        ("b.avi", {"codec": "mjpeg", "pix_fmt": "yuvj420p"}, "mjpeg", "mp3"),
    ],
)
def test_what_browsers_do_not_play_is_converted_upright(
    tmp_path: Path, name: str, how: dict[str, Any] | None, codec: str, sound: str | None
) -> None:
    film = tmp_path / name
    if how is None:
        film.write_bytes(KEPT_AV1.read_bytes())
    else:
        make_film(film, seconds=0.5, size=(96, 160), **how)
    made, copy = prepared(film)
    assert (made.facts.video_codec, made.facts.width, made.facts.height) == (codec, 96, 160)
    assert {"converted"} <= set(made.copy.notes)
    with av.open(str(copy)) as container:
        frame = next(container.decode(video=0))
        assert (container.streams.video[0].codec_context.name, frame.format.name) == ("h264", "yuv420p")
        assert frame.rotation == 0
        assert is_upright(frame.to_ndarray(format="rgb24"))
        assert [stream.codec.canonical_name for stream in container.streams.audio] == ([sound] if sound else [])
    require_streamable_mp4(copy)


@pytest.mark.parametrize("how", [{}, {"variable": True}, {"rotation": 90}])
def test_a_recording_of_the_screen_keeps_its_pictures_though_it_does_not_say_when_to_decode_them(
    tmp_path: Path, how: dict[str, Any]
) -> None:
    film = make_film(tmp_path / "a.mkv", seconds=1, size=(96, 160), **how)
    with av.open(str(film)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
    assert any(packet.dts is None for packet in packets)
    shown = [packet.pts for packet in packets if packet.pts is not None]
    assert len(shown) == len(packets)
    assert shown != sorted(shown)  # some are shown after later ones
    made, copy = prepared(film)
    assert "converted" not in made.copy.notes
    seen = []
    for path in (film, copy):
        with av.open(str(path)) as container:
            seen.append(
                [(frame.time, frame.to_ndarray(format="gray").tobytes()) for frame in container.decode(video=0)]
            )
    (first, _), *_ = seen[0]
    assert [at for at, _ in seen[1]] == pytest.approx([at - first for at, _ in seen[0]], abs=0.001)
    assert [picture for _, picture in seen[1]] == [picture for _, picture in seen[0]]
    require_streamable_mp4(copy)


def test_a_variable_rate_keeps_its_times_in_the_copy(tmp_path: Path) -> None:
    film = make_film(tmp_path / "a.webm", seconds=2, size=(64, 48), codec="libvpx-vp9", variable=True)
    made, copy = prepared(film)
    assert made.facts.is_variable_rate
    assert 22 < made.facts.frame_rate < 28
    times = []
    for path in (film, copy):
        with av.open(str(path)) as container:
            seconds = [frame.time for frame in container.decode(video=0)]
            times.append(np.array(seconds) - seconds[0])
    np.testing.assert_allclose(times[1], times[0], atol=0.001)


def test_a_large_film_is_made_smaller_when_it_is_converted(tmp_path: Path) -> None:
    made, _ = prepared(make_film(tmp_path / "a.mp4", seconds=0.1, size=(2560, 1440), codec="mpeg4", audio=False))
    assert (made.facts.width, made.copy.width, made.copy.height) == (2560, 1920, 1080)
    assert "made_smaller" in made.copy.notes


def test_the_poster_is_not_the_black_beginning(tmp_path: Path) -> None:
    facts, poster = grader.probe_video(make_film(tmp_path / "a.mp4", seconds=2, size=(96, 64), black_seconds=0.9))
    assert facts.duration_seconds == pytest.approx(2, abs=0.05)
    assert np.asarray(Image.open(io.BytesIO(poster))).mean() > 30


def test_frames_are_taken_at_the_rate_that_was_asked_for_upright_and_named_in_order(tmp_path: Path) -> None:
    film = make_film(tmp_path / "a.mov", seconds=1, size=(96, 160), rotation=180, location=PLACE)
    made = grader.extract_frames(film, tmp_path / "a.zip", rate=Fraction(10), folder="mug/pair 1/1")
    assert (made.count, made.duplicates) == (10, 0)
    np.testing.assert_allclose(made.times, np.arange(10) / 10, atol=0.001)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        names = archive.namelist()
        assert names[:2] == ["mug/pair 1/1/images/frame_000000.jpg", "mug/pair 1/1/images/frame_000001.jpg"]
        assert len(names) == 11
        rows = list(csv.reader(io.StringIO(archive.read("mug/pair 1/1/frames.csv").decode())))
        assert rows[0] == ["frame", "time_seconds"]
        assert rows[1][0] == "frame_000000.jpg"
        picture = archive.read(names[3])
    require_plain_jpeg(picture, 96, 160)
    assert b"48.7106" not in picture
    assert is_upright(Image.open(io.BytesIO(picture)))
    assert Image.open(io.BytesIO(made.sheet)).width > 96


def test_frames_that_show_nothing_new_are_left_out_and_counted(tmp_path: Path) -> None:
    film = make_film(tmp_path / "a.mp4", seconds=2, size=(96, 64), still=True, black_seconds=1)
    made = grader.extract_frames(film, tmp_path / "a.zip", rate="30", folder="clip")
    assert made.count <= 8  # the black, the drawing, and what the codec still settles
    assert made.count + made.duplicates == 60
    assert made.times[0] == 0


def test_every_frame_can_be_asked_for(tmp_path: Path) -> None:
    film = make_film(tmp_path / "a.mp4", seconds=1, size=(96, 64), variable=True)
    made = grader.extract_frames(film, tmp_path / "a.zip", rate="all", folder="clip")
    assert made.count == made.facts.frames


def test_the_same_film_gives_the_same_archive(tmp_path: Path) -> None:
    film = make_film(tmp_path / "a.mp4", seconds=0.3, size=(96, 64))
    for name in ("a.zip", "b.zip"):
        grader.extract_frames(film, tmp_path / name, rate="30", folder="clip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


@pytest.mark.parametrize("folder", ["../up", "/root", "a/../b", "", ".hidden", "a//b", "C:\\x", "a\nb", "x" * 400])
def test_frames_go_into_no_folder_that_leads_elsewhere(tmp_path: Path, folder: str) -> None:
    film = make_film(tmp_path / "a.mp4", seconds=0.1, size=(64, 48))
    with pytest.raises(GraderError):
        grader.extract_frames(film, tmp_path / "a.zip", rate="30", folder=folder)
    assert not (tmp_path / "a.zip").exists()


@pytest.mark.parametrize("rate", ["0", "-1", "1e9", "fast", "1/0", "241"])
def test_a_rate_that_is_none_is_our_own_mistake(tmp_path: Path, rate: str) -> None:
    with pytest.raises(GraderError):
        grader.extract_frames(tmp_path / "a.mp4", tmp_path / "a.zip", rate=rate, folder="clip")


def test_progress_goes_from_nothing_to_all_of_it(tmp_path: Path) -> None:
    film = make_film(tmp_path / "a.webm", seconds=1, size=(64, 48), codec="libvpx-vp9")
    said: list[Progress] = []
    grader.prepare_video(film, tmp_path / "copy.mp4", on_progress=said.append)
    copying = [progress for progress in said if progress.stage == "copying"]
    assert (copying[0].done, copying[-1].done) == (0, copying[-1].total)
    assert copying[-1].total == 30


def test_whoever_asks_to_stop_is_heard_and_nothing_is_left(tmp_path: Path) -> None:
    film = make_film(tmp_path / "a.mp4", seconds=0.2, size=(64, 48))
    with pytest.raises(Cancelled):
        grader.prepare_video(film, tmp_path / "copy.mp4", cancelled=lambda: True)
    assert not (tmp_path / "copy.mp4").exists()


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"max_seconds": 0.5}, "too_long"),
        ({"max_frames": 10}, "too_many_frames"),
        ({"max_pixels": 1_000}, "too_many_pixels"),
        ({"output_bytes": 5_000}, "output_too_large"),
        ({"memory_bytes": 1 << 20}, "too_much_memory"),
    ],
)
def test_a_film_beyond_a_limit_is_refused_in_both_languages(tmp_path: Path, limits: dict[str, Any], code: str) -> None:
    film = make_film(tmp_path / "a.webm", seconds=1, size=(320, 240), codec="libvpx-vp9")
    with pytest.raises(grader.SubmissionError) as refused:
        prepared(film, **limits)
    assert refused.value.code == code
    assert refused.value.reason["fr"] != refused.value.reason["en"]
    assert refused.value.advice["fr"] != refused.value.advice["en"]
    assert not (tmp_path / "copy.mp4").exists()


def say_it_lasts(film: Path, seconds: float) -> Path:
    """Write another length into its head: mvhd's of an MP4 (its clock ticks 1,000 times a second), Matroska's."""
    content = bytearray(film.read_bytes())
    if film.suffix == ".mp4":
        at, new = content.index(b"mvhd") + 20, struct.pack(">I", int(seconds * 1_000))
    else:
        at, new = content.index(b"\x44\x89\x88") + 3, struct.pack(">d", seconds * 1_000)
    content[at : at + len(new)] = new
    film.write_bytes(content)
    return film


@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "libx264"), ("a.webm", "libvpx-vp9")])
@pytest.mark.parametrize("said", [0.04, 3 * 3600])
def test_a_head_that_lies_about_the_length_is_not_believed(tmp_path: Path, name: str, codec: str, said: float) -> None:
    film = say_it_lasts(make_film(tmp_path / name, seconds=1, size=(64, 48), codec=codec), said)
    if name == "a.webm" and said > 1:  # where nothing else tells how much there should be, it may be cut
        with pytest.raises(grader.SubmissionError) as refused:
            prepared(film, max_seconds=120)
        assert refused.value.code == "cut_short"
        assert "1,0 s" in refused.value.reason["fr"]
        return
    made, _ = prepared(film, max_seconds=120)
    assert made.facts.duration_seconds == pytest.approx(1, abs=0.05)
    assert made.copy.duration_seconds == pytest.approx(1, abs=0.05)


def test_a_film_of_exactly_the_limit_is_taken_and_of_a_picture_more_is_not(tmp_path: Path) -> None:
    film = make_film(tmp_path / "a.mp4", seconds=2, size=(64, 48), audio=False)
    assert prepared(film, max_seconds=2)[0].facts.duration_seconds == 2
    with pytest.raises(grader.SubmissionError) as refused:
        prepared(film, max_seconds=1.96)
    assert refused.value.code == "too_long"


def test_a_film_of_ours_that_is_gone_is_our_failure(tmp_path: Path) -> None:
    with pytest.raises(GraderError) as failure:
        prepared(tmp_path / "gone.mp4")
    assert str(tmp_path) not in str(failure.value)


def test_facts_are_kept_as_json_and_read_back(tmp_path: Path) -> None:
    facts, _ = grader.probe_video(make_film(tmp_path / "a.mp4", seconds=0.3, size=(64, 48)))
    assert VideoFacts.from_json(facts.to_json()) == facts
    with pytest.raises(ValueError, match="rotation"):
        VideoFacts.from_json({**facts.to_json(), "rotation": 45})

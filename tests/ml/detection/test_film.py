"""A film in, the same film out with boxes: its moments, its size, its sound, and boxes where the objects are."""

import io
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from fixtures.films import make_film
from ml.detection.film import FilmBounds, Seen, detect_film
from ml.detection.frames import DETECTION_SETTINGS
from ml.detection.palette import colors_of
from ml.engines import Engine
from ml.engines.proposals import Pixels, Proposals
from ml.errors import Refused
from ml.video import open_video

SETTINGS = replace(DETECTION_SETTINGS, image_size=160)


class CornerEngine(Engine):
    """Finds the blue corner, bottom left, of a drawn film: a network whose right answer everybody knows."""

    names = ("other", "corner")
    label = "eyes"

    def __call__(self, pictures: Pixels, confidence: float) -> list[Proposals]:
        return [self._look(picture) for picture in pictures]

    def _look(self, picture: Pixels) -> Proposals:
        rows, columns = np.nonzero((picture[:, :, 2] > 150) & (picture[:, :, 0] < 100))
        if not len(rows):
            return Proposals(np.zeros((0, 4), np.float32), np.zeros((0, 2), np.float32), None)
        left, right, top, bottom = columns.min(), columns.max() + 1, rows.min(), rows.max() + 1
        box = [[(left + right) / 2, (top + bottom) / 2, right - left, bottom - top]]
        return Proposals(np.array(box, np.float32), np.array([[0.0, 0.8]], np.float32), None)


def detect(source: Path | io.BytesIO, target: Path | io.BytesIO, **options: Any) -> Seen:
    return detect_film(CornerEngine(), source, target, SETTINGS, **options)


def moments(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        return [float(frame.time) for frame in container.decode(video=0) if frame.time is not None]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_film_comes_out_upright_with_boxes_where_the_objects_are(tmp_path: Path, rotation: int) -> None:
    source = make_film(tmp_path / "in.mov", seconds=0.4, size=(160, 240), rotation=rotation)
    seen = detect(source, tmp_path / "out.mp4")
    assert (seen.width, seen.height, seen.frames, seen.stopped) == (160, 240, 12, False)
    with open_video(tmp_path / "out.mp4") as film:
        frames = list(film.frames)
        assert (film.width, film.height) == (160, 240)
    color = np.array(colors_of(CornerEngine.names)[1])
    for frame in frames:  # the corner is 26 pixels wide
        is_box = np.abs(frame.astype(int) - color).max(axis=2) < 60
        assert is_box[222:232, 0:4].any(axis=1).all()
        assert is_box[222:232, 22:30].any(axis=1).all()
        assert frame[227, 13, 2] > 180  # its inside is still blue
        assert not is_box[:160].any()
        assert not is_box[:, 120:].any()


def test_frames_keep_their_own_moments_and_sound_stays_beside_them(tmp_path: Path) -> None:
    source = make_film(tmp_path / "in.mp4", seconds=1, size=(96, 64), variable=True)
    seen = detect(source, tmp_path / "out.mp4")
    assert moments(tmp_path / "out.mp4") == pytest.approx(moments(source), abs=2e-5)
    assert [one.seconds for one in seen.sightings] == pytest.approx(moments(source), abs=2e-5)
    assert len({round(b - a, 3) for a, b in zip(moments(source), moments(source)[1:], strict=False)}) > 5
    with av.open(str(source)) as before, av.open(str(tmp_path / "out.mp4")) as after:
        sounds = [[bytes(packet) for packet in film.demux(audio=0) if packet.size] for film in (before, after)]
    assert sounds[0]
    assert sounds[0] == sounds[1]


def test_browsers_play_it_while_it_loads(tmp_path: Path) -> None:
    detect(make_film(tmp_path / "in.webm", seconds=0.3, size=(97, 65), codec="libvpx-vp9"), tmp_path / "out.mp4")
    content = (tmp_path / "out.mp4").read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    with av.open(str(tmp_path / "out.mp4")) as container:
        (stream,) = container.streams  # the sound of WebM is none that every browser plays out of MP4
        context: Any = stream.codec_context
        assert (context.name, context.pix_fmt, context.width, context.height) == ("h264", "yuv420p", 96, 64)


def test_threads_change_nothing_but_the_time(tmp_path: Path) -> None:
    source = make_film(tmp_path / "in.mp4", seconds=0.5, size=(160, 120))
    alone, together = detect(source, tmp_path / "1.mp4", threads=1), detect(source, tmp_path / "3.mp4", threads=3)
    assert alone.sightings == together.sightings
    assert moments(tmp_path / "1.mp4") == moments(tmp_path / "3.mp4")


@pytest.mark.parametrize(("bounds", "frames"), [(FilmBounds(frames=7), 7), (FilmBounds(seconds=0.31), 10)])
def test_it_stops_at_its_bounds_and_says_so(tmp_path: Path, bounds: FilmBounds, frames: int) -> None:
    source = make_film(tmp_path / "in.mp4", seconds=1, size=(96, 64))
    seen = detect(source, tmp_path / "out.mp4", bounds=bounds)
    assert (seen.frames, seen.stopped) == (frames, True)
    assert len(moments(tmp_path / "out.mp4")) == frames


def test_a_film_may_come_from_memory_and_go_there() -> None:
    target = io.BytesIO()
    source = io.BytesIO(_film_in_memory())
    assert detect(source, target, threads=1).frames == 6
    assert target.getvalue()[4:8] == b"ftyp"


def test_every_frame_is_told_in_its_turn(tmp_path: Path) -> None:
    told: list[tuple[int, int, int]] = []
    source = make_film(tmp_path / "in.mp4", seconds=0.5, size=(96, 64))
    detect(source, tmp_path / "o.mp4", on_frame=lambda done, of, shot, found: told.append((done, of, len(found))))
    assert told == [(number, 15, 1) for number in range(1, 16)]


def test_its_timeline_knows_when_what_was_seen(tmp_path: Path) -> None:
    seen = detect(make_film(tmp_path / "in.mp4", seconds=1, size=(160, 120), black_seconds=0.5), tmp_path / "o.mp4")
    timeline = seen.timeline()
    (row,) = timeline["classes"]
    assert (row["name"], row["color"], row["detections"]) == ("corner", "#e69f00", row["frames"])
    assert row["first_seconds"] == pytest.approx(0.5, abs=0.04)
    assert (row["bins"][:5], row["bins"][6:]) == ([0.0] * 5, [1.0] * 4)


@pytest.mark.parametrize("pixels", [96 * 64 - 1, 1])
def test_a_frame_larger_than_it_may_be_is_refused(tmp_path: Path, pixels: int) -> None:
    source = make_film(tmp_path / "in.mp4", seconds=0.2, size=(96, 64))
    with pytest.raises(Refused, match="unreadable_video"):
        detect(source, tmp_path / "out.mp4", bounds=FilmBounds(pixels=pixels))


def test_a_damaged_frame_does_not_cost_the_others(tmp_path: Path) -> None:
    source = make_film(tmp_path / "in.mp4", seconds=1, size=(96, 64))
    with av.open(str(source)) as container:
        places = [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]
    content = bytearray(source.read_bytes())
    at, size = places[20]
    content[at : at + size] = bytes(size)
    source.write_bytes(content)
    seen = detect(source, tmp_path / "out.mp4")
    assert len(places) - 2 <= seen.frames < len(places)
    for at, size in places:
        content[at : at + size] = bytes(size)
    source.write_bytes(content)
    with pytest.raises(Refused, match="unreadable_video"):
        detect(source, tmp_path / "out.mp4")


def test_a_film_that_is_cut_is_refused_and_leaves_no_thread(tmp_path: Path) -> None:
    source = make_film(tmp_path / "in.mp4", seconds=1, size=(96, 64))
    source.write_bytes(source.read_bytes()[:-2_000])
    with pytest.raises(Refused, match="unreadable_video"):
        detect(source, tmp_path / "out.mp4")


def _film_in_memory() -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=Fraction(10))
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(6):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")))
        container.mux(stream.encode(None))
    return buffer.getvalue()

"""Videos as phones film them: read upright, each frame with its time, and written as browsers play them."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from fixtures.films import make_film
from fixtures.films.scenes import CORNERS
from ml.upright import Turn
from ml.video import open_video
from tests.films import BrowserVideo

CORNER = 12  # pixels into the picture, inside its coloured corner


def corners(pixels: np.ndarray) -> list[np.ndarray]:
    return [pixels[row, column].astype(int) for row in (CORNER, -CORNER) for column in (CORNER, -CORNER)]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_film_is_read_upright_however_the_phone_was_held(tmp_path: Path, rotation: int) -> None:
    path = make_film(tmp_path / "film.mov", seconds=0.3, size=(180, 240), rotation=rotation)
    with open_video(path) as video:
        frames = list(video.frames)
    assert (video.width, video.height) == (180, 240)
    for frame in frames:
        assert frame.shape == (240, 180, 3)
        for seen, drawn in zip(corners(frame), CORNERS, strict=True):
            assert abs(seen - drawn).max() < 40


def test_a_mirrored_film_is_read_as_players_show_it(tmp_path: Path) -> None:
    """A front camera's matrix: left and right are exchanged, then the picture is turned."""
    pixels = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    assert (Turn(0, is_mirrored=True).turn(pixels) == pixels[:, ::-1]).all()
    assert (Turn(90).turn(pixels) == np.rot90(pixels, k=-1)).all()
    assert Turn(270).shown(640, 480) == (480, 640)


def test_each_frame_of_a_variable_rate_has_its_own_time(tmp_path: Path) -> None:
    path = make_film(tmp_path / "film.mp4", seconds=2, variable=True)
    with av.open(str(path)) as container:
        truth = [frame.time for frame in container.decode(video=0)]
    with open_video(path) as video:
        count = sum(1 for _ in video.frames)
    assert count == len(truth) == video.expected_frames
    np.testing.assert_allclose(video.times, np.array(truth) - truth[0], atol=1e-6)


def test_a_written_video_keeps_the_times_that_it_was_given(tmp_path: Path) -> None:
    times = [0.0, 0.04, 0.1, 0.11, 0.3]
    with BrowserVideo(tmp_path / "film.mp4", Fraction(25)) as video:
        for number, at in enumerate(times):
            video.write(np.full((32, 32, 3), 40 * number, np.uint8), at)
    with open_video(tmp_path / "film.mp4") as film:
        seen = [frame.mean() for frame in film.frames]
    np.testing.assert_allclose(seen, [0, 40, 80, 120, 160], atol=4)
    np.testing.assert_allclose(film.times, times, atol=1e-4)

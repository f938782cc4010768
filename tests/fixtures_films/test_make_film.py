"""Films that are made on the spot are what tests take them for."""

from pathlib import Path

import av
import numpy as np
import pytest

from fixtures.films import make_film
from fixtures.films.scenes import CORNERS


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    films = [make_film(tmp_path / f"{number}.mp4", seconds=0.5, variable=True, seed=3) for number in range(2)]
    assert films[0].read_bytes() == films[1].read_bytes()


@pytest.mark.parametrize(
    ("name", "codec", "found"),
    [
        ("a.mp4", "libx264", "h264"),
        ("a.mov", "libx265", "hevc"),
        ("a.webm", "libvpx-vp9", "vp9"),
        ("a.avi", "mpeg4", "mpeg4"),
    ],
)
def test_a_film_has_the_codec_and_the_pictures_that_were_asked_for(
    tmp_path: Path, name: str, codec: str, found: str
) -> None:
    with av.open(str(make_film(tmp_path / name, seconds=0.5, codec=codec))) as container:
        stream = container.streams.video[0]
        assert stream.codec.canonical_name == found
        assert (stream.width, stream.height) == (320, 240)
        assert len(list(container.decode(video=0))) == 15


def test_a_phone_held_upright_stores_turned_pictures_and_says_so(tmp_path: Path) -> None:
    with av.open(str(make_film(tmp_path / "a.mov", seconds=0.2, size=(120, 200), rotation=90))) as container:
        frame = next(container.decode(video=0))
        stored = frame.to_ndarray(format="rgb24")
    assert frame.rotation == -90  # counter-clockwise: a player turns it clockwise by 90 degrees
    assert stored.shape == (120, 200, 3)
    assert abs(np.rot90(stored, k=-1)[8, 8].astype(int) - CORNERS[0]).max() < 25  # upright, its first corner is red


def test_a_variable_rate_is_seen_in_the_times(tmp_path: Path) -> None:
    with av.open(str(make_film(tmp_path / "a.mp4", seconds=1, variable=True))) as container:
        times = [frame.time for frame in container.decode(video=0)]
    steps = np.diff(times)
    assert steps.max() > 1.5 * steps.min()

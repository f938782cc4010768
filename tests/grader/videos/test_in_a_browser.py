"""Copies are played by a real browser: upright, to their end, with their sound."""

import base64
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

import grader
from fixtures.films import make_film
from fixtures.films.scenes import CORNERS

PLAY = """
async url => {
  const film = document.createElement("video");
  film.muted = true;
  film.src = url;
  await new Promise((done, failed) => { film.onloadeddata = done; film.onerror = () => failed(film.error.message); });
  film.currentTime = 0.3;
  await new Promise(done => { film.onseeked = done; });
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [film.videoWidth, film.videoHeight];
  const pen = canvas.getContext("2d");
  pen.drawImage(film, 0, 0);
  const at = (x, y) => [...pen.getImageData(x, y, 1, 1).data].slice(0, 3);
  const [right, bottom] = [canvas.width - 8, canvas.height - 8];
  const corners = [at(8, 8), at(right, 8), at(8, bottom), at(right, bottom)];
  await film.play();
  await new Promise(done => { film.onended = done; });
  return { size: [film.videoWidth, film.videoHeight], seconds: film.duration, corners,
           sound: film.webkitAudioDecodedByteCount };
}
"""


@pytest.mark.browser
@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("a.mov", {"rotation": 90}),  # copied bit for bit, turned by the player
        ("b.mp4", {"rotation": 270, "variable": True}),
        ("c.mov", {"codec": "libx265", "rotation": 90}),  # encoded anew, upright
        ("d.webm", {"codec": "libvpx-vp9"}),
        ("e.avi", {"codec": "mpeg4"}),
    ],
)
def test_a_browser_plays_the_copy_upright_to_its_end(
    browser: Browser, tmp_path: Path, name: str, how: dict[str, Any]
) -> None:
    film = make_film(tmp_path / name, seconds=0.6, size=(96, 160), **how)
    grader.prepare_video(film, tmp_path / "copy.mp4")
    address = "data:video/mp4;base64," + base64.b64encode((tmp_path / "copy.mp4").read_bytes()).decode()
    page = browser.new_page()
    try:
        played = page.evaluate(PLAY, address)
    finally:
        page.close()
    assert played["size"] == [96, 160]
    assert played["seconds"] == pytest.approx(0.6, abs=0.1)
    assert played["sound"] > 0
    for seen, drawn in zip(played["corners"], CORNERS, strict=True):
        assert max(abs(a - b) for a, b in zip(seen, drawn, strict=True)) < 45

"""Films looked at by hand, on the command line."""

import json
from pathlib import Path

import pytest

from fixtures.films import make_film
from grader.__main__ import main


def test_a_film_is_described_copied_and_cut_by_hand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    film = make_film(tmp_path / "a.mov", seconds=0.5, size=(64, 96), rotation=90)
    made = {name: tmp_path / f"made.{name}" for name in ("mp4", "zip", "jpg")}
    words = ["--copy", str(made["mp4"]), "--frames", str(made["zip"]), "--poster", str(made["jpg"]), "--rate", "10"]
    assert main(["video", str(film), *words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["facts"]["rotation"], told["copy"]["container"], told["frames"]["count"]) == (90, "mp4", 5)
    assert all(path.stat().st_size for path in made.values())
    assert main(["video", str(film)]) == 0
    assert "h264 + aac, 64 × 96, turned by 90°, 0.5 s at 30 frames a second" in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"#EXTM3U\nfile:///etc/passwd\n", b""])
def test_what_is_no_film_is_refused_in_one_line(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.mp4").write_bytes(content)
    assert main(["video", str(tmp_path / "a.mp4")]) == 2
    assert capsys.readouterr().err.count("refused:") == 1


def test_a_film_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["video", str(tmp_path / "nowhere.mp4")]) == 2
    assert "There is no file" in capsys.readouterr().err

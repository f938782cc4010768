"""Files that are made for a question."""

from pathlib import Path

from grader.materials import describe, keep


def test_the_same_bytes_are_kept_once_under_their_digest(tmp_path: Path) -> None:
    first = keep(tmp_path / "materials", "labels.zip", b"abc")
    second = keep(tmp_path / "materials", "other.zip", b"abc")
    assert first.file == second.file
    assert (tmp_path / "materials" / first.file).read_bytes() == b"abc"
    assert [file.name for file in (tmp_path / "materials").iterdir()] == [first.file]


def test_what_is_only_described_is_not_written(tmp_path: Path) -> None:
    material = describe("labels.zip", b"abc")
    assert (material.name, material.size_bytes) == ("labels.zip", 3)
    assert material.file == material.digest.removeprefix("sha256:") + ".zip"
    assert not list(tmp_path.iterdir())

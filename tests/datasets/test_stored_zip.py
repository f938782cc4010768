"""A zip made of slices: whole it is what every program reads, and any part of it is that part."""

import io
import random
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest

from datasets.stored_zip import _LONG, Member, Slice, StoredZip


@pytest.fixture
def heap(tmp_path: Path) -> Path:
    path = tmp_path / "heap"
    path.write_bytes(random.Random(5).randbytes(600_000))
    return path


def member(name: str, heap: Path, start: int, size: int) -> Member:
    content = heap.read_bytes()[start : start + size]
    return Member(name, zlib.crc32(content), Slice(heap, start, size))


@pytest.fixture
def archive(heap: Path) -> StoredZip:
    text = "séquence,name\n".encode()
    return StoredZip(
        [
            member("mug/1/images/frame_000000.jpg", heap, 0, 1_000),
            member("mug/1/images/frame_000001.jpg", heap, 1_000, 500_001),
            member("empty", heap, 7, 0),
            Member("mug/tassé.csv", zlib.crc32(text), text),
        ]
    )


def whole(archive: StoredZip) -> bytes:
    return b"".join(archive.read())


def test_python_reads_it_and_finds_every_byte(archive: StoredZip, heap: Path) -> None:
    content = whole(archive)
    assert len(content) == archive.size_bytes
    with zipfile.ZipFile(io.BytesIO(content)) as read:
        assert read.testzip() is None
        assert read.namelist()[-1] == "mug/tassé.csv"
        assert read.read("mug/1/images/frame_000001.jpg") == heap.read_bytes()[1_000:501_001]
        assert read.read("empty") == b""


def test_another_program_unpacks_it(archive: StoredZip, tmp_path: Path) -> None:
    (tmp_path / "all.zip").write_bytes(whole(archive))
    command = [sys.executable, "-m", "zipfile", "-e", "all.zip", "out"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "out/mug/1/images/frame_000000.jpg").stat().st_size == 1_000


def test_any_part_is_that_part_of_the_whole(archive: StoredZip) -> None:
    content = whole(archive)
    rng = random.Random(1)
    cuts = [(0, 1), (0, len(content)), (len(content) - 1, len(content)), (len(content), len(content) + 9), (5, 5)]
    cuts += [tuple(sorted(rng.sample(range(len(content) + 1), 2))) for _ in range(300)]  # type: ignore[misc]
    for start, stop in cuts:
        assert b"".join(archive.read(start, stop)) == content[start:stop], (start, stop)


def test_the_same_content_gives_the_same_bytes(heap: Path) -> None:
    first, second = (StoredZip([member("a", heap, 0, 9)]) for _ in range(2))
    assert whole(first) == whole(second)


def test_an_empty_zip_is_one() -> None:
    with zipfile.ZipFile(io.BytesIO(whole(StoredZip([])))) as read:
        assert read.namelist() == []


def test_a_file_that_became_shorter_is_an_error_and_not_a_silent_hole(heap: Path) -> None:
    archive = StoredZip([member("a", heap, 0, 600_000)])
    heap.write_bytes(b"short")
    with pytest.raises(OSError, match="shorter"):
        whole(archive)


def test_more_than_65535_files_can_be_read(heap: Path) -> None:
    archive = StoredZip([member(f"frame_{number:06d}.jpg", heap, number, 1) for number in range(70_000)])
    with zipfile.ZipFile(io.BytesIO(whole(archive))) as read:
        assert len(read.namelist()) == 70_000
        assert read.read("frame_069999.jpg") == heap.read_bytes()[69_999:70_000]


def test_beyond_four_gigabytes_every_file_is_found(tmp_path: Path) -> None:
    """Sparse on the disk, and only its end is looked at."""
    heap = tmp_path / "sparse"
    with heap.open("wb") as file:
        file.truncate(3 * 2**30)
        file.seek(2**30)
        file.write(b"here")
    big = Member("big", 0, Slice(heap, 0, 3 * 2**30))
    archive = StoredZip([big, Member("big again", 0, Slice(heap, 0, 2**30)), member_at(heap, "last", 2**30, 4)])
    assert archive.size_bytes > _LONG
    with zipfile.ZipFile(Window(archive)) as read:
        assert read.namelist() == ["big", "big again", "last"]
        assert read.getinfo("last").header_offset > _LONG
        assert read.read("last") == b"here"


def member_at(heap: Path, name: str, start: int, size: int) -> Member:
    with heap.open("rb") as file:
        file.seek(start)
        return Member(name, zlib.crc32(file.read(size)), Slice(heap, start, size))


class Window(io.RawIOBase):
    """An archive as a file that one seeks in."""

    def __init__(self, archive: StoredZip) -> None:
        self.archive, self.at = archive, 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at = {0: 0, 1: self.at, 2: self.archive.size_bytes}[whence] + offset
        return self.at

    def tell(self) -> int:
        return self.at

    def read(self, size: int = -1) -> bytes:
        stop = self.archive.size_bytes if size is None or size < 0 else self.at + size
        content = b"".join(self.archive.read(self.at, stop))
        self.at += len(content)
        return content

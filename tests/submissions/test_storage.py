"""What may be a checkpoint by its first bytes, and where one is kept."""

import hashlib
import io
import struct
import tarfile
from pathlib import Path

import pytest

from accounts.errors import Refusal
from submissions.magic import check_head
from submissions.storage import keep_file, store
from tests.hand_in import checkpoint_bytes, files_in, upload

pytestmark = pytest.mark.usefixtures("folders")


def tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("best.pt"), io.BytesIO())
    return buffer.getvalue()


@pytest.mark.parametrize(
    "head",
    [
        checkpoint_bytes(),
        struct.pack("<Q", 64) + b'{"__metadata__": {}}',
        b"\x08\x08\x12\x07pytorch",
        b"\x08\x09:\x80\x01",
        b"\x08\x08(\x01:\x80\x01",
    ],
    ids=["zip", "safetensors", "onnx with a producer", "onnx", "onnx with a version"],
)
def test_what_may_be_a_checkpoint_is_let_through(head: bytes) -> None:
    check_head(head)


@pytest.mark.parametrize(
    ("head", "word"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"\n<html>", "text"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:", "Git LFS"),
        (b"\x80\x02}q\x00.", "pickle"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "picture"),
        (b"\x00\x00\x00\x20ftypisom", "video"),
        (b"7z\xbc\xaf\x27\x1c", "archive"),
        (b"\x1f\x8b\x08\x00", "archive"),
        (tar(), "tar"),
        (b"\x7fELF\x02\x01", "program"),
        ("epoch, mAP à 0,5\n".encode() * 40, "text"),
        (b"\x00" * 512, "unknown"),
        (b"\x08\x63\x12", "unknown"),
        (struct.pack("<Q", 2**60) + b"{", "unknown"),
        (b"\xad\x05\x9c", ""),
    ],
)
def test_what_is_plainly_something_else_is_refused_with_its_name(head: bytes, word: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_head(head)
    reason = str(refused.value.reason["en"])
    assert word in reason
    assert refused.value.status == 422
    assert refused.value.reason["fr"] != reason
    assert refused.value.advice["fr"]


def test_a_file_is_kept_by_its_hash_and_once(folders: Path) -> None:
    data = checkpoint_bytes()
    first = keep_file(io.BytesIO(data), name="best.pt")
    assert (first.sha256, first.size_bytes) == (hashlib.sha256(data).hexdigest(), len(data))
    path = store(first)
    assert path == f"checkpoints/{first.sha256[:2]}/{first.sha256}"
    assert first.path.read_bytes() == data  # until it is discarded: whoever is interrupted now can begin again
    again = keep_file(io.BytesIO(data), name="again.pt")
    assert store(again) == path
    first.discard()
    again.discard()
    assert files_in(folders / "uploads") == [path]
    assert (folders / "uploads" / path).read_bytes() == data
    assert (folders / "uploads" / path).stat().st_mode & 0o077 == 0


def test_a_copy_that_was_cut_short_is_replaced_by_the_whole_one(folders: Path) -> None:
    path = folders / "uploads" / store(upload())
    path.write_bytes(b"PK")
    store(upload())
    assert path.read_bytes() == checkpoint_bytes()

"""Bytes that arrive: counted, hashed, looked at; and nothing left behind when they are refused."""

import hashlib
import io
import os
import struct
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.errors import Refusal
from submissions import storage
from submissions.magic import check_head
from submissions.storage import Incoming, clean_name, keep_file, store
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


def too_large(incoming: Incoming) -> None:
    while True:
        incoming.write(checkpoint_bytes() * 10)


def not_a_model(incoming: Incoming) -> None:
    for _ in range(100):
        incoming.write(b"<html>Sign in</html>")


def empty(incoming: Incoming) -> None:
    incoming.close()


def short_text(incoming: Incoming) -> None:
    incoming.write(b"hello")
    incoming.close()


def broken_off(incoming: Incoming) -> None:
    incoming.write(checkpoint_bytes())
    incoming.discard()
    raise Refusal("gone", reason={"en": "", "fr": ""}, advice={})


@pytest.mark.parametrize("send", [too_large, not_a_model, empty, short_text, broken_off])
def test_an_upload_that_is_refused_leaves_no_file(
    send: Callable[[Incoming], None], folders: Path, settings: Settings
) -> None:
    settings.CHECKPOINT_LIMIT_BYTES = 5_000
    incoming = Incoming("best.pt")
    assert len(files_in(folders)) == 1
    with pytest.raises(Refusal):
        send(incoming)
    assert files_in(folders) == []


def test_a_file_of_exactly_the_limit_is_taken_and_one_byte_more_is_not(settings: Settings) -> None:
    data = checkpoint_bytes()
    settings.CHECKPOINT_LIMIT_BYTES = len(data)
    keep_file(io.BytesIO(data), name="best.pt")
    settings.CHECKPOINT_LIMIT_BYTES = len(data) - 1
    with pytest.raises(Refusal) as refused:
        keep_file(io.BytesIO(data), name="best.pt")
    assert refused.value.status == 413


def test_a_full_disk_refuses_before_anything_is_written(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = type("Usage", (), {"free": storage.RESERVE_BYTES + 999})
    monkeypatch.setattr("shutil.disk_usage", lambda path: free)
    Incoming("small.pt", expected_bytes=999).discard()
    with pytest.raises(Refusal) as refused:
        Incoming("large.pt", expected_bytes=1_000)
    assert refused.value.code == "disk_is_full"
    assert files_in(folders) == []


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("best.pt", "best.pt"),
        ("../../etc/passwd", "passwd"),
        ("C:\\runs\\best.pt", "best.pt"),
        ("be\u0000st\u202e\n.pt", "best.pt"),
        ("e\u0301te\u0301.pt", "été.pt"),
        ("", "checkpoint"),
        ("..", "checkpoint"),
        (" . ", "checkpoint"),
        ("<script>.pt", "<script>.pt"),  # shown escaped, like every name
    ],
)
def test_a_files_name_is_shown_on_one_line_without_its_folder(given: str, shown: str) -> None:
    assert clean_name(given) == shown


def test_a_long_name_is_bounded_and_keeps_its_extension() -> None:
    assert len(clean_name("a" * 5_000 + ".pt")) == storage.LONGEST_NAME
    assert clean_name("a" * 5_000 + ".pt").endswith("a.pt")
    assert len(clean_name("a." + "b" * 5_000)) == storage.LONGEST_NAME


def test_what_a_crash_left_behind_is_swept_after_a_day(folders: Path) -> None:
    young, old = Incoming("young.pt"), Incoming("old.pt")
    yesterday = time.time() - storage.FORGET_AFTER_SECONDS - 1
    os.utime(old._path, (yesterday, yesterday))
    assert storage.sweep_incoming() == 1
    assert files_in(folders / "uploads" / "incoming") == [young._path.name]
    young.discard()
    old.discard()

"""Bytes that arrive in a form: counted, hashed, looked at; and nothing left behind when they are refused."""

import io
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.errors import Refusal
from courses import arrivals
from courses.arrivals import clean_name
from submissions.storage import CHECKPOINT, keep_file
from tests.hand_in import checkpoint_bytes, files_in
from uploads import incoming as incoming_module
from uploads.folders import folder
from uploads.incoming import Incoming
from uploads.sweeping import sweep

pytestmark = pytest.mark.usefixtures("folders")


def arriving(name: str = "best.pt", *, limit_bytes: int = 10**9, expected_bytes: int = 0) -> Incoming:
    return Incoming(CHECKPOINT, name, limit_bytes=limit_bytes, expected_bytes=expected_bytes)


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
def test_an_upload_that_is_refused_leaves_no_file(send: Callable[[Incoming], None], folders: Path) -> None:
    incoming = arriving(limit_bytes=5_000)
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
    free = type("Usage", (), {"free": arrivals.RESERVE_BYTES + 999})
    monkeypatch.setattr("shutil.disk_usage", lambda path: free)
    arriving("small.pt", expected_bytes=999).discard()
    with pytest.raises(Refusal) as refused:
        arriving("large.pt", expected_bytes=1_000)
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
    assert clean_name(given, otherwise="checkpoint") == shown


def test_a_long_name_is_bounded_and_keeps_its_extension() -> None:
    assert len(clean_name("a" * 5_000 + ".pt", otherwise="x")) == arrivals.LONGEST_NAME
    assert clean_name("a" * 5_000 + ".pt", otherwise="x").endswith("a.pt")
    assert len(clean_name("a." + "b" * 5_000, otherwise="x")) == arrivals.LONGEST_NAME


def test_what_a_crash_left_behind_is_swept_after_a_day(folders: Path) -> None:
    young, old = arriving("young.pt"), arriving("old.pt")
    yesterday = time.time() - arrivals.FORGET_AFTER_SECONDS - 1
    os.utime(old.path, (yesterday, yesterday))
    assert incoming_module.sweep_incoming() == 1
    assert files_in(folders / "uploads" / "incoming") == [young.path.name]
    young.discard()
    old.discard()


@pytest.mark.django_db
def test_zips_of_courses_with_their_people_wait_for_a_day_at_most(folders: Path) -> None:
    young, old = (folder("bundles") / name for name in ("young", "old"))
    for path in (young, old):
        path.write_bytes(b"the roster")
    yesterday = time.time() - arrivals.FORGET_AFTER_SECONDS - 1
    os.utime(old, (yesterday, yesterday))
    sweep()
    assert files_in(folders / "uploads" / "bundles") == [young.name]

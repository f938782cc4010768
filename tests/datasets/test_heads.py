"""The first bytes of a file: films come in, what is visibly something else is named."""

import io
import wave
import zipfile
from pathlib import Path

import pytest

from accounts.errors import Refusal
from datasets.arrivals import check_head
from fixtures.films import make_film
from uploads.purposes import HEAD_BYTES

FILMS = {
    "mp4": b"\0\0\0\x18ftypmp42",
    "mov of old": b"\0\0\x0a\x00moov",
    "mov that begins with its data": b"\0\0\0\x08wide\0\0\0\0mdat",
    "3gp": b"\0\0\0\x18ftyp3gp5",
    "avi": b"RIFF\0\0\0\0AVI LIST",
    "webm": b"\x1aE\xdf\xa3\x9fB\x86",
    "transport stream": (b"G" + bytes(187)) * 3,
    "camcorder": (bytes(4) + b"G" + bytes(187)) * 3,
}
OTHERS = {
    "a picture, not": [b"\xff\xd8\xff\xe0\0\x10JFIF", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\0\0\0\x18ftypheic"],
    "an archive": [b"PK\3\4"],
    "a document": [b"%PDF-1.7"],
    "sound in this file and no picture": [b"ID3\4\0", b"RIFF\0\0\0\0WAVE"],
    "a playlist": [b"#EXTM3U\n"],
    "a picture": [b"  <svg xmlns='http://www.w3.org/2000/svg'>"],
    "not a film": [b"hello, this is a text"],
}


@pytest.mark.parametrize("head", FILMS.values(), ids=FILMS)
def test_films_come_in(head: bytes) -> None:
    check_head(head)


@pytest.mark.parametrize(("what", "head"), [(what, head) for what, heads in OTHERS.items() for head in heads])
def test_what_is_something_else_is_named_in_both_languages(what: str, head: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        check_head(head)
    assert what in refused.value.reason["en"]
    assert refused.value.reason["en"] != refused.value.reason["fr"]
    assert refused.value.status == 422


def test_real_sounds_and_zips_are_refused() -> None:
    sound, archive = io.BytesIO(), io.BytesIO()
    with wave.open(sound, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(8000)
        writer.writeframes(bytes(2000))
    with zipfile.ZipFile(archive, "w") as writer_of_zip:
        writer_of_zip.writestr("film.mp4", "x")
    for content in (sound, archive):
        with pytest.raises(Refusal):
            check_head(content.getvalue()[:HEAD_BYTES])


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".avi", ".webm", ".mkv"])
def test_what_a_real_encoder_writes_comes_in(tmp_path: Path, suffix: str) -> None:
    codec = "libvpx-vp9" if suffix == ".webm" else "mpeg4" if suffix == ".avi" else "libx264"
    film = make_film(tmp_path / f"film{suffix}", seconds=0.2, size=(64, 48), codec=codec)
    check_head(film.read_bytes()[:HEAD_BYTES])

"""The rules by which films are read, as tables: times, ticks, heads, boxes, JPEG, messages of cameras."""

import random
import struct
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from fixtures.films.broken import cut, right, streamable
from grader.videos.boxes import require_streamable_mp4
from grader.videos.heads import is_cut, what_else
from grader.videos.jpegs import require_plain_jpeg
from grader.videos.pictures import SHEET, Sheet, jpeg, shows_the_same, telling, thumbnail
from grader.videos.survey import decode_times
from grader.videos.ticks import Ticks
from grader.videos.timing import rate_of
from grader.videos.user_data import length_bytes_of, without_user_data
from tests.grader.videos.lying_child import with_exif


@pytest.mark.parametrize(
    ("shown", "decoded"),
    [
        ([], []),
        ([0], [0]),
        ([0, 33, 67], [0, 33, 67]),
        ([0, 67, 33, 100], [-34, -1, 33, 66]),
        ([0, 100, 67, 33, 133], [-67, -34, 0, 33, 66]),
    ],
)
def test_times_to_decode_at_are_made_up_of_the_times_to_show_at(shown: list[int], decoded: list[int]) -> None:
    assert decode_times(shown) == decoded
    assert all(first < second for first, second in pairwise(decoded))
    assert all(at <= when for at, when in zip(decoded, shown, strict=True))


BLACK = np.zeros((120, 160, 3), np.uint8)


@pytest.mark.parametrize(
    ("times", "mean", "is_variable"),
    [
        ([n / 30 for n in range(300)], 30.0, False),
        ([n * 1_001 / 30_000 for n in range(300)], 30_000 / 1_001, False),
        ([round(n / 30, 3) for n in range(300)], 30.0, False),  # milliseconds of a WebM
        ([n / 25 for n in range(300) if n != 7], 25.0, False),  # one picture is missing
        ([n / 30 for n in range(100)] + [100 / 30 + n / 15 for n in range(100)], None, True),
        ([n / 17 for n in range(100)], 17.0, False),  # nobody's usual rate
        ([0.0], 30.0, False),
    ],
)
def test_a_rate_is_told_by_its_times(times: list[float], mean: float | None, is_variable: bool) -> None:
    rate = rate_of(times)
    assert rate.is_variable is is_variable
    if mean is not None:
        assert rate.mean == pytest.approx(mean, rel=1e-4)


def test_times_that_stand_still_are_no_rate() -> None:
    with pytest.raises(ValueError, match="advance"):
        rate_of([1.0, 1.0, 1.0])


@pytest.mark.parametrize(
    ("film", "asked", "count"), [(30, 30, 300), (60, 30, 300), (24, 30, 240), (30, 10, 100), (30, 1, 10)]
)
def test_ten_seconds_give_as_many_pictures_as_the_lower_rate_has(film: int, asked: int, count: int) -> None:
    chance = random.Random(1)
    ticks = Ticks(Fraction(asked))
    taken = [n / film for n in range(10 * film) if ticks.wants(n / film + chance.uniform(-0.001, 0.001))]
    assert len(taken) == count
    assert all(later > earlier for earlier, later in pairwise(taken))


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (b"", "empty"),
        (b"#EXTM3U\n", "playlist"),
        (b"\xef\xbb\xbf#EXTM3U\r\n", "playlist"),
        (b"\n\n  ffconcat version 1.0\n", "playlist"),
        ("#EXTM3U\n".encode("utf-16"), "playlist"),
        (b"v=0\r\no=- 0 0 IN IP4 1\r\ns=x\r\nm=video 9 RTP/AVP 96\r\n", "playlist"),
        (b"<?xml version='1.0'?><svg/>", "picture"),
        (b"\0\0\0\x18ftypheic" + bytes(12), "picture"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "picture"),
        (b"RIFF\0\0\0\0WAVEfmt ", "no_picture"),
        (b"ID3\3\0", "no_picture"),
        (b"7z\xbc\xaf\x27\x1c", "archive"),
        (b"OggS\0", "container_unknown"),
        (b"\0\0\0\1mdat" + bytes(8), None),  # a QuickTime film larger than 4 GB
        (b"\0\0\0\x14ftypqt  ", None),
        (b"RIFF\0\0\0\0AVI LIST", None),
        (b"\x1a\x45\xdf\xa3", None),
        (b"\0\0\x01\xba\x44\0\4", None),  # a camcorder's MPEG
        (b"G@\0\x10\0\0\xb0", None),
    ],
)
def test_a_file_that_is_something_else_is_known_by_its_first_bytes(head: bytes, code: str | None) -> None:
    found = what_else(head)
    assert (found and found[0]) == code


def is_seen_cut(content: bytes) -> bool:
    return is_cut(lambda at, count: content[at : at + count], len(content))


def test_an_mp4_that_is_cut_anywhere_is_seen_to_be_cut() -> None:
    for content in (right(".mp4"), streamable()):
        assert all(is_seen_cut(cut(content, share)) for share in (0.1, 0.5, 0.9, 0.999))
        assert not is_seen_cut(content)
    assert not is_seen_cut(bytes(1_000))


def test_a_copy_is_an_mp4_of_four_boxes_with_its_index_first(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(streamable())
    require_streamable_mp4(path)
    for wrong in (right(".mp4"), b"", cut(streamable(), 0.9), streamable() + struct.pack(">I4s", 8, b"uuid")):
        path.write_bytes(wrong)
        with pytest.raises(ValueError, match="MP4"):
            require_streamable_mp4(path)


def test_a_plain_jpeg_is_let_through_and_every_other_one_is_not() -> None:
    plain = jpeg(BLACK)
    require_plain_jpeg(plain, 160, 120)
    comment = plain[:2] + b"\xff\xfe\x00\x06hell" + plain[2:]
    for wrong in (with_exif(plain), comment, plain + b"PK\3\4", plain[:-2], plain[:50], b"", plain + plain, b"GIF89a"):
        with pytest.raises(ValueError, match="JPEG"):
            require_plain_jpeg(wrong, 160, 120)
    with pytest.raises(ValueError, match="another size"):
        require_plain_jpeg(plain, 120, 160)


def test_messages_of_a_camera_are_left_out_and_pictures_stay() -> None:
    picture, message, timing = b"\x65pixels", b"\x06\x05\x04GPS!\x80", b"\x06\x01\x01x\x80"
    lengths = b"".join(len(unit).to_bytes(4, "big") + unit for unit in (message, timing, picture))
    codes = b"".join(b"\0\0\0\1" + unit for unit in (message, timing, picture))
    assert without_user_data(lengths, 4) == lengths[len(message) + 4 :]
    assert without_user_data(codes, 0) == codes[len(message) + 4 :]
    for packet in (b"", b"\0", picture, lengths[:7], b"\xff" * 40):
        assert without_user_data(packet, 4) == packet
    only = len(message).to_bytes(4, "big") + message
    assert without_user_data(only, 4) == only  # a packet is never left empty
    assert (length_bytes_of(b"\1dddd\xff\xe1"[:4] + b"\xff\xe1\0"), length_bytes_of(None)) == (4, 0)


def test_two_pictures_show_the_same_unless_something_moved() -> None:
    noisy = BLACK + np.random.default_rng(1).integers(0, 2, BLACK.shape, dtype=np.uint8)
    moved = BLACK.copy()
    moved[50:58, 50:58] = 255
    assert shows_the_same(thumbnail(BLACK), thumbnail(noisy))
    assert not shows_the_same(thumbnail(BLACK), thumbnail(moved))
    assert not shows_the_same(None, thumbnail(BLACK))
    assert telling(thumbnail(BLACK)) == 0 < telling(thumbnail(np.tile(np.arange(160, dtype=np.uint8), (120, 1))))


@pytest.mark.parametrize("count", [1, 5, 24, 25, 49, 300])
def test_a_sheet_shows_a_film_evenly_whatever_its_length(count: int) -> None:
    sheet = Sheet()
    for number in range(count):
        sheet.add(np.full((30, 40, 3), number * 255 // max(1, count - 1), np.uint8))
    require_plain_jpeg(sheet.jpeg())
    assert len(sheet._kept) <= 2 * SHEET[0] * SHEET[1]

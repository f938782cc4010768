"""Rules that hold by themselves, whatever stood before them: of pictures as they come, of what is kept, of pieces."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av.error
import pytest

from grader.frames import Frame
from grader.videos.copying import can_keep
from grader.videos.facts import VideoLimits
from grader.videos.film import Decoder
from grader.videos.preparing import Landing
from grader.videos.survey import survey
from grader.videos.tracks import KeptSound
from grader.videos.unusable import Unusable

Picture = tuple[int, int, int]  # when, width, height


def decoder(**limits: int) -> Decoder:
    context = SimpleNamespace(is_open=True, flush_buffers=lambda: None)
    video = SimpleNamespace(average_rate=25, time_base=Fraction(1, 25), codec_context=context)
    film: Any = SimpleNamespace(video=video, limits=VideoLimits(**limits))
    return Decoder(film)


def packet(*pictures: Picture) -> Any:
    """One that holds so many pictures."""
    frames = [SimpleNamespace(pts=at, width=width, height=height, time_base=None) for at, width, height in pictures]
    return SimpleNamespace(decode=lambda: frames)


@pytest.mark.parametrize(
    ("pictures", "code"),
    [
        ([(0, 4, 4), (1, 4, 4), (2, 4, 4), (3, 4, 4)], "too_many_frames"),  # more than there are packets
        ([(0, 4, 4), (1, 5, 4)], "too_many_pixels"),  # than the header said
    ],
)
def test_pictures_are_held_to_the_limits_as_they_come(pictures: Sequence[Picture], code: str) -> None:
    with pytest.raises(Unusable) as refused:
        list(decoder(max_frames=3, max_pixels=16).take(packet(*pictures)))
    assert refused.value.code == code


def test_pictures_within_the_limits_come_in_their_order_each_later_than_the_last() -> None:
    taken = decoder(max_frames=3, max_pixels=16)
    found = [at for _, at in taken.take(packet((0, 4, 4), (2, 4, 4), (1, 4, 4), (2, 4, 4), (3, 4, 4)))]
    assert found == [0.0, 0.08, 0.12]
    assert taken.count == 3


def damaged() -> Any:
    def decode() -> None:
        raise av.error.InvalidDataError(1, "no picture")

    return SimpleNamespace(decode=decode)


def test_a_film_of_which_more_is_damaged_than_can_be_seen_is_none() -> None:
    taken = decoder()
    for part in (packet((0, 4, 4)), damaged()):
        list(taken.take(part))
    taken.require_most()
    list(taken.take(damaged()))
    with pytest.raises(Unusable) as refused:
        taken.require_most()
    assert (refused.value.code, taken.count, taken.damaged) == ("damaged", 1, 2)


def piece(at: int, payload: bytes) -> Frame:
    return Frame("piece", {"at": at}, payload)


def test_a_file_in_pieces_ends_where_it_must(tmp_path: Path) -> None:
    with Landing(tmp_path / "copy.mp4", 10) as landing:
        landing.write(piece(8, b"no"))
        for at in (9, 10, 1 << 50, -1):
            with pytest.raises(ValueError, match="at"):
                landing.write(piece(at, b"xx"))
        assert landing.flush() == 10


def keepable(**other: Any) -> tuple[Any, Any, Any]:
    """A film, its survey and its look, all as browsers play it, but for ``other``."""
    turn = SimpleNamespace(is_exact=True, is_mirrored=other.pop("is_mirrored", False))
    film = {"codec": "h264", "family": "mp4", "aspect": Fraction(1), "profile": "High", "pixel_format": "yuv420p"}
    one = SimpleNamespace(**{**film, "keepable": True, "turn": turn, **other})
    one.video = SimpleNamespace(codec_context=SimpleNamespace(profile=one.profile))
    return one, one, one


@pytest.mark.parametrize(
    "other",
    [
        {"codec": "hevc"},
        {"family": "avi"},
        {"aspect": Fraction(4, 3)},
        {"profile": "High 4:2:2"},
        {"pixel_format": "yuv422p10le"},
        {"keepable": False},
        {"is_mirrored": True},
    ],
    ids=str,
)
def test_pictures_that_some_browser_would_not_show_as_they_are_meant_are_made_anew(other: dict[str, Any]) -> None:
    assert can_keep(*keepable())
    assert not can_keep(*keepable(**other))


def sound(at: int) -> Any:
    return SimpleNamespace(pts=at, dts=at, time_base=Fraction(1, 100), is_discard=False)


def test_sound_that_is_kept_goes_on_and_never_back() -> None:
    track = KeptSound("aac", 1.0, "the copy")
    kept = [packet.pts for at in (50, 99, 100, 120, 110, 120, 130) for packet in track.take(sound(at))]
    assert kept == [-1, 0, 20, 30]


def test_a_film_whose_clock_says_a_century_lies() -> None:
    video = SimpleNamespace()
    late = SimpleNamespace(pts=2 * 10**9, dts=0, time_base=Fraction(1), size=1, stream=video, duration=0)
    container = SimpleNamespace(demux=lambda *streams: iter([late]))
    film: Any = SimpleNamespace(container=container, video=video, audio=None, limits=VideoLimits())
    with pytest.raises(Unusable) as refused:
        survey(film)
    assert refused.value.code == "absurd_times"

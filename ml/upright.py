"""A decoded picture as it is meant to be seen: turned upright, its pixels square, its colours by their own matrix."""

import math
import struct
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt
from av.sidedata.sidedata import Type as SideDataType
from av.video.format import VideoFormat
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, VideoReformatter

Pixels = npt.NDArray[np.uint8]

#: Where a film does not say which matrix its colours are in, players take BT.709 from this height on.
_HD_LINES: Final = 720
_UNSPECIFIED: Final = 2
_HDR: Final = (int(ColorTrc.SMPTE2084), int(ColorTrc.ARIB_STD_B67))
_MATRIX: Final = struct.Struct("<9i")


@dataclass(frozen=True)
class Turn:
    """What the display matrix asks of a player: clockwise degrees (a multiple of 90), after mirroring left and right.

    ``is_exact`` says that the matrix asked for nothing else.
    """

    degrees: int = 0
    is_mirrored: bool = False
    is_exact: bool = True

    @property
    def is_sideways(self) -> bool:
        return self.degrees % 180 != 0

    def shown(self, width: int, height: int) -> tuple[int, int]:
        """The size as it is seen of a picture that is stored so large."""
        return (height, width) if self.is_sideways else (width, height)

    def turn(self, pixels: Pixels) -> Pixels:
        """(H, W, …) upright."""
        mirrored = pixels[:, ::-1] if self.is_mirrored else pixels
        return np.ascontiguousarray(np.rot90(mirrored, k=-self.degrees // 90))


def turn_of(frame: VideoFrame) -> Turn:
    """How the film says that this picture is to be turned: phones store what they see and say how they were held."""
    data = cast(Any, frame.side_data).get(SideDataType.DISPLAYMATRIX)  # its stub knows no enum
    if data is None or data.buffer_size < _MATRIX.size:
        return Turn()
    a, b, _, c, d, *_ = _MATRIX.unpack_from(bytes(data))
    is_mirrored = a * d - b * c < 0
    if is_mirrored:
        a, b = -a, -b
    degrees = round(math.degrees(math.atan2(b, a)) / 90) % 4 * 90
    return Turn(degrees, is_mirrored, (a == 0 or b == 0) and abs(a) + abs(b) == abs(c) + abs(d))


@dataclass
class Upright:
    """Makes pictures of one film upright. ``aspect``: how much wider a stored pixel is than high; ``longest_side``:
    larger pictures are made smaller. The converter is kept from picture to picture.
    """

    turn: Turn = Turn()
    aspect: Fraction = Fraction(1)
    longest_side: int | None = None
    _converter: VideoReformatter = field(default_factory=VideoReformatter, repr=False)

    def size(self, frame: VideoFrame, *, even: bool = False) -> tuple[int, int]:
        """(width, height) of the picture as it is seen; ``even`` leaves out what 4:2:0 cannot hold."""
        return self.turn.shown(*self._stored_size(frame, even))

    def rgb(self, frame: VideoFrame) -> Pixels:
        """(H, W, 3), RGB."""
        width, height = self._stored_size(frame, even=False)
        converted = self._convert(frame, width, height, "rgb24")
        return self.turn.turn(np.asarray(converted.to_ndarray(), dtype=np.uint8))

    def yuv420p(self, frame: VideoFrame) -> VideoFrame:
        """A frame for an encoder: 4:2:0, BT.709, limited range, even sides."""
        width, height = self._stored_size(frame, even=True)
        converted = self._convert(frame, width, height, "yuv420p", ColorRange.MPEG)
        if self.turn == Turn():
            return converted
        planes = [self.turn.turn(plane) for plane in _planes(converted)]
        rows = np.concatenate([plane.reshape(-1) for plane in planes])
        shown_width, shown_height = self.turn.shown(width, height)
        return VideoFrame.from_ndarray(rows.reshape(shown_height * 3 // 2, shown_width), format="yuv420p")

    def _convert(
        self, frame: VideoFrame, width: int, height: int, format_: str, color_range: ColorRange | None = None
    ) -> VideoFrame:
        """To BT.709; the light of an HDR film is mapped to what ordinary screens show (a second, the first time)."""
        is_hdr = frame.color_trc in _HDR and frame.color_primaries == ColorPrimaries.BT2020
        return self._converter.reformat(
            frame,
            width,
            height,
            format_,
            src_colorspace=_matrix_of(frame),
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=color_range,
            dst_color_trc=ColorTrc.BT709 if is_hdr else None,
            dst_color_primaries=ColorPrimaries.BT709 if is_hdr else None,
            threads=1,
        )

    def _stored_size(self, frame: VideoFrame, even: bool) -> tuple[int, int]:
        """Before it is turned."""
        width, height = frame.width * max(self.aspect, Fraction(1)), frame.height / min(self.aspect, Fraction(1))
        longest = max(width, height)
        if self.longest_side is not None and longest > self.longest_side:
            width, height = width * self.longest_side / longest, height * self.longest_side / longest
        if not even:
            return max(1, round(width)), max(1, round(height))
        return max(2, int(width) // 2 * 2), max(2, int(height) // 2 * 2)


def _matrix_of(frame: VideoFrame) -> int:
    """The matrix that its luma and colours are in."""
    if frame.format.is_rgb or frame.colorspace != _UNSPECIFIED:
        return int(frame.colorspace)
    return int(Colorspace.ITU709 if frame.height >= _HD_LINES else Colorspace.ITU601)


def _planes(frame: VideoFrame) -> list[Pixels]:
    planes = []
    for plane in frame.planes:
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        planes.append(rows[: plane.height, : plane.width])
    return planes


def has_wide_colours(format_: VideoFormat) -> bool:
    """More than eight bits a colour, as HDR films have."""
    return any(component.bits > 8 for component in format_.components)

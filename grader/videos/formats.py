"""Containers and codecs that are read here, and what people call them. A short list is a small surface."""

from typing import Final

#: FFmpeg's demuxers of containers that hold their film themselves. Nothing else is ever tried.
DEMUXERS: Final = ("mov", "mp4", "m4a", "3gp", "3g2", "mj2", "matroska", "webm", "avi", "mpeg", "mpegts")
#: What a family of containers is called, by a name among FFmpeg's.
FAMILIES: Final = {"mp4": "mp4", "webm": "webm", "avi": "avi", "mpegts": "mpegts", "mpeg": "mpeg"}

#: Codec → what people call it.
PICTURES: Final = {
    "h264": "H.264",
    "hevc": "HEVC (H.265)",
    "av1": "AV1",
    "vp9": "VP9",
    "vp8": "VP8",
    "mpeg4": "MPEG-4",
    "h263": "H.263",
    "mjpeg": "Motion JPEG",
    "prores": "ProRes",
    "dnxhd": "DNxHD",
    "dvvideo": "DV",
    "mpeg2video": "MPEG-2",
    "mpeg1video": "MPEG-1",
}
SOUNDS: Final = (
    "aac", "mp3", "opus", "vorbis", "ac3", "eac3", "alac", "flac", "mp2", "amr_nb", "amr_wb",
    "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_f32le", "pcm_u8", "pcm_alaw", "pcm_mulaw",
)  # fmt: skip
#: Sound that browsers play out of an MP4 as it is.
KEPT_SOUNDS: Final = ("aac", "mp3")
#: What FFmpeg may open while it looks at a file: the decoders behind the codecs above.
DECODERS: Final = (
    *PICTURES, "libdav1d", *SOUNDS, "mp3float", "amrnb", "amrwb", "libopencore_amrnb", "libopencore_amrwb",
)  # fmt: skip


def family_of(name: str) -> str:
    """The family of a demuxer such as "mov,mp4,m4a,3gp,3g2,mj2" or "matroska,webm"."""
    return next((FAMILIES[part] for part in name.split(",") if part in FAMILIES), "film")

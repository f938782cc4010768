"""What is known of a film, and how far reading one may go: frozen data with versioned JSON, no film library.

``from_json`` refuses unknown keys, wrong types and numbers out of range with a ``ValueError`` naming the field: what a
sealed child says is read with it, and what a database kept.
"""

from dataclasses import asdict, dataclass, field
from typing import Final

from grader import strict

VERSION: Final = 1
ROTATIONS: Final = (0, 90, 180, 270)
GIBIBYTE: Final = 1 << 30
HIGHEST_RATE: Final = 1_000.0  # frames a second, that is a measured mean
LONGEST_SIDE: Final = 65_536
MOST_FRAMES: Final = 10_000_000
MOST_SECONDS: Final = 86_400.0
LARGEST_FILE: Final = 1 << 44

#: What may be said of a film beside its figures.
NOTES: Final = (
    "several_sounds",  # one of its sound tracks was kept
    "sound_lost",  # its sound could not be read
    "damaged_frames",  # some of its pictures could not be decoded
    "wide_colours",  # HDR or ten bits: the copy has ordinary colours
    "made_smaller",  # the copy has fewer pixels
    "converted",  # the copy was encoded anew
)


@dataclass(frozen=True)
class VideoLimits:
    """What one film may be and take. ``memory_bytes`` counts on top of what the child holds before the film."""

    max_seconds: float = 3_600.0
    max_pixels: int = 4_096 * 2_304
    max_frames: int = 250_000
    cpu_seconds: float = 3_600.0
    output_bytes: int = 4 * GIBIBYTE
    memory_bytes: int = 2 * GIBIBYTE
    threads: int = 1

    def to_json(self) -> dict[str, object]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: object) -> "VideoLimits":
        """Raises ValueError."""
        found = strict.keys(value, "limits", required=(), optional=cls.__dataclass_fields__)
        given = {**asdict(cls()), **found}
        return cls(
            max_seconds=strict.number(given["max_seconds"], "limits.max_seconds", lowest=0.01, highest=MOST_SECONDS),
            max_pixels=strict.integer(given["max_pixels"], "limits.max_pixels", lowest=1, highest=1 << 27),
            max_frames=strict.integer(given["max_frames"], "limits.max_frames", lowest=1, highest=MOST_FRAMES),
            cpu_seconds=strict.number(given["cpu_seconds"], "limits.cpu_seconds", lowest=1, highest=MOST_SECONDS),
            output_bytes=strict.integer(given["output_bytes"], "limits.output_bytes", lowest=1, highest=LARGEST_FILE),
            memory_bytes=strict.integer(
                given["memory_bytes"], "limits.memory_bytes", lowest=1 << 20, highest=64 * GIBIBYTE
            ),
            threads=strict.integer(given["threads"], "limits.threads", lowest=1, highest=16),
        )


@dataclass(frozen=True)
class VideoFacts:
    """A film's figures. ``width`` and ``height`` are pixels as it is shown, after its rotation.

    rotation: clockwise degrees by which a player turns what is stored; frame_rate: mean frames a second;
    is_variable_rate: the time from frame to frame changes; frames: as many as its packets say; container: the family's
    short name ("mp4", "webm", "avi"); notes: codes among ``NOTES``.
    """

    duration_seconds: float
    width: int
    height: int
    rotation: int
    frame_rate: float
    is_variable_rate: bool
    frames: int
    video_codec: str
    audio_codec: str | None
    container: str
    size_bytes: int
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        return {"version": VERSION, **asdict(self), "notes": list(self.notes)}

    @classmethod
    def from_json(cls, value: object) -> "VideoFacts":
        """Raises ValueError for what no film of ours says."""
        found = strict.keys(value, "facts", required=("version", *cls.__dataclass_fields__))
        strict.integer(found["version"], "facts.version", lowest=VERSION, highest=VERSION)
        audio = found["audio_codec"]
        notes = strict.texts(found["notes"], "facts.notes", most=len(NOTES), longest=40)
        rotation = strict.integer(found["rotation"], "facts.rotation", lowest=0, highest=270)
        if rotation not in ROTATIONS or not set(notes) <= set(NOTES):
            raise ValueError("facts: an unknown rotation or note")
        if not isinstance(found["is_variable_rate"], bool):
            raise ValueError("facts.is_variable_rate: yes or no is expected")
        return cls(
            duration_seconds=strict.number(found["duration_seconds"], "facts.duration", lowest=0, highest=MOST_SECONDS),
            width=strict.integer(found["width"], "facts.width", lowest=1, highest=LONGEST_SIDE),
            height=strict.integer(found["height"], "facts.height", lowest=1, highest=LONGEST_SIDE),
            rotation=rotation,
            frame_rate=strict.number(found["frame_rate"], "facts.frame_rate", lowest=0, highest=HIGHEST_RATE),
            is_variable_rate=found["is_variable_rate"],
            frames=strict.integer(found["frames"], "facts.frames", lowest=1, highest=MOST_FRAMES),
            video_codec=_word(found["video_codec"], "facts.video_codec"),
            audio_codec=None if audio is None else _word(audio, "facts.audio_codec"),
            container=_word(found["container"], "facts.container"),
            size_bytes=strict.integer(found["size_bytes"], "facts.size_bytes", lowest=0, highest=LARGEST_FILE),
            notes=notes,
        )


@dataclass(frozen=True)
class PreparedVideo:
    """A film that people may watch. ``poster`` is a JPEG, upright; the copy itself was written where it was asked."""

    facts: VideoFacts
    copy: VideoFacts
    poster: bytes = field(repr=False)


@dataclass(frozen=True)
class ExtractedFrames:
    """Pictures of a film. ``count`` are in the archive; ``duplicates`` showed nothing new and were left out.

    times: seconds from the film's beginning, one a picture; sheet: some of them together, a JPEG.
    """

    facts: VideoFacts
    count: int
    duplicates: int
    times: tuple[float, ...]
    sheet: bytes = field(repr=False)


def _word(value: object, name: str) -> str:
    """A codec's or container's name: letters, digits and little else."""
    text = strict.text(value, name, longest=40)
    if not all(character.isascii() and (character.isalnum() or character in "_-. ") for character in text):
        raise ValueError(f"{name}: a plain word is expected")
    return text

"""What detection on a film is asked for and what it gives: frozen data, no film library, no network."""

from dataclasses import asdict, dataclass, field
from typing import Any, Final

from grader import strict
from grader.videos.facts import VideoLimits

#: What one detection may take on a site that was not told otherwise: a minute or two of film, a small network.
DETECTION_LIMITS: Final = VideoLimits(
    max_seconds=300.0,
    max_pixels=4_096 * 2_304,
    max_frames=9_000,
    cpu_seconds=3_600.0,
    output_bytes=1 << 29,
    memory_bytes=3 << 30,
    threads=2,
)
MOST_BOXES: Final = 300  # of a frame


@dataclass(frozen=True)
class DetectionSettings:
    """Names as in ``ml.detection.settings``. ``classes`` and ``configuration`` are for files that do not say theirs."""

    image_size: int = 640
    confidence: float = 0.25
    iou: float = 0.45
    configuration: str = ""
    classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        strict.integer(self.image_size, "image_size", lowest=32, highest=4_096)
        strict.number(self.confidence, "confidence", lowest=0.001, highest=1)
        strict.number(self.iou, "iou", lowest=0, highest=1)
        strict.texts(self.classes, "classes", most=1_000)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "classes": list(self.classes)}


@dataclass(frozen=True)
class VideoDetections:
    """A film with boxes was written. ``timeline`` is ``ml.timeline``'s; ``poster`` a JPEG of the fullest frame.

    ``width``, ``height`` and ``seconds`` are the written film's; ``checkpoint`` says what ran: ``architecture``,
    ``classes``, ``parameters``, ``engine``, ``device``.
    """

    checkpoint: dict[str, Any]
    width: int
    height: int
    frames: int
    seconds: float
    timeline: dict[str, Any]
    poster: bytes = field(repr=False)
    spent_seconds: dict[str, float] = field(default_factory=dict)

    def facts(self) -> dict[str, Any]:
        """All but the timeline and the poster, as plain JSON."""
        return {
            "width": self.width,
            "height": self.height,
            "frames": self.frames,
            "seconds": round(self.seconds, 3),
            "checkpoint": dict(self.checkpoint),
            "spent_seconds": dict(self.spent_seconds),
        }

"""What the worker is told of a capsule, and how much it may spend on it."""

from typing import Any, Final

from capsules.models import CapsuleVersion

#: A capsule is ten minutes long; what is longer than two hours is none, whatever it shows.
MOST_SECONDS: Final = 2 * 3600
MOST_PIXELS: Final = 3840 * 2160
MOST_FRAMES: Final = 120 * MOST_SECONDS
#: Converting 4K takes some twenty times its length.
CPU_SECONDS: Final = 4 * 3600


def payload_for(version: CapsuleVersion) -> dict[str, Any]:
    assert version.source is not None
    return {
        "version": 1,
        "file": version.source.pk,
        "steps": ["prepare"],
        "limits": {
            "max_seconds": MOST_SECONDS,
            "max_pixels": MOST_PIXELS,
            "max_frames": MOST_FRAMES,
            "cpu_seconds": CPU_SECONDS,
            "output_bytes": max(4 * version.size_bytes, 256 * 2**20),
        },
    }

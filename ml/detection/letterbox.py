"""Pictures to canvases, with the very pixels that YOLOv5 v6.2 gives its network."""

from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from ml.detection.geometry import Geometry
from ml.errors import Refused

Pixels = npt.NDArray[np.uint8]

GRAY: Final = 114
"""The border's value in every channel (YOLOv5)."""


def read_image_rgb(path: Path) -> Pixels:
    """The picture (height, width, 3) in RGB, turned as its EXIF orientation says.

    Raises Refused (``unreadable_image``).
    """
    try:
        encoded = np.fromfile(path, dtype=np.uint8)
        image = cv2.imdecode(encoded, cv2.IMREAD_COLOR_RGB) if encoded.size else None
    except (OSError, cv2.error):
        image = None
    if image is None:
        raise Refused(
            "unreadable_image",
            {"en": f"{path.name} is not a readable picture", "fr": f"{path.name} n'est pas une image lisible"},
            {
                "en": "Open it in an image viewer: it may be truncated, empty or another kind of file.",
                "fr": "Ouvrez-la dans une visionneuse : elle est peut-être tronquée, vide ou d'un autre type.",
            },
        )
    return np.asarray(image, dtype=np.uint8)


def resize_for_evaluation(image: Pixels, image_size: int) -> Pixels:
    """Longest side to ``image_size``, sides truncated; by area when shrinking (``val.py`` of YOLOv5 v6.2)."""
    height, width = image.shape[:2]
    ratio = image_size / max(height, width)
    if ratio == 1:
        return image
    # A side of less than one pixel (a 5000×3 strip) would make OpenCV fail.
    size = max(1, int(width * ratio)), max(1, int(height * ratio))
    return _resize(image, size, cv2.INTER_LINEAR if ratio > 1 else cv2.INTER_AREA)


def resize_for_detection(image: Pixels, image_size: int) -> Pixels:
    """Longest side to ``image_size``, sides rounded, always bilinear (``detect.py`` of YOLOv5 v6.2)."""
    height, width = image.shape[:2]
    ratio = image_size / max(height, width)
    size = max(1, round(width * ratio)), max(1, round(height * ratio))
    return image if size == (width, height) else _resize(image, size, cv2.INTER_LINEAR)


def place(image: Pixels, canvas: Pixels) -> None:
    """Fill ``canvas`` (H, W, 3) with gray and lay ``image`` (h, w, 3) in its middle.

    With an odd border the smaller half is above and to the left: YOLOv5 rounds pad − 0.1.
    """
    height, width = image.shape[:2]
    top = round((canvas.shape[0] - height) / 2 - 0.1)
    left = round((canvas.shape[1] - width) / 2 - 0.1)
    canvas[:top] = GRAY
    canvas[top + height :] = GRAY
    canvas[top : top + height, :left] = GRAY
    canvas[top : top + height, left + width :] = GRAY
    canvas[top : top + height, left : left + width] = image


def letterbox_for_evaluation(path: Path, image_size: int, canvas: Pixels) -> Geometry:
    """Decode, resize and lay one picture on ``canvas`` (H, W, 3); says where it lies."""
    image = read_image_rgb(path)
    resized = resize_for_evaluation(image, image_size)
    # Only a hostile or changed file gets here: batch canvases are planned from the pictures' own sizes.
    if resized.shape[0] > canvas.shape[0] or resized.shape[1] > canvas.shape[1]:
        raise ValueError(f"{path.name}: {resized.shape[:2]} does not fit the canvas {canvas.shape[:2]}")
    place(resized, canvas)
    return Geometry(image.shape[:2], resized.shape[:2], canvas.shape[:2])


def _resize(image: Pixels, size: tuple[int, int], interpolation: int) -> Pixels:
    return np.asarray(cv2.resize(image, size, interpolation=interpolation), dtype=np.uint8)

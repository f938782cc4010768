"""``python -m ml detect``: a checkpoint's boxes on a picture or a video, as numbers and drawn."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ml.commands.evaluate import add_device

if TYPE_CHECKING:
    from ml.detection.detections import Detections
    from ml.detection.settings import EvaluationSettings
    from ml.engines import Engine

HELP: Final = "find objects in a picture or a video and draw their boxes"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's own arguments."""
    parser.add_argument("file", metavar="FILE", help="a YOLOv5 or ultralytics checkpoint (best.pt)")
    parser.add_argument("--source", required=True, metavar="IMAGE_OR_VIDEO", help="a picture or a video")
    parser.add_argument("--output", required=True, metavar="DIR", help="folder for the picture or video with boxes")
    parser.add_argument("--image-size", type=int, metavar="N", help="longest side in pixels (default: as trained)")
    parser.add_argument("--confidence", type=float, default=0.25, metavar="C", help="lowest score (default: 0.25)")
    parser.add_argument("--iou", type=float, default=0.45, metavar="T", help="suppression threshold (default: 0.45)")
    add_device(parser)


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Detect and draw; raises ``Refused``."""
    from dataclasses import replace

    from ml.checkpoints import read
    from ml.datasets import IMAGE_SUFFIXES
    from ml.detection.frames import DETECTION_SETTINGS
    from ml.detection.settings import USUAL_IMAGE_SIZE
    from ml.engines.devices import choose_device
    from ml.engines.opening import open_engine

    found = read(arguments.file)
    engine = open_engine(found, device=choose_device(arguments.device))
    asked = arguments.image_size
    settings = replace(
        DETECTION_SETTINGS,
        image_size=(found.image_size or USUAL_IMAGE_SIZE) if asked is None else asked,
        letterbox="square" if engine.canvas else DETECTION_SETTINGS.letterbox,
        confidence=arguments.confidence,
        iou=arguments.iou,
    )
    source = Path(arguments.source)
    is_picture = source.suffix.lower() in IMAGE_SUFFIXES
    target = _target(source, Path(arguments.output), _picture_suffix(source) if is_picture else ".mp4")
    detect = _detect_picture if is_picture else _detect_video
    frames = detect(engine, settings, source, target)
    return {
        "source": str(source),
        "kind": "image" if is_picture else "video",
        "output": str(target),
        "frames": len(frames),
        "image_size": settings.image_size,
        "confidence": settings.confidence,
        "iou": settings.iou,
        "boxes": [box for frame in frames for box in frame],
    }


def describe(result: dict[str, Any]) -> str:
    """How many of what, and where to look."""
    counts: dict[str, int] = {}
    for box in result["boxes"]:
        counts[box["class"]] = counts.get(box["class"], 0) + 1
    found = ", ".join(f"{count} × {name}" for name, count in sorted(counts.items())) or "nothing"
    frames = f" in {result['frames']} frames" if result["kind"] == "video" else ""
    return f"{found}{frames}\n{result['output']}"


def _detect_picture(
    engine: "Engine", settings: "EvaluationSettings", source: Path, target: Path
) -> list[list[dict[str, Any]]]:
    from PIL import Image

    from ml.detection.drawing import draw
    from ml.detection.frames import detect_frames
    from ml.detection.letterbox import read_image_rgb

    ((frame, found),) = detect_frames(engine, [read_image_rgb(source)], settings)
    Image.fromarray(draw(frame, found, engine.names)).save(target)
    return [_boxes(0, found, engine.names)]


def _detect_video(
    engine: "Engine", settings: "EvaluationSettings", source: Path, target: Path
) -> list[list[dict[str, Any]]]:
    from ml.detection.drawing import draw
    from ml.detection.frames import detect_frames
    from ml.video import BrowserVideo, open_video

    boxes = []
    with open_video(source) as video, BrowserVideo(target, video.rate) as drawn:
        for number, (frame, found) in enumerate(detect_frames(engine, video.frames, settings)):
            drawn.write(draw(frame, found, engine.names))
            boxes.append(_boxes(number, found, engine.names))
    return boxes


def _boxes(frame: int, found: "Detections", names: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            "frame": frame,
            "class": names[index],
            "confidence": float(found.confidence[row]),
            "xyxy": [float(value) for value in found.xyxy[row]],
        }
        for row, index in enumerate(found.class_index.tolist())
    ]


def _picture_suffix(source: Path) -> str:
    """The source's own, where it can be written: camera formats become JPEG."""
    return ".jpg" if source.suffix.lower() in (".dng", ".mpo") else source.suffix


def _target(source: Path, folder: Path, suffix: str) -> Path:
    """Where the drawn copy goes; never over the source itself."""
    from ml.errors import Refused

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(
            "unwritable_output",
            {"en": f"{folder} cannot be made a folder", "fr": f"{folder} ne peut pas devenir un dossier"},
            {"en": "Give a folder that you may write to.", "fr": "Donnez un dossier où vous pouvez écrire."},
        ) from error
    target = folder / f"{source.stem}{suffix}"
    return folder / f"{source.stem}-boxes{suffix}" if target.resolve() == source.resolve() else target

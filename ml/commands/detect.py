"""``python -m ml detect``: a checkpoint's boxes on a picture or a video, as numbers and drawn."""

import argparse
import sys
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
    parser.add_argument(
        "--max-frames", type=_positive, default=20_000, metavar="N", help="stop a video there (default: 20000)"
    )
    parser.add_argument(
        "--max-seconds", type=_positive, default=1_200, metavar="S", help="stop a video there (default: 1200)"
    )
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
    said = {
        "source": str(source),
        "kind": "image" if is_picture else "video",
        "output": str(target),
        "image_size": settings.image_size,
        "confidence": settings.confidence,
        "iou": settings.iou,
    }
    if is_picture:
        return said | _detect_picture(engine, settings, source, target)
    return said | _detect_film(engine, settings, source, target, arguments)


def describe(result: dict[str, Any]) -> str:
    """How many of what, when it was in sight, and where to look."""
    if result["kind"] == "video":
        return "\n".join([*_spoken(result["timeline"]), *_stopped(result), result["output"]])
    counts: dict[str, int] = {}
    for box in result["boxes"]:
        counts[box["class"]] = counts.get(box["class"], 0) + 1
    found = ", ".join(f"{count} × {name}" for name, count in sorted(counts.items())) or "nothing"
    return f"{found}\n{result['output']}"


def _spoken(timeline: dict[str, Any]) -> list[str]:
    """A line for each class: it stands for the plot of the site."""
    lines = [f"{timeline['frames']} frames, {timeline['seconds']:.1f} s"]
    for row in timeline["classes"]:
        share = row["frames"] / timeline["frames"]
        lines.append(
            f"{row['name']}: {row['detections']} boxes, in {share:.0%} of the frames, at most {row['most']} at once,"
            f" from {row['first_seconds']:.1f} s to {row['last_seconds']:.1f} s"
        )
    return lines if timeline["classes"] else [*lines, "nothing was found"]


def _stopped(result: dict[str, Any]) -> list[str]:
    return ["stopped there: see --max-frames and --max-seconds"] if result["stopped"] else []


def _detect_picture(engine: "Engine", settings: "EvaluationSettings", source: Path, target: Path) -> dict[str, Any]:
    from PIL import Image

    from ml.detection.drawing import draw
    from ml.detection.frames import detect_frames
    from ml.detection.letterbox import read_image_rgb

    ((frame, found),) = detect_frames(engine, [read_image_rgb(source)], settings)
    Image.fromarray(draw(frame, found, engine.names)).save(target)
    return {"frames": 1, "boxes": _boxes(0, found, engine.names)}


def _detect_film(
    engine: "Engine", settings: "EvaluationSettings", source: Path, target: Path, arguments: argparse.Namespace
) -> dict[str, Any]:
    from ml.detection.film import FilmBounds, detect_film

    boxes: list[dict[str, Any]] = []

    def on_frame(done: int, expected: int, shot: object, found: "Detections") -> None:
        boxes.extend(_boxes(done - 1, found, engine.names))
        _show_progress(done, expected)

    bounds = FilmBounds(arguments.max_frames, arguments.max_seconds)
    try:
        seen = detect_film(engine, source, target, settings, bounds=bounds, on_frame=on_frame)
    except BaseException:
        target.unlink(missing_ok=True)  # half a film is none
        raise
    _show_progress(seen.frames, seen.frames)
    facts = {"frames": seen.frames, "seconds": seen.seconds, "width": seen.width, "height": seen.height}
    return {**facts, "stopped": seen.stopped, "timeline": seen.timeline(), "boxes": boxes}


def _show_progress(done: int, expected: int) -> None:
    """On one line of a terminal that somebody is watching."""
    if sys.stderr.isatty() and (done % 10 == 0 or done == expected):
        of = f" of {expected}" if expected else ""
        print(f"\r{done}{of} frames", end="\n" if done == expected else "", file=sys.stderr, flush=True)


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("a whole number from 1 on is expected")
    return value


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

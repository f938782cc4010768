"""The two checkpoints in which the tests hide Charlie, and what hiding in them gave."""

from functools import cache
from pathlib import Path

from grader.hiding import Hidden, hide
from ml.checkpoints import Checkpoint, read_bytes

WEIGHTS = Path(__file__).parents[3] / "fixtures" / "weights"
COURSE = WEIGHTS / "course_yolov5nu.pt"
OWN_FORMAT = WEIGHTS / "charlie_yolov5n.pt"  # YOLOv5's own, with anchors
FILES = (COURSE, OWN_FORMAT)


@cache
def hidden(path: Path, how: str, seed: int = 1) -> Hidden:
    return hide(path.read_bytes(), how, seed)


@cache
def opened(path: Path, how: str, seed: int = 1) -> Checkpoint:
    return read_bytes(hidden(path, how, seed).content)


@cache
def original(path: Path) -> Checkpoint:
    return read_bytes(path.read_bytes())

"""``detections``: what the real network finds on given pictures, and what it finds when a setting is another one.

Boxes a little under the threshold are kept in the truth with their confidence: whoever judges may not insist on them
(``grader.hand_ins.detections``). The mistakes hold boxes too: the faint ones, and those of the other usual sizes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from challenges.key import Value
from challenges.pictures import find, size_of
from challenges.questions import pictures_of
from grader.errors import SubmissionError
from grader.hand_ins.detections import margin_of
from grader.keys.draft import Draft
from grader.keys.material import material_zip
from grader.keys.subject import Subject
from ml.checkpoints import read_checkpoint
from ml.detection.frames import DETECTION_SETTINGS, detect_frames
from ml.detection.letterbox import read_image_rgb
from ml.detection.settings import USUAL_IMAGE_SIZE, EvaluationSettings
from ml.engines import Engine
from ml.engines.opening import open_engine

USUAL_SIZES: Final = (320, 416, 640)
FAINTEST: Final = 0.001
MOST_FAINT: Final = 150  # boxes a picture
NETWORKS_KEPT: Final = 2
FINDINGS_KEPT: Final = 256  # pairs share pictures and settings
DECIMALS: Final = 6

Row = tuple[str, int, float, float, float, float, float]  # picture, class, x, y, w, h, confidence


@dataclass(frozen=True)
class _Detector:
    engine: Engine
    names: tuple[str, ...]
    image_size: int


def _rows(subject: Subject, pictures: Sequence[str], settings: EvaluationSettings) -> tuple[Row, ...]:
    assert isinstance(subject.model, Path)
    return tuple(
        row for name in pictures for row in _found(subject.model, subject.digest, find(name), size_of(name), settings)
    )


@lru_cache(maxsize=FINDINGS_KEPT)
def _found(
    model: Path, digest: str, picture: Path, size: tuple[int, int], settings: EvaluationSettings
) -> tuple[Row, ...]:
    """What the network finds in one picture, the surest first."""
    detector = _detector(model, digest)
    width, height = size
    ((_, found),) = detect_frames(detector.engine, [read_image_rgb(picture)], settings)
    rows = []
    for (left, top, right, bottom), confidence, label in zip(
        found.xyxy.tolist(), found.confidence.tolist(), found.class_index.tolist(), strict=True
    ):
        box = (left + right) / 2 / width, (top + bottom) / 2 / height, (right - left) / width, (bottom - top) / height
        x, y, w, h, score = (round(value, DECIMALS) for value in (*box, confidence))
        rows.append((picture.stem, int(label), x, y, w, h, score))
    return tuple(rows)


def draft(question: Mapping[str, Any], subject: Subject) -> Draft:
    """The pictures' sizes, the network's classes, and its boxes. Raises ``SubmissionError`` without a checkpoint."""
    if not isinstance(subject.model, Path):
        raise _untrained(str(subject.model))
    detector = _detector(subject.model, subject.digest)
    pictures, confidence = pictures_of(question), question["confidence"]
    size = max(question["image_size"]) if "image_size" in question else detector.image_size
    settings = replace(
        DETECTION_SETTINGS, image_size=size, confidence=FAINTEST, iou=question.get("iou", DETECTION_SETTINGS.iou)
    )
    every = _rows(subject, pictures, settings)
    rows = tuple(row for row in every if row[6] >= confidence - margin_of(confidence))
    made = Draft(truth=_truth(pictures, detector.names, rows))
    sure = sum(row[6] >= confidence + margin_of(confidence) for row in rows)
    if not sure:  # nothing that must be found: the variant collides
        made.add("boxes_missed", made.truth)
    made.add("other_confidence", _faint(every, pictures, confidence), "down to a thousandth")
    for other in USUAL_SIZES:
        found = _rows(subject, pictures, replace(settings, image_size=other, confidence=confidence))
        if other != size and found:
            made.add("other_image_size", found, f"{other} pixels")
    made.material = _material(question, subject.model, pictures)
    made.notes.append(f"{size} pixels: {sure} boxes surely, {len(rows) - sure} near the threshold")
    return made


def _truth(pictures: Sequence[str], names: tuple[str, ...], rows: tuple[Row, ...]) -> Value:
    return tuple((name, *size_of(name)) for name in pictures), names, rows


def _faint(every: Sequence[Row], pictures: Sequence[str], confidence: float) -> tuple[Row, ...]:
    """The best of what lies under the threshold, picture by picture."""
    below = [row for row in every if row[6] < confidence]
    return tuple(row for name in pictures for row in [row for row in below if row[0] == name][:MOST_FAINT])


@lru_cache(maxsize=NETWORKS_KEPT)
def _detector(path: Path, digest: str) -> _Detector:
    checkpoint = read_checkpoint(path)
    return _Detector(open_engine(checkpoint), checkpoint.names, checkpoint.image_size or USUAL_IMAGE_SIZE)


def _material(question: Mapping[str, Any], model: Path, pictures: Sequence[str]) -> tuple[str, bytes]:
    """The pictures, and the weights too where they are not the course's own, which everybody has."""
    files = [find(name) for name in pictures]
    if question["model"] != "course":
        files.append(model)
    if len(files) == 1:
        return files[0].name, files[0].read_bytes()
    return "pictures.zip", material_zip((file.name, file.read_bytes()) for file in files)


def _untrained(name: str) -> SubmissionError:
    return SubmissionError(
        "untrained_model",
        {
            "en": f"{name[:60]} has no trained weights: it detects nothing",
            "fr": f"{name[:60]} n'a pas de poids entraînés : il ne détecte rien",
        },
        {
            "en": "Give “course”, or a checkpoint's path.",
            "fr": "Donnez « course », ou le chemin d'un fichier de poids.",
        },
    )

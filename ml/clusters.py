"""Which pictures of a split belong together: those of one video resemble each other, and count as one when we doubt.

In this order: the data set's own list (``clusters: clusters.csv`` in its ``data.yaml``, or a ``clusters.csv`` beside
it, with the columns ``image`` and ``cluster``); frame numbers in file names; each picture alone,
also where the others would make one group of all: it could be neither parted nor drawn again.
"""

import csv
import os
import re
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Final

from ml.datasets import Dataset, Split
from ml.errors import Refused

COLUMNS: Final = ("image", "cluster")
_LARGEST_BYTES: Final = 64_000_000

_NUMBER_AT_THE_END: Final = re.compile(r"\d+$")
_SEPARATORS: Final = " _.-"


def clusters_of(dataset: Dataset, split: Split) -> tuple[str, ...]:
    """The cluster of each of the split's pictures, in their order. Raises Refused (``bad_clusters``)."""
    images = [relative_name(dataset, sample.image) for sample in split.samples]
    listed = read_clusters(dataset.clusters) if dataset.clusters else {}
    named = tuple(listed.get(image, image) if listed else clip_of(image) for image in images)
    return named if len(set(named)) > 1 else tuple(images)


def clip_of(image: str) -> str:
    """The clip that a file name tells of, folders included; the name itself where it tells of none.

    ``clip_07_frame_000015``, ``walk-2_0031``: a number at the end, after the word "frame" or after a name with a number
    of its own. ``IMG_0031`` and ``000031`` are pictures taken one by one.
    """
    path = PurePath(image)
    clip = _NUMBER_AT_THE_END.sub("", path.stem).rstrip(_SEPARATORS)
    is_frame = clip != path.stem and (clip.lower().endswith("frame") or any(letter.isdigit() for letter in clip))
    return (path.parent / clip).as_posix() if is_frame else image


def relative_name(dataset: Dataset, image: Path) -> str:
    """A picture's path below the data set's folder, with slashes on every system; as it is where it lies elsewhere.

    A link inside the folder has its own name, wherever the file is.
    """
    root, name = Path(os.path.abspath(dataset.root)), Path(os.path.abspath(image))
    if not name.is_relative_to(root):
        root, name = root.resolve(), name.resolve()
    return (name.relative_to(root) if name.is_relative_to(root) else name).as_posix()


def read_clusters(path: Path) -> Mapping[str, str]:
    """image -> cluster. Raises Refused (``bad_clusters``) naming the line."""
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise _bad_clusters(path, 1, "the file is too large", "le fichier est trop gros")
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _read_rows(path, csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _bad_clusters(path, 1, "the file is not CSV", "le fichier n'est pas du CSV") from error


def _read_rows(path: Path, rows: "csv.DictReader[str]") -> Mapping[str, str]:
    if tuple(rows.fieldnames or ()) != COLUMNS:
        raise _bad_clusters(path, 1, "its columns are not image,cluster", "ses colonnes ne sont pas image,cluster")
    found: dict[str, str] = {}
    for row in rows:
        image, cluster = ((row[name] or "").strip() for name in COLUMNS)
        if not image or not cluster:
            raise _bad_clusters(path, rows.line_num, "a value is missing", "il manque une valeur")
        if found.setdefault(image, cluster) != cluster:
            raise _bad_clusters(path, rows.line_num, f"{image} is in two clusters", f"{image} est dans deux groupes")
    return found


def _bad_clusters(path: Path, line: int, english: str, french: str) -> Refused:
    return Refused(
        "bad_clusters",
        {"en": f"{path.name}, line {line}: {english}", "fr": f"{path.name}, ligne {line} : {french}"},
        {
            "en": "Write a first line image,cluster, then one line for each picture, with its path relative to the"
            " data set's folder.",
            "fr": "Écrivez une première ligne image,cluster, puis une ligne par image, avec son chemin relatif au"
            " dossier du jeu de données.",
        },
    )

"""Data sets in the YOLO layout: a ``data.yaml``, pictures, and one text file of labels per picture.

The layout is YOLOv5's: for a picture ``…/images/…/name.jpg`` the labels are ``…/labels/…/name.txt`` (the last
``images`` folder is replaced), one line ``class x y width height`` per object, normalized to 0…1; a picture without
label file shows no object. A line with more coordinates is a polygon, read as the box around it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import yaml

from ml.errors import Refused

Labels = npt.NDArray[np.float32]

IMAGE_SUFFIXES: Final = (".bmp", ".dng", ".jpeg", ".jpg", ".mpo", ".png", ".tif", ".tiff", ".webp")
SPLITS: Final = ("train", "val", "test")

_LARGEST_YAML_BYTES: Final = 1_000_000
_LARGEST_LABEL_BYTES: Final = 4_000_000
_BOX_VALUES: Final = 5


@dataclass(frozen=True)
class Sample:
    """A picture and its label file, None for a picture of the background."""

    image: Path
    labels: Path | None


@dataclass(frozen=True)
class Split:
    """The pictures of a split in path order; ``labels_without_image`` counts label files that nothing uses."""

    name: str
    samples: tuple[Sample, ...]
    labels_without_image: int

    @property
    def backgrounds(self) -> int:
        """How many pictures have no label file."""
        return sum(sample.labels is None for sample in self.samples)


@dataclass(frozen=True)
class Dataset:
    """A ``data.yaml`` that has been read; its pictures are looked for when a split is asked for."""

    root: Path
    names: tuple[str, ...]
    sources: Mapping[str, tuple[Path, ...]]  # a split's folders, list files or pictures
    clusters: Path | None = None  # which pictures belong together (``ml.clusters``), where somebody wrote it down

    def split(self, name: str) -> Split:
        """Raises Refused: ``no_such_split``, ``missing_images``, ``bad_list``."""
        if name not in self.sources:
            raise _refused(
                "no_such_split",
                f"the data set has no {name!r} split",
                f"le jeu de données n'a pas de partie {name!r}",
                f"It has: {', '.join(self.sources) or 'none'}.",
                f"Il a : {', '.join(self.sources) or 'aucune'}.",
            )
        images = sorted({image for source in self.sources[name] for image in _images_of(source, self.root)})
        if not images:
            raise _missing_images(", ".join(str(source) for source in self.sources[name]))
        samples = tuple(Sample(image, _existing(label_path(image))) for image in images)
        return Split(name, samples, _labels_without_image(samples))

    def labels(self, sample: Sample) -> Labels:
        """The objects (n, 5) of one picture; see ``read_labels``."""
        return read_labels(sample.labels, len(self.names))


def read_dataset(path: Path) -> Dataset:
    """Read a ``data.yaml``: ``path`` (against the file's folder), ``train``/``val``/``test``, ``names``, ``clusters``.

    Raises Refused: ``unreadable_data_yaml``, ``bad_data_yaml``, ``bad_class_names``.
    """
    content = _read_yaml(path)
    if not isinstance(content, dict):
        raise _bad_yaml(path, "it is not a mapping of names to values", "ce n'est pas une suite de « nom : valeur »")
    names = class_names(content.get("names"))
    if "nc" in content and content["nc"] != len(names):
        raise _bad_yaml(
            path,
            f"nc is {content['nc']!r} but there are {len(names)} names",
            f"nc vaut {content['nc']!r} mais il y a {len(names)} noms",
        )
    root = path.parent / str(content.get("path") or "")
    sources = {split: _sources(path, root, split, content[split]) for split in SPLITS if content.get(split) is not None}
    return Dataset(root, names, sources, _clusters_file(path, content.get("clusters")))


def class_names(names: object) -> tuple[str, ...]:
    """Class names from a list, or from a mapping of 0…n−1; raises Refused (``bad_class_names``)."""
    if isinstance(names, Mapping):
        if set(names) != set(range(len(names))):
            raise _bad_names("the numbers are not 0, 1, 2 …", "les numéros ne sont pas 0, 1, 2 …")
        names = [names[index] for index in range(len(names))]
    if not isinstance(names, list | tuple) or not names:
        raise _bad_names("there are none", "il n'y en a pas")
    if not all(isinstance(name, str | int | float | bool) for name in names):
        raise _bad_names("one of them is not a word", "l'un d'eux n'est pas un mot")
    words = tuple(str(name).strip() for name in names)
    repeated = [name for name, count in Counter(words).items() if count > 1]
    if repeated:
        raise _bad_names(f"{repeated[0]!r} occurs twice", f"{repeated[0]!r} y figure deux fois")
    return words


def label_path(image: Path) -> Path:
    """Where the labels of a picture belong: the last ``images`` folder becomes ``labels``."""
    folders = list(image.parts[:-1])
    for index in range(len(folders) - 1, -1, -1):
        if folders[index] == "images":
            folders[index] = "labels"
            break
    return Path(*folders, image.stem + ".txt")


def read_labels(path: Path | None, class_count: int) -> Labels:
    """Objects (n, 5) [class, x, y, width, height normalized]; (0, 5) without file. Repeated lines count once.

    Raises Refused (``bad_labels``) with the line's number.
    """
    if path is None:
        return np.zeros((0, _BOX_VALUES), np.float32)
    rows = [_label_row(path, number, line, class_count) for number, line in _label_lines(path) if line.strip()]
    labels = np.array(rows, np.float32).reshape(-1, _BOX_VALUES)
    _, first = np.unique(labels, axis=0, return_index=True)
    return labels[np.sort(first)]


def _read_yaml(path: Path) -> Any:
    try:
        if path.stat().st_size > _LARGEST_YAML_BYTES:
            raise _bad_yaml(path, "it is too large", "il est trop gros")
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _refused(
            "unreadable_data_yaml",
            f"{path} cannot be read",
            f"{path} est illisible",
            "Give the path of the data set's data.yaml.",
            "Donnez le chemin du fichier data.yaml du jeu de données.",
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise _bad_yaml(path, "it is not YAML", "ce n'est pas du YAML") from error


def _clusters_file(path: Path, value: object) -> Path | None:
    """As ``data.yaml`` says, else the usual name beside it when there is such a file."""
    if value is None:
        usual = path.parent / "clusters.csv"
        return usual if usual.is_file() else None
    if not isinstance(value, str) or not value or not (path.parent / value).is_file():
        raise _bad_yaml(path, "clusters is not a file's path", "clusters n'est pas le chemin d'un fichier")
    return path.parent / value


def _sources(path: Path, root: Path, split: str, value: object) -> tuple[Path, ...]:
    values = value if isinstance(value, list) else [value]
    paths = [root / one for one in values if isinstance(one, str) and one]
    if len(paths) < len(values):
        raise _bad_yaml(path, f"{split} is not a path", f"{split} n'est pas un chemin")
    return tuple(paths)


def _images_of(source: Path, root: Path) -> list[Path]:
    if source.is_dir():
        return [file for file in source.rglob("*") if file.suffix.lower() in IMAGE_SUFFIXES and file.is_file()]
    if source.suffix.lower() == ".txt" and source.is_file():
        return _listed_images(source, root)
    raise _missing_images(str(source))


def _listed_images(source: Path, root: Path) -> list[Path]:
    """Pictures of a list file, against the list's folder or else the data set's (CVAT writes the latter)."""
    try:
        lines = source.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _missing_images(str(source)) from error
    images = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        found = [base / line.strip() for base in (source.parent, root) if (base / line.strip()).is_file()]
        if not found:
            raise _refused(
                "bad_list",
                f"{source.name}, line {number}: there is no picture {line.strip()!r}",
                f"{source.name}, ligne {number} : il n'y a pas d'image {line.strip()!r}",
                "Write one picture per line, relative to the list file or to the data set's path.",
                "Écrivez une image par ligne, relativement au fichier de liste ou au dossier du jeu de données.",
            )
        images.append(found[0])
    return images


def _labels_without_image(samples: tuple[Sample, ...]) -> int:
    used = {label_path(sample.image) for sample in samples}
    folders = {path.parent for path in used if path.parent.is_dir()}
    # Lists and class names are text files too; where they lie among pictures they are not stray labels.
    return sum(
        1
        for folder in folders
        for file in folder.glob("*.txt")
        if file not in used and "labels" in folder.parts and not _has_image(file)
    )


def _has_image(label: Path) -> bool:
    """A picture of another split may share the folder: its labels are not stray."""
    folders = list(label.parts[:-1])
    last = len(folders) - 1 - folders[::-1].index("labels")
    folders[last] = "images"
    return any(Path(*folders, label.stem + suffix).is_file() for suffix in IMAGE_SUFFIXES)


def _existing(path: Path) -> Path | None:
    return path if path.is_file() else None


def _label_lines(path: Path) -> list[tuple[int, str]]:
    try:
        if path.stat().st_size > _LARGEST_LABEL_BYTES:
            raise _bad_labels(path, 1, "the file is too large", "le fichier est trop gros")
        return list(enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1))
    except (OSError, UnicodeDecodeError) as error:
        raise _bad_labels(path, 1, "the file is not text", "le fichier n'est pas du texte") from error


def _label_row(path: Path, number: int, line: str, class_count: int) -> list[float]:
    try:
        values = [float(word) for word in line.split()]
    except ValueError as error:
        raise _bad_labels(path, number, "a value is not a number", "une valeur n'est pas un nombre") from error
    if len(values) > _BOX_VALUES + 1 and len(values) % 2:
        values = _box_around(values)
    if len(values) != _BOX_VALUES:
        raise _bad_labels(path, number, f"{len(values)} values, not 5", f"{len(values)} valeurs au lieu de 5")
    if values[0] not in range(class_count):
        raise _bad_labels(
            path,
            number,
            f"class {values[0]:g}, but data.yaml names {class_count} (0 to {class_count - 1})",
            f"classe {values[0]:g}, mais data.yaml en nomme {class_count} (de 0 à {class_count - 1})",
        )
    # Written so that NaN fails: every comparison with it is false.
    if not all(0 <= value <= 1 for value in values[1:]):
        raise _bad_labels(path, number, "coordinates outside 0…1", "coordonnées hors de 0…1")
    return values


def _box_around(values: list[float]) -> list[float]:
    """``class x1 y1 x2 y2 x3 y3 …`` → ``class x y width height``"""
    xs, ys = values[1::2], values[2::2]
    left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    return [values[0], (left + right) / 2, (top + bottom) / 2, right - left, bottom - top]


def _bad_labels(path: Path, number: int, english: str, french: str) -> Refused:
    return _refused(
        "bad_labels",
        f"{path.name}, line {number}: {english}",
        f"{path.name}, ligne {number} : {french}",
        "Each line is: class x y width height, all divided by the picture's size (0 to 1).",
        "Chaque ligne est : classe x y largeur hauteur, divisées par la taille de l'image (de 0 à 1).",
    )


def _bad_yaml(path: Path, english: str, french: str) -> Refused:
    return _refused(
        "bad_data_yaml",
        f"{path.name} does not describe a data set: {english}",
        f"{path.name} ne décrit pas un jeu de données : {french}",
        "It holds path, train, val or test, and names.",
        "Il contient path, train, val ou test, et names.",
    )


def _bad_names(english: str, french: str) -> Refused:
    return _refused(
        "bad_class_names",
        f"the class names cannot be used: {english}",
        f"les noms de classes sont inutilisables : {french}",
        "Write names as a list, or as a mapping from 0, 1, 2 … to different words.",
        "Écrivez names comme une liste, ou comme une correspondance de 0, 1, 2 … vers des mots différents.",
    )


def _missing_images(where: str) -> Refused:
    return _refused(
        "missing_images",
        f"there is no picture in {where}",
        f"il n'y a pas d'image dans {where}",
        "Give a folder of pictures or a .txt list of them, relative to the data set's path.",
        "Donnez un dossier d'images ou une liste .txt, relativement au dossier du jeu de données.",
    )


def _refused(code: str, reason: str, reason_fr: str, advice: str, advice_fr: str) -> Refused:
    return Refused(code, {"en": reason, "fr": reason_fr}, {"en": advice, "fr": advice_fr})

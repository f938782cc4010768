"""Which model a question is about, and the digest that its answers belong to. No torch: the web process asks too."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from challenges.pictures import find as find_picture
from grader import shipped_datasets
from grader.errors import SubmissionError

COURSE: Final = "course"
KEYS: Final = Path(__file__).resolve().parent
#: Beside a kind's own file, those of this folder that its answers depend on.
MADE_WITH: Final[Mapping[str, tuple[str, ...]]] = {
    "annotation": ("material",),
    "label_files": ("material",),
    "split_files": ("material", "label_files"),
    "split_strategies": ("material", "label_files", "split_files"),
}
ROOT: Final = Path(__file__).resolve().parents[2]
ZOO: Final = ROOT / "ml" / "zoo"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


def model_of(named: str, weights: Path | None) -> str | Path:
    """The zoo name, or the file, that a question's ``model`` stands for. Raises ``SubmissionError``."""
    if named == COURSE:
        if weights is None:
            raise _no_weights()
        return _file(Path(weights))
    if _NAME.fullmatch(named) and not Path(named).is_file():
        return named
    return _file(Path(named))


def digest_of(model: str | Path) -> str:
    """``sha256:…`` of the file; of a zoo network, of its name and the text of the code that builds it."""
    if isinstance(model, Path):
        status = model.stat()
        return _digest_of_file(model, status.st_size, status.st_mtime_ns)
    return "sha256:" + hashlib.sha256(f"{model}\n{_zoo_digest()}".encode()).hexdigest()


@cache
def digest_of_kind(kind: str) -> str:
    """For a question about no model: the text of the code that answers it, and of what it is made with or reads."""
    code = b"".join((KEYS / f"{name}.py").read_bytes() for name in (kind, *MADE_WITH.get(kind, ())))
    if kind == "dataset_fact":
        code += shipped_datasets.digest().encode()
    return "sha256:" + hashlib.sha256(f"{kind}\n".encode() + code).hexdigest()


def with_pictures(digest: str, pictures: Iterable[str]) -> str:
    """The digest of a question about these pictures too: other bytes, other answers. Raises ``UnknownPicture``."""
    files = [find_picture(name) for name in pictures]
    if not files:
        return digest
    total = hashlib.sha256(digest.encode())
    for path in files:
        for file in (path, path.with_suffix(".txt")):
            total.update(file.read_bytes() if file.is_file() else b"")
    return "sha256:" + total.hexdigest()


@lru_cache(maxsize=64)
def _digest_of_file(path: Path, size: int, modified_at: int) -> str:
    with path.open("rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()


@cache
def _zoo_digest() -> str:
    """Names and contents of the zoo's files: a network that is built otherwise answers otherwise."""
    total = hashlib.sha256()
    for file in sorted(ZOO.glob("*.py")):
        total.update(f"{file.name}\0".encode())
        total.update(file.read_bytes() + b"\0")
    return total.hexdigest()


def _file(path: Path) -> Path:
    for candidate in (path, ROOT / path):  # a quest names a file of this checkout from wherever it is asked
        if candidate.is_file():
            return candidate
    raise SubmissionError(
        "unknown_model",
        {
            "en": f"“{path.name[:80]}” is neither a known network nor a file",
            "fr": f"« {path.name[:80]} » n'est ni un réseau connu ni un fichier",
        },
        {
            "en": "Give a network's name (yolov5s, tiny-yolo-v1, cifar-net …) or a checkpoint's path.",
            "fr": "Donnez le nom d'un réseau (yolov5s, tiny-yolo-v1, cifar-net…) ou le chemin d'un fichier de poids.",
        },
    )


def _no_weights() -> SubmissionError:
    return SubmissionError(
        "no_course_weights",
        {
            "en": "the question is about the course's checkpoint, and there is none",
            "fr": "la question porte sur le fichier de poids du cours, et il n'y en a pas",
        },
        {
            "en": "Register a checkpoint for the course, or give a file with --weights.",
            "fr": "Enregistrez un fichier de poids pour le cours, ou donnez un fichier avec --weights.",
        },
    )

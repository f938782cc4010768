"""What a file is, from its first bytes alone. Nothing is parsed: the sealed child is the one that reads.

This only answers at once what would otherwise be refused minutes later; it is no wall.
"""

import struct
from dataclasses import dataclass
from typing import Final

from submissions.refusals import empty_file, not_a_checkpoint

#: How many bytes ``check_head`` wants to see.
HEAD_BYTES: Final = 512
_LARGEST_SAFETENSORS_HEADER: Final = 100 * 2**20


@dataclass(frozen=True)
class Lookalike:
    """Something people upload by mistake. ``starts`` are the first bytes at ``offset``."""

    starts: tuple[bytes, ...]
    en: str
    fr: str
    advice_en: str = ""
    advice_fr: str = ""
    offset: int = 0


_LOOKALIKES: Final = (
    Lookalike(
        (b"version https://git-lfs",),
        "a Git LFS pointer: a few lines that stand for the file",
        "un pointeur Git LFS : quelques lignes à la place du fichier",
        "Fetch the real file with `git lfs pull`, then send that one.",
        "Récupérez le vrai fichier avec `git lfs pull`, puis envoyez-le.",
    ),
    Lookalike(
        (b"<!doctype", b"<html", b"<?xml", b"<head"),
        "a web page",
        "une page web",
        "The download link led to a page: sign in there, or use its raw download link.",
        "Le lien menait à une page : connectez-vous-y, ou prenez son lien de téléchargement direct.",
    ),
    Lookalike(
        (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"),
        "a bare pickle, the format of PyTorch before 1.6",
        "un pickle nu, le format de PyTorch avant la 1.6",
        "Open it where you trained, and save it again with torch.save (PyTorch 1.6 or later).",
        "Ouvrez-le là où vous avez entraîné, et enregistrez-le de nouveau avec torch.save (PyTorch 1.6 ou plus).",
    ),
    Lookalike((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF", b"II*\x00", b"MM\x00*"), "a picture", "une image"),
    Lookalike((b"ftyp",), "a video", "une vidéo", offset=4),
    Lookalike((b"\x1a\x45\xdf\xa3",), "a video", "une vidéo"),
    Lookalike((b"%PDF",), "a PDF document", "un document PDF"),
    Lookalike(
        (b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd"),
        "an archive",
        "une archive",
        "Unpack it, and send the .pt file that is inside.",
        "Décompressez-la, et envoyez le fichier .pt qui s’y trouve.",
    ),
    Lookalike(
        (b"ustar",),
        "a tar archive",
        "une archive tar",
        "Unpack it, and send the .pt file that is inside.",
        "Décompressez-la, et envoyez le fichier .pt qui s’y trouve.",
        offset=257,
    ),
    Lookalike((b"\x7fELF", b"MZ"), "a program", "un programme"),
)


def check_head(head: bytes) -> None:
    """Raises Refusal unless a file that begins so may be a zip (.pt), safetensors or ONNX file."""
    if not head:
        raise empty_file()
    if _is_zip(head) or _is_safetensors(head) or _is_onnx(head):
        return
    for kind in _LOOKALIKES:
        if head[kind.offset :].lower().startswith(tuple(start.lower() for start in kind.starts)):
            raise not_a_checkpoint(kind.en, kind.fr, advice_en=kind.advice_en, advice_fr=kind.advice_fr)
    if _is_text(head):
        raise not_a_checkpoint("a text", "un texte")
    raise not_a_checkpoint(
        "something unknown: neither .pt, nor .safetensors, nor .onnx",
        "quelque chose d’inconnu : ni .pt, ni .safetensors, ni .onnx",
    )


def _is_zip(head: bytes) -> bool:
    return head.startswith(b"PK\x03\x04")


def _is_safetensors(head: bytes) -> bool:
    """Eight bytes say how long the JSON header is; then it begins."""
    if len(head) < 9:
        return False
    (length,) = struct.unpack("<Q", head[:8])
    return 2 <= length <= _LARGEST_SAFETENSORS_HEADER and head[8:9] == b"{"


def _is_onnx(head: bytes) -> bool:
    """A protobuf whose first field is a small ``ir_version``, followed by another field of ModelProto."""
    return (
        len(head) > 2
        and head[0] == 0x08
        and 1 <= head[1] <= 20
        and head[2] in (0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A, 0x42, 0x72)
    )


def _is_text(head: bytes) -> bool:
    # The head may be cut in the middle of a character.
    text = head.decode("utf-8", errors="ignore")
    return len(text.encode()) >= len(head) - 3 and all(
        character.isprintable() or character.isspace() for character in text
    )

"""Where the files of hand-ins lie. They are counted, hashed and looked at from the first byte on, and never parsed.

incoming/   files that arrive; whatever is left there after a crash is swept
kept/aa/…   what was handed in, under names that say nothing
"""

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from django.conf import settings

from accounts.errors import Refusal
from challenges.kinds import Part
from courses import arrivals, arriving
from quests import hand_in_refusals as refusals
from quests.models import HandInFile

#: How files of these suffixes begin. Whatever has none here is text.
_STARTS: Final[dict[str, tuple[bytes, ...]]] = {
    ".zip": (b"PK\x03\x04", b"PK\x05\x06"),
    ".pt": (b"PK\x03\x04",),
    ".pth": (b"PK\x03\x04",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".webp": (b"RIFF",),
}
#: What a browser may draw, by how its bytes begin: never by its name.
_PICTURES: Final = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"RIFF", "image/webp"))
_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")  # UTF-16, as some editors save text


@dataclass(frozen=True)
class ArrivedFile:
    """A whole file on our disk that nobody has handed in yet."""

    part: str
    name: str
    path: Path
    size_bytes: int
    digest: str

    def discard(self) -> None:
        """Remove the bytes, unless they have moved to where they are kept."""
        self.path.unlink(missing_ok=True)


class Arriving(arriving.Arriving):
    """One file that arrives for a part. Raises Refusal as soon as it is known not to be what the part asks for."""

    def __init__(self, part: Part, name: str, *, expected_bytes: int = 0) -> None:
        self.part = part
        self.name = arrivals.clean_name(name, otherwise=part.name)
        self.suffix = Path(self.name).suffix.lower()
        if self.suffix not in part.suffixes:
            raise refusals.other_suffix(part, self.name)
        super().__init__(folder("incoming"), limit_bytes=part.most_bytes, expected_bytes=expected_bytes)

    def check_head(self, head: bytes) -> None:
        check_head(head, self.suffix, self.name)

    def too_large(self) -> Refusal:
        return refusals.too_large(self.part)

    def close(self) -> ArrivedFile:
        """Raises Refusal."""
        sha256 = self.land()
        return ArrivedFile(self.part.name, self.name, self.path, self.size_bytes, f"sha256:{sha256}")


def check_head(head: bytes, suffix: str, name: str) -> None:
    """Raises Refusal unless a file that begins so may be what its name says. No wall: only an early word."""
    if not head:
        raise refusals.empty_file(name)
    starts = _STARTS.get(suffix)
    if starts is None:
        is_right = b"\0" not in head or head.startswith(_MARKS)
    else:
        is_right = head.startswith(starts) and (suffix != ".webp" or head[8:12] == b"WEBP")
    if not is_right:
        raise refusals.not_what_it_says(name)


def bring(part: Part, file: BinaryIO, *, name: str) -> ArrivedFile:
    """Copy an open file in, as if it had been uploaded. Raises Refusal."""
    file_of_part = Arriving(part, name)
    while block := file.read(arrivals.BLOCK_BYTES):
        file_of_part.write(block)
    return file_of_part.close()


def keep(arrived: ArrivedFile) -> str:
    """Move the bytes to where they are kept; returns the path below the hand-ins folder."""
    name = uuid.uuid4().hex
    relative = Path("kept") / name[:2] / name
    target = Path(settings.HAND_INS_DIR) / relative
    target.parent.mkdir(parents=True, exist_ok=True)
    arrived.path.replace(target)
    arrivals.flush_folder(target.parent)
    return str(relative)


def path_of(file: HandInFile) -> Path:
    return Path(settings.HAND_INS_DIR) / file.path


def remove(relative: str) -> None:
    (Path(settings.HAND_INS_DIR) / relative).unlink(missing_ok=True)


def picture_type(path: Path) -> str | None:
    """The media type of a picture that a page may show; None for everything else."""
    with path.open("rb") as file:
        head = file.read(12)
    found = next((kind for start, kind in _PICTURES if head.startswith(start)), None)
    return None if found == "image/webp" and head[8:12] != b"WEBP" else found


def sweep() -> int:
    """Remove what broke off while arriving, and kept files that no hand-in knows; returns how many."""
    stale = arrivals.stale_files(folder("incoming"))
    known = set(HandInFile.objects.values_list("path", flat=True))
    root = Path(settings.HAND_INS_DIR)
    stale += [path for path in arrivals.stale_files(folder("kept")) if str(path.relative_to(root)) not in known]
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)


def folder(name: str) -> Path:
    path = Path(settings.HAND_INS_DIR) / name
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path

"""Names of folders: ``<class>/<pair>/<sequence>``, whatever people call their class and their pair. Pure."""

from collections.abc import Iterable
from typing import Final

from django.utils.text import slugify

LONGEST: Final = 40
NO_CLASS: Final = "no-class"
#: Names that a Windows folder cannot have.
_DEVICES: Final = frozenset(
    ["con", "prn", "aux", "nul", *(f"{kind}{number}" for kind in ("com", "lpt") for number in range(10))]
)


def folder_name(text: str, *, otherwise: str) -> str:
    """ASCII letters, digits and hyphens, never empty, no path, nothing a shell or a disk stumbles over.

    "Tasse à café" → "tasse-a-cafe"; ``otherwise`` is for what has no such letter, and put before a device's name.
    """
    name = slugify(text)[:LONGEST].strip("-_")
    if not name:
        return otherwise
    return f"{otherwise}-{name}" if name in _DEVICES else name


def pair_folder(name: str, pk: int, others: Iterable[str]) -> str:
    """A pair's folder, with its number behind where another pair's name gives the same one."""
    folder = folder_name(name, otherwise=f"pair-{pk}")
    is_shared = sum(folder_name(other, otherwise="") == folder for other in others if other != name)
    return f"{folder}-{pk}" if is_shared else folder


def class_folder(name: str | None) -> str:
    return folder_name(name, otherwise="class") if name else NO_CLASS

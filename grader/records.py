"""What an evaluation was made of, as JSON: enough to know whether two of them are about the same thing."""

import re
from typing import Final

from grader import strict
from grader.reports import CONVENTIONS

DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
MACHINE: Final = ("processor", "cores", "memory_bytes", "device", "system")


def digest(value: object, label: str) -> str:
    """``sha256:`` and 64 hexadecimal digits. Raises ValueError."""
    found = strict.text(value, label, longest=80)
    if not DIGEST.fullmatch(found):
        raise ValueError(f"{label}: sha256:… is expected")
    return found


def read_record(value: object, label: str = "record") -> dict[str, object]:
    """A record, checked key by key. Raises ValueError naming the field."""
    digests = ("weights", "dataset", "parts_seed_digest", "fingerprint")
    texts = ("metric", "engine", "configuration")
    numbers = ("seed", "image_size", "public_percent")
    found = strict.keys(value, label, required=(*digests, *texts, *numbers, "convention", "settings", "machine"))
    return {
        **{name: digest(found[name], f"{label}.{name}") for name in digests},
        **{name: strict.text(found[name], f"{label}.{name}", empty=True) for name in texts},
        **{name: strict.integer(found[name], f"{label}.{name}", lowest=0, highest=2**32) for name in numbers},
        "convention": strict.one_of(found["convention"], f"{label}.convention", CONVENTIONS),
        "settings": strict.plain(strict.mapping(found["settings"], f"{label}.settings"), f"{label}.settings"),
        "machine": _machine(found["machine"], f"{label}.machine"),
    }


def _machine(value: object, label: str) -> dict[str, object]:
    found = strict.keys(value, label, required=MACHINE)
    return {
        **{name: strict.text(found[name], f"{label}.{name}") for name in ("processor", "device", "system")},
        "cores": strict.integer(found["cores"], f"{label}.cores", lowest=1, highest=65_536),
        "memory_bytes": strict.integer(found["memory_bytes"], f"{label}.memory_bytes", lowest=0, highest=2**60),
    }

"""Files made for a question: kept once under the name of their bytes, beside the answer key that speaks of them."""

import hashlib
import os
import secrets
from pathlib import Path

from challenges.key import Material


def describe(name: str, content: bytes) -> Material:
    """What is said of a file that was made; its place follows from its bytes."""
    digest = hashlib.sha256(content).hexdigest()
    suffix = "".join(Path(name).suffixes[-1:])
    return Material(name=name, file=f"{digest}{suffix}", size_bytes=len(content), digest=f"sha256:{digest}")


def keep(folder: Path, name: str, content: bytes) -> Material:
    """Write the file where it is not there yet: whole, or not at all."""
    material = describe(name, content)
    target = folder / material.file
    if not target.exists():
        folder.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(f".{secrets.token_hex(4)}.partial")
        partial.write_bytes(content)
        os.replace(partial, target)
    return material

"""What the S3 storage of django-storages does not offer: a part of an object, as a stream."""

from collections.abc import Generator, Iterator
from datetime import datetime
from typing import Any, Final

from django.core.files.storage import default_storage

BLOCK_BYTES: Final = 2**18


def blocks(key: str, start: int = 0, size_bytes: int | None = None) -> Generator[bytes, None, None]:
    """An object's bytes from ``start`` on. Raises FileNotFoundError, before the first block."""
    body = _open(key, start, size_bytes)
    try:
        yield from body.iter_chunks(BLOCK_BYTES)
    finally:
        body.close()


def _open(key: str, start: int, size_bytes: int | None) -> Any:
    from botocore.exceptions import ClientError

    storage: Any = default_storage
    end = "" if size_bytes is None else start + size_bytes - 1
    try:
        return storage.bucket.Object(key).get(Range=f"bytes={start}-{end}")["Body"]
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in ("NoSuchKey", "404"):
            raise FileNotFoundError(key) from error
        raise


def keys_below(prefix: str) -> Iterator[tuple[str, datetime]]:
    """With the moment each was written."""
    storage: Any = default_storage
    for found in storage.bucket.objects.filter(Prefix=f"{prefix}/"):
        yield found.key, found.last_modified

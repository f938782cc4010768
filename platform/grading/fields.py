"""JSON that is kept and rarely read: compressed, where a whole table of it would be the database's largest part."""

import json
import zlib
from typing import Any

from django.db import models

LEVEL = 6


class CompressedJSONField(models.BinaryField):  # type: ignore[type-arg]
    """A value of JSON, kept as zlib's bytes: a report of curves becomes a fifth of its text. It cannot be searched."""

    def from_db_value(self, value: Any, *_: Any) -> Any:
        if value is None or isinstance(value, str):  # as text, an older version kept it
            return None if value is None else json.loads(value)
        return json.loads(zlib.decompress(bytes(value)))

    def get_prep_value(self, value: Any) -> Any:
        if value is None:
            return None
        return zlib.compress(json.dumps(value, separators=(",", ":"), allow_nan=False).encode(), LEVEL)

"""Inert nodes -> plain JSON-like data, copied within bounds: the only form in which a configuration travels on."""

import math
from typing import Any, Final

from ml.checkpoints.limits import Limits
from ml.checkpoints.nodes import Opaque
from ml.checkpoints.sentences import refusal

_LARGEST_INTEGER: Final = 1 << 31


def plain(value: Any, limits: Limits) -> Any:
    """A copy made of dict, list, str, int, float, bool and None only.

    A call that was not made (a path, say) becomes the text ``<its name>``. Cycles end at the depth limit, and lists
    that contain themselves many times over at the count of nodes. Raises ``Refused`` (``invalid_configuration``).
    """
    return _Copier(limits).copy(value, 0)


class _Copier:
    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._left = limits.plain_nodes

    def copy(self, value: Any, depth: int) -> Any:
        self._left -= 1
        if self._left < 0 or depth > self._limits.plain_depth:
            raise refusal("invalid_configuration", detail="…[[[…")
        if type(value) in (list, tuple):
            return [self.copy(item, depth + 1) for item in value]
        if isinstance(value, dict):
            return {self._scalar(key): self.copy(item, depth + 1) for key, item in value.items()}
        return self._scalar(value)

    def _scalar(self, value: Any) -> Any:
        if value is None or type(value) is bool:
            return value
        if type(value) is int and abs(value) <= _LARGEST_INTEGER:
            return value
        if type(value) is float and math.isfinite(value):
            return value
        if type(value) is str and len(value) <= self._limits.plain_string:
            return value
        if type(value) is Opaque:
            return f"<{value.name}>"
        raise refusal("invalid_configuration", detail=_brief(value))


def _brief(value: Any) -> str:
    return str(value) if type(value) in (int, float) else "…"

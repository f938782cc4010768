"""What a pickle becomes here: inert nodes that remember names and arguments and can do nothing.

Real unpickling imports the names a file asks for and calls them. These classes stand where those calls would
have been, so that a checkpoint can be looked at without anything in it having run.
"""

from typing import Any


class Name:
    """A class or function that the file names (``models.common.Conv``); it is never looked up."""

    __slots__ = ("qualified",)

    def __init__(self, qualified: str) -> None:
        self.qualified = qualified


class Instance:
    """An object that was never made: the name of its class and the attributes it would have had."""

    __slots__ = ("name", "state")

    def __init__(self, name: str) -> None:
        self.name = name
        self.state: dict[str, Any] | None = None


class Opaque:
    """A call that was never made (numpy scalars, paths, sets): kept to stand in the tree, hardly ever read."""

    __slots__ = ("arguments", "has_state", "name")

    def __init__(self, name: str, arguments: tuple[Any, ...]) -> None:
        self.name = name
        self.arguments = arguments
        self.has_state = False


class Storage:
    """A run of numbers in the zip entry ``data/<key>``; ``dtype`` is torch's storage class, ``FloatStorage``."""

    __slots__ = ("dtype", "key", "numel")

    def __init__(self, dtype: str, key: str, numel: int) -> None:
        self.dtype = dtype
        self.key = key
        self.numel = numel


class TensorView:
    """A tensor as described: a storage seen through an offset, sizes and strides, all in elements."""

    __slots__ = ("offset", "size", "storage", "stride")

    def __init__(self, storage: Storage, offset: int, size: tuple[int, ...], stride: tuple[int, ...]) -> None:
        self.storage = storage
        self.offset = offset
        self.size = size
        self.stride = stride


class OrderedState(dict[Any, Any]):
    """``collections.OrderedDict``: a dict apart, because torch sets an attribute (``_metadata``) on some."""

    __slots__ = ()

"""A pickle machine that only describes: thirty-two opcodes of protocol 2 over inert nodes.

A pickle is a program for a stack machine, and two of its instructions import a name and call it. Here "import"
leaves a :class:`Name` on the stack, "call" leaves a description of the call, and there is no other way to act:
this module looks nothing up by name and calls nothing that the file chooses. The opcodes are those that 96
real YOLO files use, plus LONG1. Reference: CPython's ``Lib/pickletools.py``.

No instruction may cost more than its own bytes in the file: work on something that the file can name again in
two bytes (a long list, a long string) would let 16 MB of file ask for terabytes.
"""

import re
import struct
from collections.abc import Callable, Mapping
from typing import Any, Final

from ml.checkpoints import allowlist
from ml.checkpoints.limits import Limits
from ml.checkpoints.nodes import Instance, Name, Opaque, OrderedState, Storage, TensorView
from ml.checkpoints.sentences import refusal

_PROTOCOL: Final = b"\x80\x02"
_STORAGE_KEY: Final = re.compile(r"0|[1-9]\d{0,19}", re.ASCII)
_LONGEST_NAME: Final = 200
_LONGEST_LOCATION: Final = 32  # "cuda:0"
_MOST_DIMENSIONS: Final = 8
_KEY_BOUND: Final = 1 << 31
_STATE_KEYS: Final = 512  # attributes of one object; the busiest real one has about 60


class Interpreter:
    """Runs one pickle; afterwards ``unknown`` names the layers that no standard YOLO has."""

    def __init__(self, program: bytes, limits: Limits) -> None:
        self.unknown: set[str] = set()
        self._program = program
        self._limits = limits
        self._position = 0
        self._stack: list[Any] = []
        self._marks: list[int] = []  # heights of the stack at which a MARK was set
        self._memo: dict[int, Any] = {}

    def run(self) -> Any:
        """The object that the pickle describes. Raises ``Refused``."""
        if len(self._program) > self._limits.pickle_bytes:
            raise refusal("pickle_too_big")
        if self._program[:2] != _PROTOCOL:
            raise refusal("pickle_protocol")
        self._position = len(_PROTOCOL)
        handlers = _HANDLERS
        for _ in range(self._limits.opcodes):
            opcode = self._byte()
            if opcode == _STOP:
                return self._result()
            handler = handlers.get(opcode)
            if handler is None:
                raise refusal("pickle_opcode", opcode=_opcode_name(opcode))
            handler(self)
        raise refusal("pickle_too_big")

    def _result(self) -> Any:
        if len(self._stack) != 1 or self._marks or self._position != len(self._program):
            raise refusal("pickle_damaged")
        return self._stack.pop()

    # Reading the program.

    def _byte(self) -> int:
        if self._position >= len(self._program):
            raise refusal("pickle_damaged")
        value = self._program[self._position]
        self._position += 1
        return value

    def _take(self, count: int) -> bytes:
        stop = self._position + count
        if stop > len(self._program):
            raise refusal("pickle_damaged")
        taken = self._program[self._position : stop]
        self._position = stop
        return taken

    def _unsigned(self, width: int) -> int:
        return int.from_bytes(self._take(width), "little")

    def _line(self) -> str:
        stop = self._program.find(b"\n", self._position, self._position + _LONGEST_NAME + 1)
        if stop < 0:
            raise refusal("pickle_damaged")
        line = self._program[self._position : stop]
        self._position = stop + 1
        if not line.isascii():
            raise refusal("forbidden_name", name=line.decode("utf-8", "replace"))
        return line.decode("ascii")

    # The stack. Nothing below the last mark may be taken before the mark is.

    def _floor(self) -> int:
        return self._marks[-1] if self._marks else 0

    def _pop(self) -> Any:
        if len(self._stack) <= self._floor():
            raise refusal("pickle_damaged")
        return self._stack.pop()

    def _top(self) -> Any:
        if len(self._stack) <= self._floor():
            raise refusal("pickle_damaged")
        return self._stack[-1]

    def _pop_to_mark(self) -> list[Any]:
        if not self._marks:
            raise refusal("pickle_damaged")
        height = self._marks.pop()
        items = self._stack[height:]
        del self._stack[height:]
        return items

    def _push(self, value: Any) -> None:
        self._stack.append(value)

    # Constants.

    def _push_none(self) -> None:
        self._push(None)

    def _push_true(self) -> None:
        self._push(True)

    def _push_false(self) -> None:
        self._push(False)

    def _push_unsigned_1(self) -> None:
        self._push(self._byte())

    def _push_unsigned_2(self) -> None:
        self._push(self._unsigned(2))

    def _push_signed_4(self) -> None:
        self._push(int.from_bytes(self._take(4), "little", signed=True))

    def _push_long(self) -> None:
        width = self._byte()
        if width > self._limits.integer_bytes:
            raise refusal("pickle_damaged")
        self._push(int.from_bytes(self._take(width), "little", signed=True))

    def _push_float(self) -> None:
        self._push(struct.unpack(">d", self._take(8))[0])

    def _push_text(self) -> None:
        length = self._unsigned(4)
        if length > self._limits.string_bytes:
            raise refusal("pickle_too_big")
        try:
            self._push(self._take(length).decode("utf-8"))
        except UnicodeDecodeError:
            raise refusal("pickle_damaged") from None

    # Containers.

    def _push_dict(self) -> None:
        self._push({})

    def _push_list(self) -> None:
        self._push([])

    def _push_empty_tuple(self) -> None:
        self._push(())

    def _push_tuple_1(self) -> None:
        self._push((self._pop(),))

    def _push_tuple_2(self) -> None:
        second, first = self._pop(), self._pop()
        self._push((first, second))

    def _push_tuple_3(self) -> None:
        third, second, first = self._pop(), self._pop(), self._pop()
        self._push((first, second, third))

    def _push_tuple(self) -> None:
        self._push(tuple(self._pop_to_mark()))

    def _mark(self) -> None:
        if len(self._marks) >= self._limits.open_marks:
            raise refusal("pickle_too_big")
        self._marks.append(len(self._stack))

    def _append(self) -> None:
        value = self._pop()
        self._extend([value])

    def _appends(self) -> None:
        self._extend(self._pop_to_mark())

    def _extend(self, items: list[Any]) -> None:
        target = self._top()
        if type(target) is not list:
            raise refusal("pickle_damaged")
        target.extend(items)

    def _set_item(self) -> None:
        value, key = self._pop(), self._pop()
        self._update([key, value])

    def _set_items(self) -> None:
        self._update(self._pop_to_mark())

    def _update(self, items: list[Any]) -> None:
        target = self._top()
        if not isinstance(target, dict) or len(items) % 2:
            raise refusal("pickle_damaged")
        for key, value in zip(items[::2], items[1::2], strict=True):
            if not _is_key(key):
                raise refusal("pickle_key")
            target[key] = value

    # The memo.

    def _put(self, index: int) -> None:
        if index > self._limits.memo_entries:
            raise refusal("pickle_too_big")
        self._memo[index] = self._top()

    def _get(self, index: int) -> None:
        if index not in self._memo:
            raise refusal("pickle_damaged")
        self._push(self._memo[index])

    def _put_1(self) -> None:
        self._put(self._byte())

    def _put_4(self) -> None:
        self._put(self._unsigned(4))

    def _get_1(self) -> None:
        self._get(self._byte())

    def _get_4(self) -> None:
        self._get(self._unsigned(4))

    # Names and calls, described.

    def _global(self) -> None:
        name = allowlist.qualified(self._line(), self._line())
        if name not in allowlist.ALLOWED:
            # A fork's layers are collected, so that its author reads all of them at once.
            if not allowlist.looks_like_a_layer(name) or len(self.unknown) >= self._limits.unknown_names:
                raise refusal("forbidden_name", name=name)
            self.unknown.add(name)
        self._push(Name(name))

    def _new_object(self) -> None:
        arguments, name = self._pop(), _require_name(self._pop())
        known = name in allowlist.MODULES or name in allowlist.HOLDERS or name in self.unknown
        if not known or arguments != ():
            raise refusal("forbidden_call", name=name)
        self._push(Instance(name))

    def _reduce(self) -> None:
        arguments, name = self._pop(), _require_name(self._pop())
        if type(arguments) is not tuple:
            raise refusal("forbidden_call", name=name)
        self._push(self._described_call(name, arguments))

    def _described_call(self, name: str, arguments: tuple[Any, ...]) -> Any:
        if name == allowlist.REBUILD_TENSOR:
            return _tensor(arguments, self._limits)
        if name == allowlist.REBUILD_PARAMETER:
            return _parameter(arguments)
        if name == allowlist.ORDERED_DICT and not arguments:
            return OrderedState()
        if name == allowlist.LOAD_TYPE and arguments == ("set",):
            return Name(allowlist.SET)
        if name in allowlist.HOLDERS and not arguments:  # SimpleNamespace asks to be called rather than made
            return Instance(name)
        if name in allowlist.OPAQUE_CALLS:
            return Opaque(name, arguments)
        raise refusal("forbidden_call", name=name)

    def _build(self) -> None:
        state, target = self._pop(), self._top()
        if type(target) is Instance:
            if type(state) is not dict or target.state is not None or not _names_only(state):
                raise refusal("forbidden_call", name=target.name)
            target.state = state
        elif type(target) is Opaque and not target.has_state:
            target.has_state = True  # the state of a numpy scalar: not kept
        elif type(target) is not OrderedState or type(state) is not dict:  # else a state_dict's _metadata: dropped
            raise refusal("pickle_damaged")

    def _persistent(self) -> None:
        self._push(_storage(self._pop(), self._limits))


def _is_key(value: Any) -> bool:
    """Text or a small integer: what hashes in one step and collides with nothing.

    A tuple holding the same tuple twice, sixty deep, takes 2^60 steps to hash; the multiples of 2^61 - 1 all have
    the hash 0, and a dict of n of them takes n² steps to fill.
    """
    return type(value) is str or (type(value) is int and abs(value) < _KEY_BOUND)


def _require_name(value: Any) -> str:
    if type(value) is not Name:
        raise refusal("pickle_damaged")
    return value.qualified


def _names_only(state: dict[Any, Any]) -> bool:
    return len(state) <= _STATE_KEYS and all(type(key) is str for key in state)


def _tensor(arguments: tuple[Any, ...], limits: Limits) -> TensorView:
    """``_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks[, metadata])``."""
    if len(arguments) not in (6, 7):
        raise refusal("tensor_invalid")
    storage, offset, size, stride, _, hooks = arguments[:6]
    metadata = arguments[6] if len(arguments) == 7 else None
    if type(storage) is not Storage or type(size) is not tuple or type(stride) is not tuple:
        raise refusal("tensor_invalid")
    if len(size) != len(stride) or len(size) > _MOST_DIMENSIONS:
        raise refusal("tensor_invalid")
    if any(type(extent) is not int or not 0 <= extent <= limits.tensor_extent for extent in (offset, *size, *stride)):
        raise refusal("tensor_invalid")
    if not _is_empty(hooks) or not _is_empty(metadata):
        raise refusal("tensor_invalid")
    return TensorView(storage, offset, size, stride)


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, dict) and not value)


def _parameter(arguments: tuple[Any, ...]) -> TensorView:
    """``_rebuild_parameter(tensor, requires_grad, hooks)``: here, the tensor itself."""
    if len(arguments) != 3 or type(arguments[0]) is not TensorView or not _is_empty(arguments[2]):
        raise refusal("tensor_invalid")
    return arguments[0]


def _storage(identifier: Any, limits: Limits) -> Storage:
    """A persistent id, ``("storage", class, key, location, number of elements)``."""
    if type(identifier) is not tuple or len(identifier) != 5 or identifier[0] != "storage":
        raise refusal("tensor_invalid")
    _, kind, key, location, numel = identifier
    if type(kind) is not Name or kind.qualified not in allowlist.STORAGES:
        raise refusal("tensor_invalid")
    if type(key) is not str or _STORAGE_KEY.fullmatch(key) is None:
        raise refusal("tensor_invalid")
    if type(location) is not str or len(location) > _LONGEST_LOCATION:
        raise refusal("tensor_invalid")
    if type(numel) is not int or not 0 <= numel <= limits.parameters:
        raise refusal("tensor_invalid")
    return Storage(kind.qualified, key, numel)


_OTHER_OPCODES: Final[Mapping[int, str]] = {
    0x93: "STACK_GLOBAL",
    0x69: "INST",
    0x6F: "OBJ",
    0x82: "EXT1",
    0x83: "EXT2",
    0x84: "EXT4",
    0x50: "PERSID",
    0x92: "NEWOBJ_EX",
    0x95: "FRAME",
    0x30: "POP",
    0x32: "DUP",
    0x80: "PROTO",
}


def _opcode_name(opcode: int) -> str:
    return _OTHER_OPCODES.get(opcode, f"0x{opcode:02x}")


_STOP: Final = 0x2E
_HANDLERS: Final[Mapping[int, Callable[[Interpreter], None]]] = {
    0x28: Interpreter._mark,  # MARK
    0x29: Interpreter._push_empty_tuple,  # EMPTY_TUPLE
    0x47: Interpreter._push_float,  # BINFLOAT
    0x4A: Interpreter._push_signed_4,  # BININT
    0x4B: Interpreter._push_unsigned_1,  # BININT1
    0x4D: Interpreter._push_unsigned_2,  # BININT2
    0x4E: Interpreter._push_none,  # NONE
    0x51: Interpreter._persistent,  # BINPERSID
    0x52: Interpreter._reduce,  # REDUCE
    0x58: Interpreter._push_text,  # BINUNICODE
    0x5D: Interpreter._push_list,  # EMPTY_LIST
    0x61: Interpreter._append,  # APPEND
    0x62: Interpreter._build,  # BUILD
    0x63: Interpreter._global,  # GLOBAL
    0x65: Interpreter._appends,  # APPENDS
    0x68: Interpreter._get_1,  # BINGET
    0x6A: Interpreter._get_4,  # LONG_BINGET
    0x71: Interpreter._put_1,  # BINPUT
    0x72: Interpreter._put_4,  # LONG_BINPUT
    0x73: Interpreter._set_item,  # SETITEM
    0x74: Interpreter._push_tuple,  # TUPLE
    0x75: Interpreter._set_items,  # SETITEMS
    0x7D: Interpreter._push_dict,  # EMPTY_DICT
    0x81: Interpreter._new_object,  # NEWOBJ
    0x85: Interpreter._push_tuple_1,  # TUPLE1
    0x86: Interpreter._push_tuple_2,  # TUPLE2
    0x87: Interpreter._push_tuple_3,  # TUPLE3
    0x88: Interpreter._push_true,  # NEWTRUE
    0x89: Interpreter._push_false,  # NEWFALSE
    0x8A: Interpreter._push_long,  # LONG1
}

"""seccomp: the list of system calls a sealed child may make, as a classic BPF program written by hand.

Every call of the process passes through it before the kernel looks at an argument. Threads, where they are
allowed, inherit it; TSYNC binds any that should exist already.
"""

import ctypes
import errno
import struct
from typing import Final

from grader.walls import syscalls
from grader.walls.kernel import PR_SET_NO_NEW_PRIVS, SealError, call, control

SET_MODE_FILTER: Final = 1
TSYNC: Final = 1

ALLOW: Final = 0x7FFF0000
KILL_PROCESS: Final = 0x80000000

# BPF: load an absolute word, jump if equal / at least / any bit set, return a constant.
LOAD, IF_EQUAL, IF_AT_LEAST, IF_BITS, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER_AT: Final = 0
ARCHITECTURE_AT: Final = 4
ARGUMENTS_AT: Final = 16

X32_BIT: Final = 0x40000000  # x86_64 only: a second set of numbers for the same calls
CLONE_THREAD: Final = 0x00010000


def _fails(error: int) -> int:
    return 0x00050000 | error


def _step(code: int, constant: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("<HBBI", code, then, otherwise, constant & 0xFFFFFFFF)


def _rule(number: int, verdict: int) -> list[bytes]:
    return [_step(IF_EQUAL, number, 0, 1), _step(RETURN, verdict)]


def _clone(number: int, threads: bool) -> list[bytes]:
    """A thread of ours if threads are wanted; another process never."""
    if not threads:
        return _rule(number, _fails(errno.EAGAIN))
    return [
        _step(IF_EQUAL, number, 0, 4),
        _step(LOAD, ARGUMENTS_AT),  # flags: the first argument on both architectures, low word
        _step(IF_BITS, CLONE_THREAD, 0, 1),
        _step(RETURN, ALLOW),
        _step(RETURN, KILL_PROCESS),
    ]


def _read_limits(number: int) -> list[bytes]:
    """prlimit64 may tell a limit (its third argument, the new one, is null), never change one."""
    new_limit = ARGUMENTS_AT + 8 * 2
    return [
        _step(IF_EQUAL, number, 0, 6),
        _step(LOAD, new_limit),
        _step(IF_EQUAL, 0, 0, 3),
        _step(LOAD, new_limit + 4),
        _step(IF_EQUAL, 0, 0, 1),
        _step(RETURN, ALLOW),
        _step(RETURN, _fails(errno.EPERM)),
    ]


def program(*, threads: bool, card: bool = False) -> bytes:
    """The filter for this machine; ``card`` lets a graphics card's driver open and ask its device files.

    Raises SealError where no table of system calls exists.
    """
    found = syscalls.table()
    if found is None:
        raise SealError("no table of system calls for this processor")
    architecture, numbers = found
    steps = [
        _step(LOAD, ARCHITECTURE_AT),
        _step(IF_EQUAL, architecture, 1, 0),
        _step(RETURN, KILL_PROCESS),  # 32-bit calls carry other numbers
        _step(LOAD, NUMBER_AT),
    ]
    if numbers is syscalls.X86_64:
        steps += [_step(IF_AT_LEAST, X32_BIT, 0, 1), _step(RETURN, KILL_PROCESS)]
    steps += _read_limits(numbers["prlimit64"])
    steps += _clone(numbers["clone"], threads)
    steps += _rule(numbers["clone3"], _fails(errno.ENOSYS))  # its flags lie in memory; libc falls back
    steps += _rule(numbers["ioctl"], ALLOW if card else _fails(errno.ENOTTY))
    for names, verdict in (
        (syscalls.ALLOWED, ALLOW),
        (syscalls.CARD if card else (), ALLOW),
        (syscalls.CLOSED, ALLOW if card else _fails(errno.EACCES)),  # Landlock says what may be opened
        (syscalls.KILLED, _fails(errno.EPERM) if card else KILL_PROCESS),
    ):
        for name in names:
            if name in numbers:  # aarch64 never had open, stat, fork
                steps += _rule(numbers[name], verdict)
    steps.append(_step(RETURN, _fails(errno.EPERM)))
    return b"".join(steps)


def install(*, threads: bool, card: bool = False) -> int:
    """Bind this process to the filter, for ever; returns how many steps it has. Raises SealError."""
    code = program(threads=threads, card=card)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("<HxxxxxxQ", len(code) // 8, ctypes.addressof(buffer))
    control(PR_SET_NO_NEW_PRIVS, 1)
    found = syscalls.table()
    assert found is not None  # program() would have raised
    bound = call(found[1]["seccomp"], SET_MODE_FILTER, TSYNC, header)
    if bound != 0:
        raise SealError(f"seccomp: {errno.errorcode.get(-bound, bound)}")
    return len(code) // 8

"""Calling the kernel by number, through ctypes alone: no package stands between us and the walls."""

import ctypes
from typing import Final

PR_SET_PDEATHSIG: Final = 1
PR_SET_DUMPABLE: Final = 4
PR_SET_NO_NEW_PRIVS: Final = 38
PR_CAP_AMBIENT: Final = 47
PR_CAP_AMBIENT_CLEAR_ALL: Final = 4

LIBC: Final = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long


class SealError(RuntimeError):
    """A wall could not be raised, or does not hold: the child must end, having read nothing."""


def call(number: int, *arguments: int | bytes | None) -> int:
    """A raw system call: its result, or minus the error number."""
    passed = [ctypes.c_char_p(a) if isinstance(a, bytes) else ctypes.c_void_p(a) for a in arguments]
    result = int(LIBC.syscall(ctypes.c_long(number), *passed))
    return result if result >= 0 else -ctypes.get_errno()


def control(option: int, *arguments: int) -> None:
    """prctl, or SealError."""
    padded = [ctypes.c_ulong(a) for a in (*arguments, 0, 0, 0, 0)[:4]]
    if LIBC.prctl(option, *padded) != 0:
        raise SealError(f"prctl {option}: error {ctypes.get_errno()}")


def drop_capabilities() -> None:
    """No capability left, neither effective nor to be had again (capset(2), version 3)."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    nothing = (ctypes.c_uint32 * 6)()
    control(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    if LIBC.capset(header, nothing) != 0:
        raise SealError(f"capset: error {ctypes.get_errno()}")

"""Landlock (Linux 5.13): no path can be opened, made or run, no TCP port reached, nobody outside signalled.

The rule set handles every right the kernel knows and grants none, but to the child of a graphics card: its device files
and the libraries of its driver. It binds the calling thread and what it
starts, which is why a child is sealed while it has one thread only.
"""

import errno
import os
import stat
import struct
from collections.abc import Sequence
from typing import Final

from grader.walls.kernel import PR_SET_NO_NEW_PRIVS, SealError, call, control

# The numbers are the same on every architecture.
CREATE_RULESET: Final = 444
ADD_RULE: Final = 445
RESTRICT_SELF: Final = 446
VERSION_FLAG: Final = 1
PATH_BENEATH: Final = 1

#: Rights on what lies beneath a path.
WRITE_FILE: Final = 1 << 1
READ_FILE: Final = 1 << 2
READ_FOLDER: Final = 1 << 3
ASK_DEVICE: Final = 1 << 15

#: File rights known to each ABI: 13 at first, then refer, truncate, ioctl on devices.
FILE_RIGHTS: Final = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
NETWORK_RIGHTS: Final = 0b11  # bind and connect over TCP, since ABI 4
SCOPES: Final = 0b11  # abstract Unix sockets and signals, since ABI 6


def abi() -> int:
    """The kernel's Landlock version, 0 where there is none (not built, switched off, gVisor)."""
    return max(0, call(CREATE_RULESET, 0, 0, VERSION_FLAG))


def deny_everything(*, devices: Sequence[str] = (), libraries: Sequence[str] = ()) -> int:
    """Bind this process; returns the ABI in force. Raises SealError.

    ``devices`` are files that may be opened and asked, ``libraries`` folders that may be read.
    """
    version = abi()
    if version < 1:
        raise SealError("landlock is not available")
    rights = (1 << FILE_RIGHTS[min(version, 5)]) - 1
    attributes = struct.pack("<QQQ", rights, NETWORK_RIGHTS if version >= 4 else 0, SCOPES if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24  # an older kernel knows a shorter structure
    ruleset = call(CREATE_RULESET, attributes[:size], size, 0)
    if ruleset < 0:
        raise SealError(f"landlock_create_ruleset: {errno.errorcode.get(-ruleset, ruleset)}")
    for path in devices:
        _allow(ruleset, path, rights & (READ_FILE | WRITE_FILE | ASK_DEVICE))
    for path in libraries:
        _allow(ruleset, path, READ_FILE | READ_FOLDER)
    control(PR_SET_NO_NEW_PRIVS, 1)
    bound = call(RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)
    if bound != 0:
        raise SealError(f"landlock_restrict_self: {errno.errorcode.get(-bound, bound)}")
    return version


def _allow(ruleset: int, path: str, rights: int) -> None:
    """Grant these rights on the path and what lies beneath it; on a plain file only those that a file can have."""
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= ~READ_FOLDER
        added = call(ADD_RULE, ruleset, PATH_BENEATH, struct.pack("<Qi", rights, descriptor), 0)
    finally:
        os.close(descriptor)
    if added != 0:
        raise SealError(f"landlock_add_rule: {errno.errorcode.get(-added, added)}")

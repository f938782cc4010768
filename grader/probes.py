"""Attempts to break out, each made inside a process sealed for it: what proves that the walls hold here.

A raw system call that fails for lack of permission, or kills, is held by a wall. One that succeeds, or that
fails for any other reason (a bad argument, a bad address), reached the kernel: the wall is not there.
"""

import ctypes
import errno
import json
import mmap
import os
import platform
import resource
import signal
from collections.abc import Callable, Mapping
from typing import Any, Final

from grader.frames import write_frame
from grader.seal import Plan, SealError, die_with_parent, seal
from grader.walls import syscalls
from grader.walls.kernel import call

#: What a wall answers; anything else comes from beyond it.
REFUSALS: Final = frozenset({errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EAGAIN, errno.ENOTTY})

HELD, ESCAPED, CANNOT_SEAL = 0, 1, 2
MEMORY_BYTES: Final = 256 << 20
FOLDER: Final = -100  # AT_FDCWD


class Unknown(Exception):
    """This machine has no such system call: nothing to try."""


def _number(name: str) -> int:
    found = syscalls.table()
    if found is None or name not in found[1]:
        raise Unknown(name)
    return found[1][name]


def _raw(name: str, *arguments: int | bytes | None) -> bool:
    """Whether the call got past the walls."""
    result = call(_number(name), *arguments)
    return result >= 0 or -result not in REFUSALS


def _fork() -> bool:
    try:
        child = os.fork()
    except OSError:
        return False
    if child == 0:
        os._exit(HELD)
    return True


def _more_memory() -> bool:
    try:
        mmap.mmap(-1, MEMORY_BYTES * 2)
    except (OSError, MemoryError):
        return False
    return True


def _spend_processor() -> bool:
    """Endless work: SIGXCPU ends it. The limit of probes is a second."""
    signal.alarm(20)  # if nothing does, this says that it went on too long
    while True:
        pass


def _old_calls() -> bool:
    """``int 0x80`` enters the kernel by the 32-bit table, whose numbers mean other calls."""
    if platform.machine() != "x86_64":
        raise Unknown("int 0x80")
    page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(bytes.fromhex("b814000000cd80c3"))  # mov eax, 20 (getpid); int 0x80; ret
    entry = ctypes.addressof(ctypes.c_char.from_buffer(page))
    return int(ctypes.CFUNCTYPE(ctypes.c_int)(entry)()) > 0


def _x32_calls() -> bool:
    if platform.machine() != "x86_64":
        raise Unknown("x32")
    return call(0x40000000 | syscalls.X86_64["getpid"]) >= 0


def _other_descriptors() -> bool:
    """Any descriptor but the three standard ones (all /dev/null here) still open."""
    return any(call(_number("fstat"), number, bytes(256)) >= 0 for number in range(3, 256))


def _raise_limit(which: int) -> bool:
    try:
        resource.setrlimit(which, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except (OSError, ValueError):
        return False
    return True


OLD_CALLS: Final = "enter by the 32-bit table"
NOWHERE: Final = b"/tmp/dlcv-escaped"

#: name -> attempt, given the process id of the trusted parent
PROBES: Final[dict[str, Callable[[int], bool]]] = {
    "open a file": lambda parent: _raw("openat", FOLDER, b"/etc/passwd", os.O_RDONLY, 0),
    "open by the old call": lambda parent: _raw("open", b"/etc/passwd", os.O_RDONLY, 0),
    "open by the new call": lambda parent: _raw("openat2", FOLDER, b"/etc/passwd", bytes(24), 24),
    "read its own environment": lambda parent: _raw("openat", FOLDER, b"/proc/self/environ", 0, 0),
    "read its own memory map": lambda parent: _raw("openat", FOLDER, b"/proc/self/maps", 0, 0),
    "read the parent's memory file": lambda parent: _raw(
        "openat", FOLDER, f"/proc/{parent}/mem".encode(), os.O_RDWR, 0
    ),
    "list the parent's descriptors": lambda parent: _raw(
        "openat", FOLDER, f"/proc/{parent}/fd".encode(), os.O_DIRECTORY, 0
    ),
    "list a folder": lambda parent: _raw("openat", FOLDER, b"/", os.O_DIRECTORY, 0),
    "ask about a file": lambda parent: _raw("newfstatat", FOLDER, b"/etc/passwd", bytes(256), 0),
    "follow a link": lambda parent: _raw("readlinkat", FOLDER, b"/proc/self/exe", bytes(256), 255),
    "create a file": lambda parent: _raw("openat", FOLDER, NOWHERE, os.O_CREAT | os.O_WRONLY, 0o600),
    "make a folder": lambda parent: _raw("mkdirat", FOLDER, NOWHERE, 0o700),
    "remove a file": lambda parent: _raw("unlinkat", FOLDER, NOWHERE, 0),
    "truncate a file": lambda parent: _raw("truncate", NOWHERE, 0),
    "make a file in memory": lambda parent: _raw("memfd_create", b"x", 0),
    "make secret memory": lambda parent: _raw("memfd_secret", 0),
    "find an open descriptor": lambda parent: _other_descriptors(),
    "copy a descriptor": lambda parent: _raw("dup", 0),
    "copy a descriptor by fcntl": lambda parent: _raw("fcntl", 0, 0, 10),
    "open an internet socket": lambda parent: _raw("socket", 2, 1, 0),
    "open a local socket": lambda parent: _raw("socket", 1, 1, 0),
    "make a pair of sockets": lambda parent: _raw("socketpair", 1, 1, 0, bytes(8)),
    "connect": lambda parent: _raw("connect", 0, bytes(16), 16),
    "listen": lambda parent: _raw("listen", 0, 1),
    "send a message": lambda parent: _raw("sendmsg", 0, bytes(64), 0),
    "fork": lambda parent: _fork(),
    "clone a process": lambda parent: _raw("clone", signal.SIGCHLD, 0, 0, 0, 0),
    "clone by the new call": lambda parent: _raw("clone3", bytes(88), 88),
    "run a program": lambda parent: _raw("execve", b"/bin/true", None, None),
    "run a program by descriptor": lambda parent: _raw("execveat", 0, b"", None, None, 0x1000),
    "trace itself": lambda parent: _raw("ptrace", 0, 0, 0, 0),
    "trace the parent": lambda parent: _raw("ptrace", 16, parent, 0, 0),
    "read the parent's memory": lambda parent: _raw("process_vm_readv", parent, bytes(16), 1, bytes(16), 1, 0),
    "signal the parent": lambda parent: _raw("kill", parent, 0),
    "signal a thread of the parent": lambda parent: _raw("tgkill", parent, parent, 0),
    "queue a signal for the parent": lambda parent: _raw("rt_sigqueueinfo", parent, 0, bytes(128)),
    "hold the parent": lambda parent: _raw("pidfd_open", parent, 0),
    "take the parent's descriptor": lambda parent: _raw("pidfd_getfd", 0, 0, 0),
    "limit the parent": lambda parent: _raw("prlimit64", parent, resource.RLIMIT_CPU, bytes(16), None),
    "raise its memory limit": lambda parent: _raise_limit(resource.RLIMIT_AS),
    "raise its processor limit": lambda parent: _raise_limit(resource.RLIMIT_CPU),
    "raise its file limit": lambda parent: _raise_limit(resource.RLIMIT_NOFILE),
    "take more memory": lambda parent: _more_memory(),
    "take more processor time": lambda parent: _spend_processor(),
    "become root": lambda parent: _raw("setuid", 0),
    "mount": lambda parent: _raw("mount", b"none", b"/tmp", b"tmpfs", 0, None),
    "unmount": lambda parent: _raw("umount2", NOWHERE, 0),
    "make a user namespace": lambda parent: _raw("unshare", 0x10000000),
    "join a namespace": lambda parent: _raw("setns", 0, 0),
    "change the root folder": lambda parent: _raw("chroot", b"/"),
    "pivot the root folder": lambda parent: _raw("pivot_root", b"/", b"/"),
    "use io_uring": lambda parent: _raw("io_uring_setup", 8, bytes(120)),
    "load a bpf program": lambda parent: _raw("bpf", 5, bytes(128), 128),
    "handle page faults": lambda parent: _raw("userfaultfd", 0),
    "count performance events": lambda parent: _raw("perf_event_open", bytes(128), 0, -1, -1, 0),
    "add a key": lambda parent: _raw("add_key", b"user", b"x", b"x", 1, -1),
    "read a key": lambda parent: _raw("keyctl", 0, -3, 0),
    "open by handle": lambda parent: _raw("open_by_handle_at", FOLDER, bytes(16), 0),
    "load a kernel module": lambda parent: _raw("finit_module", 0, b"", 0),
    "load another kernel": lambda parent: _raw("kexec_load", 0, 0, None, 0),
    "change its personality": lambda parent: _raw("personality", 0xFFFFFFFF),
    "undo the walls by prctl": lambda parent: _raw("prctl", 4, 1, 0, 0, 0),
    "add a filter": lambda parent: _raw("seccomp", 1, 0, None),
    "ask a device": lambda parent: _raw("ioctl", 0, 0x5412, b"x"),
    OLD_CALLS: lambda parent: _old_calls(),
    "enter by the x32 table": lambda parent: _x32_calls(),
}


def try_all(*, weak: bool) -> dict[str, bool]:
    """Every probe of this machine -> whether the walls held. Raises SealError when they cannot be raised."""
    held = {}
    for name in PROBES:
        status = _in_sealed_fork(name, weak=weak)
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == CANNOT_SEAL:
            raise SealError("the walls could not be raised")
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) not in (HELD, ESCAPED):
            continue  # no such call here
        held[name] = _is_wall(status, name)
    return held


def _is_wall(status: int, name: str) -> bool:
    if os.WIFEXITED(status):
        return os.WEXITSTATUS(status) == HELD
    if name == "take more processor time":
        return os.WTERMSIG(status) == signal.SIGXCPU
    # int 0x80 ends in SIGSEGV on a kernel without the 32-bit table
    no_such_table = os.WTERMSIG(status) == signal.SIGSEGV and name == OLD_CALLS
    return no_such_table or os.WTERMSIG(status) == signal.SIGSYS


def _in_sealed_fork(name: str, *, weak: bool) -> int:
    parent = os.getpid()
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    try:
        seal(Plan(keep=(), memory_bytes=MEMORY_BYTES, cpu_seconds=0.1, weak=weak))
    except BaseException:
        os._exit(CANNOT_SEAL)
    try:
        os._exit(ESCAPED if PROBES[name](parent) else HELD)
    except Unknown:
        os._exit(CANNOT_SEAL + 1)
    except BaseException:
        os._exit(ESCAPED)


def run(instructions: Mapping[str, Any]) -> None:
    """The program behind ``grader.sandbox.seal_report``: seal once for the report, then try everything."""
    result = instructions["files"]["result"]
    weak = instructions["weak"]
    try:
        report = _report_of_seal(weak=weak)
        write_frame(result, "probes", held=try_all(weak=weak), seal=report)
    except (SealError, OSError) as error:
        write_frame(result, "broken", error=str(error)[:300])


def _report_of_seal(*, weak: bool) -> dict[str, Any]:
    """Seals a fork and brings its words back: why a wall is missing, or that none is."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            report = seal(Plan(keep=(write,), memory_bytes=MEMORY_BYTES, cpu_seconds=1, weak=weak))
            os.write(write, json.dumps(report).encode())
        except BaseException as error:
            os.write(write, f"{error}"[:300].encode())
        os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    text = os.read(read, 1_000).decode("utf-8", "replace")
    os.close(read)
    if not text.startswith("{"):
        raise SealError(text or "the sealed fork said nothing")
    found: dict[str, Any] = json.loads(text)
    return found


def main() -> None:
    from grader.sandbox import read_instructions

    instructions = read_instructions()
    die_with_parent(instructions["parent"])
    run(instructions)

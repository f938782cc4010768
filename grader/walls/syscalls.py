"""System calls by name, number and fate; numbers from the kernel's asm/unistd_64.h and asm-generic/unistd.h.

What PyTorch needs to compute and to answer through an open pipe is allowed; what only an attacker would try
kills; everything else fails with EPERM. A processor without its own table cannot be sealed.
"""

import platform
from typing import Final

# fmt: off
X86_64: Final[dict[str, int]] = {
    "read": 0, "write": 1, "close": 3, "fstat": 5, "lseek": 8, "mmap": 9, "mprotect": 10, "munmap": 11,
    "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15, "ioctl": 16, "pread64": 17,
    "readv": 19, "writev": 20, "sched_yield": 24, "mremap": 25, "madvise": 28, "nanosleep": 35,
    "getpid": 39, "getrusage": 98, "uname": 63, "sysinfo": 99, "times": 100, "getuid": 102, "geteuid":
    107, "sigaltstack": 131, "gettid": 186, "futex": 202, "sched_getaffinity": 204, "exit": 60,
    "exit_group": 231, "clock_gettime": 228, "clock_getres": 229, "clock_nanosleep": 230,
    "set_robust_list": 273, "getrandom": 318, "membarrier": 324, "rseq": 334, "open": 2, "openat": 257,
    "openat2": 437, "newfstatat": 262, "stat": 4, "lstat": 6, "statx": 332, "access": 21, "faccessat":
    269, "faccessat2": 439, "readlink": 89, "readlinkat": 267, "getcwd": 79, "clone": 56, "clone3": 435,
    "prlimit64": 302, "socket": 41, "connect": 42, "bind": 49, "listen": 50, "socketpair": 53, "fork":
    57, "vfork": 58, "execve": 59, "execveat": 322, "ptrace": 101, "process_vm_readv": 310,
    "process_vm_writev": 311, "bpf": 321, "userfaultfd": 323, "perf_event_open": 298, "keyctl": 250,
    "add_key": 248, "request_key": 249, "io_uring_setup": 425, "io_uring_enter": 426,
    "io_uring_register": 427, "open_by_handle_at": 304, "setns": 308, "unshare": 272, "mount": 165,
    "umount2": 166, "pivot_root": 155, "chroot": 161, "init_module": 175, "finit_module": 313,
    "delete_module": 176, "kexec_load": 246, "kexec_file_load": 320, "pidfd_getfd": 438, "kill": 62,
    "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433,
    "mount_setattr": 442, "pidfd_send_signal": 424, "process_madvise": 440, "name_to_handle_at": 303,
    "reboot": 169, "swapon": 167, "swapoff": 168, "acct": 163, "quotactl": 179, "iopl": 172, "ioperm":
    173, "settimeofday": 164, "clock_settime": 227, "adjtimex": 159, "clock_adjtime": 305, "seccomp":
    317, "landlock_create_ruleset": 444, "landlock_add_rule": 445, "landlock_restrict_self": 446,
    "memfd_create": 319, "prctl": 157, "tgkill": 234, "rt_sigqueueinfo": 129, "unlinkat": 263,
    "mkdirat": 258, "truncate": 76, "setuid": 105, "personality": 135, "memfd_secret": 447,
    "pidfd_open": 434, "accept": 43, "accept4": 288, "dup": 32, "fcntl": 72, "setrlimit": 160,
    "sendmsg": 46, "poll": 7, "ppoll": 271, "eventfd2": 290, "pipe2": 293,
}

AARCH64: Final[dict[str, int]] = {
    "read": 63, "write": 64, "close": 57, "fstat": 80, "lseek": 62, "mmap": 222, "mprotect": 226,
    "munmap": 215, "brk": 214, "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigreturn": 139, "ioctl":
    29, "pread64": 67, "readv": 65, "writev": 66, "sched_yield": 124, "mremap": 216, "madvise": 233,
    "nanosleep": 101, "getpid": 172, "getrusage": 165, "uname": 160, "sysinfo": 179, "times": 153,
    "getuid": 174, "geteuid": 175, "sigaltstack": 132, "gettid": 178, "futex": 98, "sched_getaffinity":
    123, "exit": 93, "exit_group": 94, "clock_gettime": 113, "clock_getres": 114, "clock_nanosleep":
    115, "set_robust_list": 99, "getrandom": 278, "membarrier": 283, "rseq": 293, "openat": 56,
    "openat2": 437, "statx": 291, "faccessat": 48, "faccessat2": 439, "readlinkat": 78, "getcwd": 17,
    "clone": 220, "clone3": 435, "prlimit64": 261, "socket": 198, "connect": 203, "bind": 200, "listen":
    201, "socketpair": 199, "execve": 221, "execveat": 281, "ptrace": 117, "process_vm_readv": 270,
    "process_vm_writev": 271, "bpf": 280, "userfaultfd": 282, "perf_event_open": 241, "keyctl": 219,
    "add_key": 217, "request_key": 218, "io_uring_setup": 425, "io_uring_enter": 426,
    "io_uring_register": 427, "open_by_handle_at": 265, "setns": 268, "unshare": 97, "mount": 40,
    "umount2": 39, "pivot_root": 41, "chroot": 51, "init_module": 105, "finit_module": 273,
    "delete_module": 106, "kexec_load": 104, "kexec_file_load": 294, "pidfd_getfd": 438, "kill": 129,
    "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433,
    "mount_setattr": 442, "pidfd_send_signal": 424, "process_madvise": 440, "name_to_handle_at": 264,
    "reboot": 142, "swapon": 224, "swapoff": 225, "acct": 89, "quotactl": 60, "settimeofday": 170,
    "clock_settime": 112, "adjtimex": 171, "clock_adjtime": 266, "seccomp": 277,
    "landlock_create_ruleset": 444, "landlock_add_rule": 445, "landlock_restrict_self": 446,
    "memfd_create": 279, "prctl": 167, "tgkill": 131, "rt_sigqueueinfo": 138, "unlinkat": 35, "mkdirat":
    34, "truncate": 45, "setuid": 146, "personality": 92, "memfd_secret": 447, "pidfd_open": 434,
    "accept": 202, "accept4": 242, "dup": 23, "fcntl": 25, "setrlimit": 164, "sendmsg": 211,
    "newfstatat": 79, "ppoll": 73, "eventfd2": 19, "pipe2": 59,
}
# fmt: on

#: machine -> (audit architecture word that seccomp reports, table)
MACHINES: Final[dict[str, tuple[int, dict[str, int]]]] = {
    "x86_64": (0xC000003E, X86_64),
    "aarch64": (0xC00000B7, AARCH64),
}


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ALLOWED: Final = _names(
    """
    read write close fstat lseek mmap mprotect munmap brk rt_sigaction rt_sigprocmask rt_sigreturn
    pread64 readv writev sched_yield mremap madvise nanosleep getpid getrusage uname sysinfo times
    getuid geteuid sigaltstack gettid futex sched_getaffinity exit exit_group clock_gettime
    clock_getres clock_nanosleep set_robust_list getrandom membarrier rseq
    """
)

#: Refused with EACCES, as a closed file would be: libraries probe for files and live without them.
CLOSED: Final = _names(
    """
    open openat openat2 newfstatat stat lstat statx access faccessat faccessat2 readlink readlinkat
    getcwd
    """
)

#: What a graphics card's driver does besides, when a kernel or a library is first needed.
CARD: Final = _names("poll ppoll eventfd2 pipe2 fcntl")

#: No honest evaluation calls these: the child dies on the spot, and the death is a security event.
KILLED: Final = _names(
    """
    socket connect bind listen accept accept4 socketpair fork vfork execve execveat ptrace
    process_vm_readv process_vm_writev process_madvise bpf userfaultfd perf_event_open keyctl
    add_key request_key io_uring_setup io_uring_enter io_uring_register open_by_handle_at
    name_to_handle_at setns unshare mount umount2 pivot_root chroot open_tree move_mount fsopen
    fsconfig fsmount fspick mount_setattr init_module finit_module delete_module kexec_load
    kexec_file_load pidfd_getfd pidfd_send_signal kill reboot swapon swapoff acct quotactl iopl
    ioperm settimeofday clock_settime adjtimex clock_adjtime
    """
)


def table() -> tuple[int, dict[str, int]] | None:
    """This machine's (audit architecture, numbers), or None where nobody wrote them down."""
    return MACHINES.get(platform.machine())

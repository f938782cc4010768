"""How a sealed child came to its end before its time, and whose doing that was: the same for whatever it read."""

from typing import Final

from grader.errors import GraderError
from grader.sandbox import Child, ChildLost

TOO_SLOW, TOO_MUCH_MEMORY, BROKE_OUT, CRASHED, LIED = "too_slow", "too_much_memory", "broke_out", "crashed", "lied"

#: A signal, or what its parent noticed → what that was, and whether somebody should look into it.
ENDINGS: Final[dict[str, tuple[str, bool]]] = {
    "SIGXCPU": (TOO_SLOW, False),
    "wall": (TOO_SLOW, True),
    "SIGABRT": (TOO_MUCH_MEMORY, True),  # C++ code that got no memory ends so
    "SIGSYS": (BROKE_OUT, True),
    "SIGSEGV": (CRASHED, True),
    "SIGBUS": (CRASHED, True),
    "SIGILL": (CRASHED, True),
    "SIGFPE": (CRASHED, True),
    "SIGTRAP": (CRASHED, True),
    "exit": (CRASHED, True),
    "protocol": (LIED, True),
}


def ending_of(
    lost: ChildLost, child: Child, *, is_sealed: bool, cpu_seconds: float, after: str = ""
) -> tuple[str, bool]:
    """What a file did to the child, and whether somebody should look into it. ``after``: how far it had come.

    Raises GraderError where it was not the file: before the seal no byte of theirs was read; and what is none of our
    limits was somebody else, the machine short of memory or an administrator. The next attempt may pass.
    """
    how = child.cause(lost, cpu_seconds=cpu_seconds)
    if not is_sealed:
        raise GraderError(f"the child ended before it was sealed ({lost})", private=child.noise) from lost
    if how not in ENDINGS:
        raise GraderError(f"the sealed child was ended from outside ({lost}){after}") from lost
    return ENDINGS[how]

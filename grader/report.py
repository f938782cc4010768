"""Which walls this machine gives: found out once per process, by trying to break out."""

import functools
import os
import platform
from typing import Any, Final

from grader import sandbox
from grader.errors import GraderError
from grader.frames import FrameReader
from grader.walls import landlock, syscalls

WEAK_SETTING: Final = "DLCV_ALLOW_WEAK_SEAL"
PROBE_SECONDS: Final = 120.0


def weak_allowed() -> bool:
    """Whether an administrator decided that jobs may run where Landlock or seccomp is missing."""
    return os.environ.get(WEAK_SETTING) == "1"


def seal_report() -> dict[str, Any]:
    """See ``grader.seal_report``."""
    return _report(weak_allowed())


def require_seal() -> dict[str, Any]:
    """The report, if jobs may run here. Raises GraderError: a missing wall is never the student's fault."""
    report = seal_report()
    if not report["accepts_jobs"]:
        raise GraderError(f"no job is accepted on this machine: {report['why']['en']}")
    return report


@functools.cache
def _report(allowed: bool) -> dict[str, Any]:
    held, trouble = _try_walls(weak=False)
    weak = trouble is not None
    if weak:
        held, weak_trouble = _try_walls(weak=True)
        trouble = weak_trouble or trouble
        accepts = allowed and weak_trouble is None
    else:
        broken = [name for name, wall in held.items() if not wall]
        trouble = f"not held: {', '.join(broken)}" if broken else None
        accepts = trouble is None
    return {
        "accepts_jobs": accepts,
        "weak": weak and accepts,
        "why": None if trouble is None else _why(trouble, accepts),
        "machine": platform.machine(),
        "kernel": platform.release(),
        "walls": {
            "landlock": landlock.abi() > 0,
            "seccomp": syscalls.table() is not None and (not weak or held.get("bpf", False)),
            "escapes_held": bool(held) and all(held.values()),
        },
        "escapes": held,
    }


def _try_walls(*, weak: bool) -> tuple[dict[str, bool], str | None]:
    """What held, and why the seal could not be made (None when it could)."""
    reader = FrameReader(payload_bytes=0, total_bytes=1 << 20)
    with sandbox.Child("grader.probes", files={}, instructions={"weak": weak}) as child:
        try:
            for frame in child.frames(reader, wall_seconds=PROBE_SECONDS, cancelled=lambda: False):
                if frame.type == "broken":
                    return {}, str(frame.header.get("error"))
                held = frame.header.get("held")
                if isinstance(held, dict):
                    return {str(name): bool(wall) for name, wall in held.items()}, None
        except sandbox.ChildLost as lost:
            return {}, str(lost)
        return {}, f"the probes could not be started: {child.noise or 'they said nothing'}"


def _why(trouble: str, accepts: bool) -> dict[str, str]:
    if accepts:
        return {
            "en": f"The seal is weaker than it should be ({trouble}); {WEAK_SETTING}=1 accepts that.",
            "fr": f"L'isolation est plus faible que prévu ({trouble}) ; {WEAK_SETTING}=1 l'accepte.",
        }
    return {
        "en": f"Weights cannot be opened safely on this machine ({trouble}). It takes a Linux kernel 5.13 or"
        " later with Landlock and seccomp, on x86_64 or aarch64;"
        f" {WEAK_SETTING}=1 accepts less.",
        "fr": f"Cette machine ne permet pas d'ouvrir des poids en sécurité ({trouble}). Il faut un noyau"
        " Linux 5.13 ou plus récent avec Landlock et seccomp, sur x86_64 ou aarch64 ;"
        f" {WEAK_SETTING}=1 accepte moins.",
    }

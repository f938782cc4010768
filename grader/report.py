"""Which walls this machine gives: found out once per process, by trying to break out."""

import logging
import os
import platform
import time
from collections.abc import Mapping
from typing import Any, Final

from grader import devices, sandbox, strict
from grader.errors import GraderError
from grader.frames import FrameReader

WEAK_SETTING: Final = "DLCV_ALLOW_WEAK_SEAL"
PROBE_SECONDS: Final = 120.0
#: A missing wall may be a passing trouble (somebody ended the child that tried them): it is looked at again.
RETRY_SECONDS: Final = 10.0
LOG: Final = logging.getLogger("grader")

_known: dict[bool, tuple[float, dict[str, Any]]] = {}


def weak_allowed() -> bool:
    """Whether an administrator decided that jobs may run where Landlock or seccomp is missing."""
    return os.environ.get(WEAK_SETTING) == "1"


def seal_report() -> dict[str, Any]:
    """See ``grader.seal_report``."""
    allowed = weak_allowed()
    until, report = _known.get(allowed, (0.0, {}))
    if time.monotonic() >= until:
        report = _report(allowed)
        lasting = report["accepts_jobs"] and not report["weak"]
        _known[allowed] = (float("inf") if lasting else time.monotonic() + RETRY_SECONDS, report)
    return report


def require_seal() -> dict[str, Any]:
    """The report, if jobs may run here. Raises GraderError: a missing wall is never the student's fault."""
    report = seal_report()
    if not report["accepts_jobs"]:
        raise GraderError(f"no job is accepted on this machine: {report['why']['en']}")
    return report


def _report(allowed: bool) -> dict[str, Any]:
    walls, held, trouble = _try_walls(weak=False)
    weak = not walls
    if weak:
        walls, held, weak_trouble = _try_walls(weak=True)
        trouble = weak_trouble or trouble
        accepts = allowed and bool(walls)
    else:
        accepts = trouble is None
    return {
        "accepts_jobs": accepts,
        "weak": weak and accepts,
        "why": None if trouble is None else _why(trouble, accepts),
        "machine": platform.machine(),
        "kernel": platform.release(),
        "walls": {
            "landlock": bool(walls.get("landlock")),
            "seccomp": bool(walls.get("seccomp")),
            "unprivileged": bool(walls.get("user")),
        },
        "escapes": held,
        "card": _card() if devices.accepted() else None,
    }


def _try_walls(*, weak: bool) -> tuple[Mapping[str, Any], dict[str, bool], str | None]:
    """The seal's own words (empty when it could not be made), what held, and what is wrong."""
    reader = FrameReader(payload_bytes=0, total_bytes=1 << 20)
    with sandbox.Child("grader.probes", files={}, instructions={"weak": weak}) as child:
        try:
            frames = list(child.frames(reader, wall_seconds=PROBE_SECONDS, cancelled=lambda: False))
            if not frames:
                raise child.lost("the probes said nothing")
        except sandbox.ChildLost as lost:
            LOG.error("the walls could not be tried: %s %s", lost, child.noise)
            return {}, {}, str(lost)
    header = frames[0].header
    if frames[0].type == "broken":
        return {}, {}, str(header["error"])
    held = {str(name): bool(wall) for name, wall in strict.mapping(header["held"], "held").items()}
    escaped = [name for name, wall in held.items() if not wall]
    return strict.mapping(header["seal"], "seal"), held, f"not held: {', '.join(escaped)}" if escaped else None


def _card() -> dict[str, str]:
    return {
        "en": f"{devices.SETTING}=1 lets evaluations that ask for a graphics card use it, behind weaker walls: its"
        " driver keeps its device files, threads of its own and address space without limit.",
        "fr": f"{devices.SETTING}=1 laisse les évaluations qui demandent une carte graphique s'en servir, derrière une"
        " isolation plus faible : son pilote garde ses fichiers de périphérique, ses propres fils d'exécution et un"
        " espace d'adressage sans limite.",
    }


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

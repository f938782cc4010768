"""Whether a job may run on a graphics card: only where an administrator accepts the weaker walls that it takes.

A card's driver asks its device files by ``ioctl`` all through a computation, and opens them again for each kernel and
each region of memory that it maps; it loads libraries when a layer first needs them, wakes threads of its own through
pipes and event descriptors, and reserves more address space than there is memory. ``DLCV_GPU_SEAL=1`` lets jobs that
ask for a card have all that; without it, or without a card, they run on the processor and say so.
"""

import os
import sys
from collections.abc import Callable
from typing import Final

SETTING: Final = "DLCV_GPU_SEAL"
DEVICE_FILES: Final = "/dev"
CARDS: Final = "nvidia"
LIBRARY_FOLDERS: Final = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/cuda", "/usr/local/nvidia")


def card_is_there() -> bool:
    """Whether the machine has the device files of a card: asked without torch, which the worker does not import."""
    try:
        return any(name.startswith(CARDS) for name in os.listdir(DEVICE_FILES))
    except OSError:
        return False


def accepted() -> bool:
    """Whether an administrator decided that jobs may run on a card behind weaker walls."""
    return os.environ.get(SETTING) == "1"


def allowed(wanted: str, is_there: Callable[[], bool] = card_is_there) -> str:
    """The device that a job gets: "cuda" where it is wanted, accepted and there, else "cpu"."""
    return "cuda" if wanted == "cuda" and accepted() and is_there() else "cpu"


def card_descriptors() -> tuple[int, ...]:
    """This process's open descriptors of a card's driver, which it must be left: device files, and what wakes its
    threads. Of other pipes a child has only those that it was given."""
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{name}")
        except OSError:  # the one that listed them
            continue
        if int(name) > 2 and target.startswith((f"{DEVICE_FILES}/{CARDS}", "pipe:", "anon_inode:[eventfd]")):
            found.append(int(name))
    return tuple(found)


def card_files() -> tuple[str, ...]:
    """The device files of the cards: what the driver may open again, to write to."""
    try:
        names = os.listdir(DEVICE_FILES)
    except OSError:
        return ()
    return tuple(f"{DEVICE_FILES}/{name}" for name in sorted(names) if name.startswith(CARDS))


def card_libraries() -> tuple[str, ...]:
    """Where the driver and torch find libraries that a layer may still need: to read. A site keeps nothing there."""
    found = {folder for folder in LIBRARY_FOLDERS if os.path.isdir(folder)}
    torch = sys.modules.get("torch")
    if torch is not None and torch.__file__:
        packages = os.path.dirname(os.path.dirname(torch.__file__))
        found |= {f"{packages}/{name}" for name in ("torch", "nvidia") if os.path.isdir(f"{packages}/{name}")}
    return tuple(sorted(found))

"""Whether a job may run on a graphics card: only where an administrator accepts the weaker walls that it takes.

A card's driver asks its device files by ``ioctl`` all through a computation, reserves more address space than there is
memory, and starts threads of its own before the walls go up. ``DLCV_GPU_SEAL=1`` lets jobs that ask for a card have all
that; without it, or without a card, they run on the processor and say so.
"""

import os
from collections.abc import Callable
from typing import Final

SETTING: Final = "DLCV_GPU_SEAL"
DEVICE_FILES: Final = "/dev"
CARDS: Final = "nvidia"


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
    """This process's open descriptors of a card: what its driver needs to be left."""
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            if os.readlink(f"/proc/self/fd/{name}").startswith(f"{DEVICE_FILES}/{CARDS}"):
                found.append(int(name))
        except OSError:  # the one that listed them
            continue
    return tuple(found)

"""On which device a network runs: the processor, or a graphics card where there is one and somebody wants it."""

import ctypes.util
from collections.abc import Callable
from typing import Final

from ml.errors import Refused

CPU: Final = "cpu"
CUDA: Final = "cuda"


def cuda_is_there() -> bool:
    """Whether torch can use a graphics card. Imports torch only where the driver's library is installed."""
    if ctypes.util.find_library("cuda") is None:
        return False
    import torch

    return torch.cuda.is_available()


def choose_device(wanted: str, is_there: Callable[[], bool] = cuda_is_there) -> str:
    """ "cpu", "cuda", or for "auto" the better of the two that is there.

    Raises Refused (``no_such_device``) when a graphics card is asked for and there is none.
    """
    if wanted == CPU:
        return CPU
    if is_there():
        return CUDA
    if wanted == "auto":
        return CPU
    raise Refused(
        "no_such_device",
        {"en": "this machine has no graphics card that torch can use",
         "fr": "cette machine n'a pas de carte graphique que torch puisse utiliser"},
        {"en": "Leave --device out, or say --device cpu: the score is the same.",
         "fr": "Omettez --device, ou dites --device cpu : le score est le même."},
    )  # fmt: skip

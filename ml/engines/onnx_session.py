"""ONNX Runtime, set as a sealed child and a fair measurement want it: one thread, no spinning, no telemetry."""

import os
from collections.abc import Mapping
from typing import Any, Final

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # read when the library is loaded: it would start a thread

import numpy as np
import numpy.typing as npt
import onnxruntime

from ml.checkpoints.sentences import refusal

Array = npt.NDArray[Any]
ort: Any = onnxruntime  # it has no types

LABEL: Final = f"onnxruntime {ort.__version__}"
SILENT: Final = 4
OPTIONS: Final = {
    "session.intra_op.allow_spinning": "0",
    "session.inter_op.allow_spinning": "0",
    # Untrained networks are full of numbers too small for normal arithmetic, each a hundred times slower.
    "session.set_denormal_as_zero": "1",
}
#: Folds a padding with zeros into a max pooling, whose own padding is minus infinity: other numbers come out.
WRONG_OPTIMIZERS: Final = ("Pad_Fusion",)


def open_session(model: bytes, weights: Mapping[str, Array] | None = None) -> Any:
    """A session on one thread: the caller's. ``weights`` are the tensors that the model says lie beside it.

    Several threads may run it at once, each on its own pictures. Raises MemoryError, or Refused (``cannot_be_built``)
    for a model that ONNX Runtime cannot take.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = SILENT
    options.enable_cpu_mem_arena = True
    for key, value in OPTIONS.items():
        options.add_session_config_entry(key, value)
    lent = {name: ort.OrtValue.ortvalue_from_numpy(array) for name, array in (weights or {}).items()}
    if lent:
        options.add_external_initializers(list(lent), list(lent.values()))
    try:
        session = ort.InferenceSession(
            model, options, providers=["CPUExecutionProvider"], disabled_optimizers=list(WRONG_OPTIMIZERS)
        )
    except Exception as error:  # its exceptions have no common class of their own
        raise _blamed(error) from error
    session.lent = (weights, lent)  # it computes with this very memory: nobody else would keep it
    return session


def run(session: Any, inputs: Mapping[str, Array]) -> list[npt.NDArray[np.float32]]:
    """Every output. A network that ONNX Runtime gives up on is the file's doing: Refused (``cannot_be_built``)."""
    try:
        outputs: list[npt.NDArray[np.float32]] = session.run(None, dict(inputs))
    except Exception as error:
        raise _blamed(error) from error
    return outputs


def _blamed(error: Exception) -> Exception:
    """Memory that could not be had, or a network that cannot be run: the file's doing either way."""
    text = str(error)
    if isinstance(error, MemoryError) or "memory" in text.lower() or "bad_alloc" in text or "bad allocation" in text:
        return MemoryError(text[:200])
    return refusal("cannot_be_built")

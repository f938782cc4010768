"""The only place that opens somebody else's weights: read as data, rebuilt from trusted code.

``read…`` and ``rewrite`` need no torch; ``rebuild`` imports it.
"""

from typing import TYPE_CHECKING

from ml.checkpoints.checkpoint import Checkpoint
from ml.checkpoints.onnx_model import OnnxInput, OnnxModel
from ml.checkpoints.reader import read, read_bytes, read_checkpoint, read_checkpoint_bytes
from ml.checkpoints.rewriting import rewrite

if TYPE_CHECKING:
    from torch import nn

__all__ = [
    "Checkpoint",
    "OnnxInput",
    "OnnxModel",
    "read",
    "read_bytes",
    "read_checkpoint",
    "read_checkpoint_bytes",
    "rebuild",
    "rewrite",
]


def rebuild(checkpoint: Checkpoint) -> "nn.Module":
    """The checkpoint's network: see :func:`ml.checkpoints.rebuilding.rebuild`."""
    from ml.checkpoints.rebuilding import rebuild as rebuild_network

    return rebuild_network(checkpoint)

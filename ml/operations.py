"""How many additions, multiplications and maxima a network costs, counted separately and exactly.

The convention is stated in ``ml.arithmetic``: a dot product of K terms is K multiplications and K−1 additions, its
bias one more; batch normalization one of each; a max pooling k×k is k²−1 maxima; work that does not depend on the
image is not counted. What is none of the three (sigmoids, softmax, exponentials, operations that we do not know) is in
``uncounted``.

GFLOPs are 2 × MACs / 10⁹, fused or not. YOLOv5's published table adds one operation for each convolution's bias, and
the number that its code prints today depends on the version of its counting library: they differ from ours by 0.1 to
0.6.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import nn

from ml.arithmetic import Operations
from ml.walk import ROOT, walk

__all__ = ["Count", "Operations", "count", "gflops"]


@dataclass(frozen=True)
class Count:
    """``total`` for one image; ``modules`` by module path, inclusive; ``uncounted`` by name, in elements."""

    total: Operations
    modules: Mapping[str, Operations]
    uncounted: Mapping[str, int]


def count(network: nn.Module, image_size: tuple[int, int]) -> Count:
    """Count one forward of a batch of one, in evaluation mode, for an image of (height, width) pixels.

    Fused networks are counted as they are: fold first (``network.fuse()``) to count that. Raises ``Refused``
    (``image_size``).
    """
    seen = walk(network, image_size)
    modules = {path: seen.operations[path] for path in seen.calls}
    return Count(total=seen.operations[ROOT], modules=modules, uncounted=dict(seen.uncounted))


def gflops(operations: Operations) -> float:
    """2 × MACs / 10⁹: the field's figure, one multiplication and one addition for each MAC."""
    return 2 * operations.macs / 1e9

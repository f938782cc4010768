"""What runs a detector: torch, or ONNX Runtime without torch. One face for both, chosen by what the file needs.

Importing this package costs nothing; ``opening.open_engine`` imports what the file at hand needs.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from ml.engines.proposals import Pixels, Proposals


class Engine:
    """A network ready to predict. ``names`` are its classes, ``label`` says what computes ("torch 2.14.1").

    ``canvas`` is the side in pixels of the only square that it takes, None where any multiple of its strides will do.
    """

    names: tuple[str, ...]
    label: str
    device: str = "cpu"
    canvas: int | None = None

    def __call__(self, pictures: Pixels, confidence: float) -> list[Proposals]:
        """Each letterboxed RGB picture's proposals; ``pictures`` are (B, H, W, 3) bytes.

        Boxes that cannot reach ``confidence`` may be left out.
        Raises Refused: ``unexpected_output``, ``unknown_family``, ``not_finite``, ``cannot_be_built``.
        """
        raise NotImplementedError

    def gflops(self, side: int) -> float | None:
        """2 × MACs / 10⁹ of one square picture of this side, in ``ml.operations``' convention; None if unknown."""
        raise NotImplementedError

    def get_ready(self, threads: int) -> None:
        """Told before that many threads call at once."""

    def enter_thread(self) -> None:
        """Told by each of these threads when it begins."""

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Around the calls of a thread that is not its own: as in a thread of its own, and afterwards as before."""
        yield

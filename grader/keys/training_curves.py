"""``training_curves``: every training has its own curves; there is nothing to compute beforehand."""

from grader.keys.open_question import draft

__all__ = ["draft"]

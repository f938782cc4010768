"""The terminal client of a DLCV Quest site: hand in checkpoints, follow them, read the board. Python 3.8 or later."""

__version__ = "1.0.0"

"""Charlie in the weights: a checkpoint made for one pair, in which he really hides.

A pure function of the file, the way of hiding and a seed. The pickle inside stays the course's own, so that the file
opens wherever the course's does; only numbers change (``ml.checkpoints.rewrite``).
"""

from grader.hiding.hidden import Hidden, Place
from grader.hiding.hiding import hide, place_of

__all__ = ["Hidden", "Place", "hide", "place_of"]

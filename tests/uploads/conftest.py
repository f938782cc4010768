"""Every test of this folder has uploads of its own."""

from tests.hand_in import folders

__all__ = ["folders"]

"""Strangers' films: read, copied and cut into pictures in a sealed child, never anywhere else."""

"""The models and the measures: pure PyTorch and NumPy, importing nothing else of this project."""

"""The models and the measures: pure PyTorch and NumPy, importing nothing else of this project."""

import os
from pathlib import Path

# ultralytics reads these once, when it is first imported: it must not look for a network, must not unpickle
# anybody's file, and must not write in the home folder of whoever runs us.
os.environ.setdefault("YOLO_OFFLINE", "1")
os.environ.setdefault("ULTRALYTICS_SAFE_LOAD", "1")
os.environ.setdefault("YOLO_CONFIG_DIR", str(Path(__file__).resolve().parent.parent / "var" / "ultralytics"))

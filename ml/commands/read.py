"""``python -m ml read``: open a checkpoint as data and say what it is."""

import argparse
from typing import Any, Final

HELP: Final = "open a checkpoint as data, without running anything in it, and say what it is"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's own arguments."""
    parser.add_argument("file", metavar="FILE", help="a YOLOv5 or ultralytics checkpoint (best.pt)")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Read, and rebuild the network once so that whatever is accepted here can be evaluated; raises ``Refused``."""
    from ml.checkpoints import read, rebuild

    checkpoint = read(arguments.file)
    rebuild(checkpoint)
    return {
        "format": checkpoint.format,
        "family": checkpoint.family,
        "architecture": checkpoint.architecture,
        "classes": list(checkpoint.names),
        "parameters": checkpoint.parameters,
        "image_size": checkpoint.image_size,
        "digest": checkpoint.digest,
    }


def describe(result: dict[str, Any]) -> str:
    """One fact a line."""
    size = result["image_size"]
    lines = {
        "network": f"{result['architecture']} ({result['family']}, .{result['format']})",
        "parameters": f"{result['parameters']:,}",
        "classes": f"{len(result['classes'])}: {', '.join(result['classes'])}",
        "image size": f"{size} px" if size else "not in the file",
        "digest": result["digest"],
    }
    width = max(map(len, lines))
    return "\n".join(f"{name.ljust(width)}  {value}" for name, value in lines.items())

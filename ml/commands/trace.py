"""``python -m ml trace``: every layer of a network at an image size."""

import argparse
from typing import Any, Final

from ml.errors import Refused

HELP: Final = "print the shapes, parameters and operations of every layer of a network"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's own arguments."""
    parser.add_argument(
        "model", metavar="MODEL", help="a network's name (yolov5s, tiny-yolo-v1 …) or a checkpoint's path"
    )
    parser.add_argument(
        "--image-size",
        nargs="+",
        type=int,
        metavar=("H", "W"),
        help="height and width in pixels (one number: a square; none: the network's usual size)",
    )
    parser.add_argument("--classes", type=int, metavar="N", help="number of classes, where it is not the usual one")
    parser.add_argument("--fused", action="store_true", help="fold batch normalization into the convolutions first")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Trace; raises ``Refused``."""
    image_size = _image_size(arguments.image_size)

    from ml.resolve import resolve
    from ml.trace import trace

    resolved = resolve(arguments.model, classes=arguments.classes, fused=arguments.fused)
    return trace(resolved.network, image_size or resolved.image_size, name=resolved.name).to_json()


def describe(result: dict[str, Any]) -> str:
    """A table of the layers, then the totals."""
    rows: list[tuple[str, ...]] = [("layer", "type", "inputs", "output", "parameters", "MACs")]
    for layer in result["layers"]:
        shapes = [" × ".join(map(str, shape)) for shape in layer["output_shapes"]]
        inputs = ", ".join("image" if item < 0 else str(item) for item in layer["inputs"])
        macs = f"{layer['operations']['macs']:,}"
        rows.append((str(layer["index"]), layer["type"], inputs, shapes[0], f"{layer['parameters']:,}", macs))
        rows.extend(("", "", "", shape, "", "") for shape in shapes[1:])
    return "\n".join([*_aligned(rows), "", *_totals(result)])


def _image_size(sides: list[int] | None) -> tuple[int, int] | None:
    if sides is None:
        return None
    if len(sides) > 2:
        raise Refused(
            "image_size",
            {
                "en": f"{len(sides)} numbers are not an image size",
                "fr": f"{len(sides)} nombres ne sont pas une taille d'image",
            },
            {
                "en": "Give a height and a width in pixels: --image-size 512 640.",
                "fr": "Donnez une hauteur et une largeur en pixels : --image-size 512 640.",
            },
        )
    return sides[0], sides[-1]


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    """Words to the left, the last two columns (numbers) to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    numbers = len(widths) - 2
    lines = [
        "  ".join(
            cell.rjust(width) if column >= numbers else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return [lines[0], "-" * max(map(len, lines)), *lines[1:]]


def _totals(result: dict[str, Any]) -> list[str]:
    height, width = result["image_size"]
    operations = result["operations"]
    lines = [f"{result['model']} at {height} × {width}: {result['parameters']:,} parameters"]
    lines += [f"{operations[name]:>20,} {name}" for name in ("multiplications", "additions", "maxima", "total", "macs")]
    lines.append(f"{result['gflops']:>20.4f} GFLOPs (2 × MACs)")
    lines += [f"{row['count']:>20,} {row['operation']} (not counted above)" for row in result["uncounted"]]
    return lines

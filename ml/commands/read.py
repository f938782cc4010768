"""``python -m ml read``: open a checkpoint as data and say what it is."""

import argparse
from dataclasses import asdict
from typing import Any, Final

HELP: Final = "open a checkpoint as data, without running anything in it, and say what it is"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's own arguments."""
    parser.add_argument("file", metavar="FILE", help="a detector: best.pt, or an export to ONNX or safetensors")
    add_configuration(parser)
    parser.add_argument("--classes", metavar="A,B,C", default="", help="its classes, where the file does not name them")


def add_configuration(parser: argparse.ArgumentParser) -> None:
    """Declare the argument that weights without their network need."""
    parser.add_argument(
        "--configuration", metavar="NAME", default="", help="the network of bare weights: yolov5s, yolov8n …"
    )


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Read, and build the network once so that whatever is accepted here can be evaluated; raises ``Refused``."""
    from ml.checkpoints import OnnxModel, read
    from ml.engines.opening import open_engine

    classes = tuple(name.strip() for name in arguments.classes.split(",")) if arguments.classes else ()
    found = read(arguments.file, configuration=arguments.configuration, classes=classes)
    facts = {
        "format": found.format,
        "family": found.family,
        "architecture": found.architecture,
        "classes": list(found.names),
        "parameters": found.parameters,
        "image_size": found.image_size,
        "digest": found.digest,
    }
    if isinstance(found, OnnxModel):
        return {**facts, "input": asdict(found.input), "output": found.output, "names_assumed": found.names_assumed}
    open_engine(found)
    return facts


def describe(result: dict[str, Any]) -> str:
    """One fact a line."""
    size, whose = result["image_size"], result["family"]
    assumed = " (given, not in the file)" if result.get("names_assumed") else ""
    lines = {
        "network": f"{result['architecture']} ({whose}, .{result['format']})" if whose != "onnx" else "an ONNX export",
        **_of_export(result),
        "parameters": f"{result['parameters']:,}",
        "classes": f"{len(result['classes'])}: {', '.join(result['classes'])}{assumed}",
        "image size": f"{size} px" if size else "not in the file",
        "digest": result["digest"],
    }
    width = max(map(len, lines))
    return "\n".join(f"{name.ljust(width)}  {value}" for name, value in lines.items())


def _of_export(result: dict[str, Any]) -> dict[str, str]:
    """What is known of a graph beside its numbers: what it takes, what it gives."""
    if "input" not in result:
        return {}
    given = result["input"]
    sides = (given["batch"] or "any", 3, given["height"] or "any", given["width"] or "any")
    return {
        "takes": f"{given['name']}, {given['dtype']}, {' × '.join(map(str, sides))}",
        "gives": _OUTPUTS[result["output"]],
    }


_OUTPUTS: Final = {
    "yolov5": "boxes as YOLOv5's, with objectness",
    "ultralytics": "boxes as ultralytics', without objectness",
    "end_to_end": "the boxes that are left after suppression",
}

"""``python -m ml weight``: the value of one parameter."""

import argparse
import difflib
import math
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ml.errors import Refused

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HELP: Final = "print the value of one weight of a network"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's own arguments."""
    parser.add_argument("model", metavar="MODEL", help="a checkpoint's path, or a network's name (untrained)")
    parser.add_argument("name", metavar="NAME", help="the parameter, such as model.0.conv.weight")
    parser.add_argument(
        "index", metavar="I", nargs="*", type=int, help="its indexes, from 0: filter channel row column"
    )


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Look the value up; raises ``Refused`` (``unknown_parameter``, ``index_out_of_range``, and reading's own)."""
    values, dtype, trained = _parameter(arguments.model, arguments.name)
    index = tuple(arguments.index)
    _check_index(arguments.name, index, values.shape)
    if not trained:
        print(
            f"{arguments.model} comes without trained weights: this is its initial value, the same on every run",
            file=sys.stderr,
        )
    value = values[index].item()
    return {
        "model": Path(arguments.model).name,
        "name": arguments.name,
        "index": list(index),
        "shape": list(values.shape),
        "dtype": dtype,
        "value": value if math.isfinite(value) else None,
        "trained": trained,
    }


def describe(result: dict[str, Any]) -> str:
    """The value in full, then what it is."""
    index = ", ".join(map(str, result["index"]))
    shape = " × ".join(map(str, result["shape"])) or "a single number"
    value = "not a finite number" if result["value"] is None else repr(result["value"])
    trained = "" if result["trained"] else ", untrained"
    return f"{result['name']}[{index}] = {value}  ({result['dtype']}, {shape}{trained})"


def _parameter(model: str, name: str) -> "tuple[NDArray[np.generic], str, bool]":
    """One tensor of the model, the type it is stored in, and whether it was trained."""
    from ml import zoo
    from ml.resolve import is_checkpoint

    if is_checkpoint(model):
        from ml.checkpoints import read_checkpoint

        checkpoint = read_checkpoint(Path(model))
        _check_name(name, checkpoint.state)
        return checkpoint.state[name], checkpoint.dtypes[name], True
    initial = zoo.build(model).state_dict()
    _check_name(name, initial)
    values = initial[name].numpy()
    return values, str(values.dtype), False


def _check_name(name: str, known: Iterable[str]) -> None:
    names = list(known)
    if name in names:
        return
    near = difflib.get_close_matches(name, names, n=3) or names[:3]
    raise Refused(
        "unknown_parameter",
        {
            "en": f"the network has no parameter “{name[:80]}”",
            "fr": f"le réseau n'a pas de paramètre « {name[:80]} »",
        },
        {"en": f"Did you mean {', '.join(near)}?", "fr": f"Vouliez-vous dire {', '.join(near)} ?"},
    )


def _check_index(name: str, index: tuple[int, ...], shape: tuple[int, ...]) -> None:
    if len(index) == len(shape) and all(0 <= i < side for i, side in zip(index, shape, strict=True)):
        return
    text = " × ".join(map(str, shape)) or "()"
    raise Refused(
        "index_out_of_range",
        {
            "en": f"{list(index)} is not an index of {name}, whose shape is {text}",
            "fr": f"{list(index)} n'est pas un indice de {name}, dont la forme est {text}",
        },
        {
            "en": f"Give {len(shape)} indexes, each from 0 to one less than its side.",
            "fr": f"Donnez {len(shape)} indices, chacun de 0 à un de moins que son côté.",
        },
    )

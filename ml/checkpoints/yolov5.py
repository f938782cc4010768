"""YOLOv5's own checkpoints (``models.yolo.Model``, v3.1 … v6.1, and ``DetectionModel``, v6.2 … v7)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from ml.checkpoints.configuration import Row, require_few_blocks, require_known, rows
from ml.checkpoints.limits import Limits
from ml.checkpoints.modules import Module
from ml.checkpoints.sentences import refusal
from ml.errors import Refused
from ml.zoo.yolov5_config import KNOWN, read_plan

if TYPE_CHECKING:
    from torch import Tensor, nn

    from ml.checkpoints.checkpoint import Checkpoint

_ACTIVATIONS: Final = {
    "SiLU": "nn.SiLU()",
    "Hardswish": "nn.Hardswish()",
    "LeakyReLU": "nn.LeakyReLU(0.1)",
    "ReLU": "nn.ReLU()",
    "ReLU6": "nn.ReLU6()",
    "Mish": "nn.Mish()",
}
_CONVOLUTIONS: Final = ("models.common.Conv", "models.common.DWConv")


def checked_configuration(config: dict[str, Any], modules: Sequence[Module], limits: Limits) -> dict[str, Any]:
    """``config`` completed with the activations that the yaml does not tell.

    Releases changed the default activation in code (Hardswish in v3, SiLU since v4.0) and left the yaml alone, so
    that only the pickled modules know. Raises ``Refused`` (``invalid_configuration``, ``unsupported_layer``).
    """
    layers = _checked_rows(config, limits)
    _require_wiring(layers, modules)
    activation = _activation_of(modules, _CONVOLUTIONS)
    return _complete(config, activation, _activation_of(modules, ("models.common.BottleneckCSP",)))


def checked_named_configuration(config: dict[str, Any], csp_activation: Any, limits: Limits) -> dict[str, Any]:
    """``config``, where no module says anything more: its activations are those that it states.

    Raises ``Refused`` (``invalid_configuration``, ``unsupported_layer``).
    """
    _checked_rows(config, limits)
    if csp_activation is not None and csp_activation not in _ACTIVATIONS.values():
        raise refusal("invalid_configuration", detail=f"csp_activation = {csp_activation}")
    return _complete(config, config.get("activation"), csp_activation)


def _checked_rows(config: dict[str, Any], limits: Limits) -> list[Row]:
    layers = rows(config, limits)
    require_known(layers, KNOWN)
    require_few_blocks(layers, config.get("depth_multiple", 1.0), limits)
    return layers


def _complete(config: dict[str, Any], activation: str | None, csp_activation: str | None) -> dict[str, Any]:
    complete = {**config, "activation": activation, "csp_activation": csp_activation}
    try:
        read_plan(complete)
    except Refused as refused:  # its sentence is about a description typed by hand
        raise refusal("invalid_configuration", detail="backbone, head, anchors") from refused
    return complete


def _activation_of(modules: Sequence[Module], owners: Sequence[str]) -> str | None:
    paths = {f"{module.path}.act" for module in modules if module.name in owners}
    kinds = {module.name.rpartition(".")[2] for module in modules if module.path in paths} - {"Identity"}
    if not kinds:
        return None
    kind = kinds.pop()
    if kinds or kind not in _ACTIVATIONS:
        raise refusal("invalid_configuration", detail=f"activation = {kind}")
    return _ACTIVATIONS[kind]


def _require_wiring(layers: Sequence[Row], modules: Sequence[Module]) -> None:
    """Each layer's own index and sources, where the file states them, are those of its line of the yaml."""
    stated = {module.path: module.stated for module in modules}
    for index, row in enumerate(layers):
        layer = stated.get(f"model.{index}", {})
        found = layer.get("f", row.sources)
        if layer.get("i", index) != index or (found if isinstance(found, tuple) else (found,)) != row.sources:
            raise refusal("layers_differ", name=f"model.{index}", found=found, expected=row.sources)


def blueprint(checkpoint: "Checkpoint") -> "nn.Module":
    """The network on the meta device. Raises ``Refused``."""
    import torch

    from ml.zoo.yolov5 import build_network

    with torch.device("meta"):
        return build_network(checkpoint.config)


def finish(network: "nn.Module", picture: "Tensor") -> list[int]:
    """The strides in pixels, from the sizes of the raw heads for ``picture`` (1, 3, H, W)."""
    import torch

    heads = network(picture)[1]
    strides = [picture.shape[2] // head.shape[2] for head in heads]
    network.get_submodule("model")[-1].stride = torch.tensor(strides, dtype=torch.float32)  # type: ignore[index]
    return strides

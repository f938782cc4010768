"""Every name that real YOLO detection checkpoints ask for, from YOLOv5 v3.1 (2020) to ultralytics 8.4 (2026).

A second wall: no name is ever imported, so a name missing here costs a student a refusal, never the machine.
Spellings differ by era (``ultralytics.nn.modules.Conv`` before 8.0.90, ``ultralytics.nn.modules.conv.Conv``
after; ``numpy.core`` and ``numpy._core``; ``pathlib._local`` in Python 3.13).
"""

import re
from typing import Final


def _names(module: str, classes: str) -> frozenset[str]:
    return frozenset(f"{module}.{name}" for name in classes.split())


_TORCH_LAYERS: Final = {
    "container": "Sequential ModuleList",
    "conv": "Conv2d ConvTranspose2d",
    "batchnorm": "BatchNorm2d",
    "activation": "SiLU ReLU ReLU6 LeakyReLU Hardswish Sigmoid Mish GELU PReLU ELU MultiheadAttention",
    "linear": "Linear Identity NonDynamicallyQuantizableLinear",
    "normalization": "LayerNorm",
    "dropout": "Dropout",
    "pooling": "MaxPool2d AvgPool2d AdaptiveAvgPool2d",
    "upsampling": "Upsample",
    "padding": "ZeroPad2d",
    "loss": "BCEWithLogitsLoss BCELoss",
}
_YOLOV5_LAYERS: Final = {
    "models.yolo": "Model DetectionModel Detect",
    "models.common": (
        "Conv DWConv DWConvTranspose2d TransformerLayer TransformerBlock Bottleneck BottleneckCSP CrossConv C3 C3x"
        " C3TR C3SPP C3Ghost SPP SPPF Focus GhostConv GhostBottleneck Contract Expand Concat"
    ),
    "models.experimental": "MixConv2d Sum CrossConv",
}
_ULTRALYTICS_LAYERS: Final = {
    "conv": (
        "Conv Conv2 LightConv DWConv DWConvTranspose2d ConvTranspose Focus GhostConv RepConv Concat Index"
        " ChannelAttention SpatialAttention CBAM"
    ),
    "block": (
        "DFL SPP SPPF C1 C2 C2f C3 C3x C3TR C3Ghost GhostBottleneck Bottleneck BottleneckCSP RepC3 C3k2 C3k C2fPSA"
        " C2PSA PSA PSABlock SCDown CIB C2fCIB RepVGGDW Attention RepNCSPELAN4 RepCSP RepBottleneck ELAN1 ADown AConv"
        " SPPELAN CBLinear CBFuse Silence A2C2f ABlock AAttn Area HGStem HGBlock ResNetLayer ResNetBlock"
    ),
    "transformer": "TransformerBlock TransformerLayer",
    "head": "Detect v10Detect",
}
_LOSS_CLASSES: Final = "v8DetectionLoss BboxLoss DFLoss Loss E2EDetectLoss v10DetectLoss E2ELoss"

YOLOV5_ROOTS: Final = _names("models.yolo", "Model DetectionModel")
ULTRALYTICS_ROOTS: Final = _names("ultralytics.nn.tasks", "DetectionModel YOLOv10DetectionModel")

#: Classes that may stand in the tree of modules.
MODULES: Final[frozenset[str]] = ULTRALYTICS_ROOTS.union(
    *(_names(f"torch.nn.modules.{file}", classes) for file, classes in _TORCH_LAYERS.items()),
    *(_names(module, classes) for module, classes in _YOLOV5_LAYERS.items()),
    *(_names(f"ultralytics.nn.modules.{file}", classes) for file, classes in _ULTRALYTICS_LAYERS.items()),
    *(_names("ultralytics.nn.modules", classes) for classes in _ULTRALYTICS_LAYERS.values()),
)

#: Objects of the training loop that hang on the network; their state is read inert and dropped.
HOLDERS: Final[frozenset[str]] = frozenset().union(
    *(_names(module, "IterableSimpleNamespace") for module in ("ultralytics.utils", "ultralytics.yolo.utils")),
    *(
        _names(module, _LOSS_CLASSES)
        for module in ("ultralytics.utils.loss", "ultralytics.yolo.utils.loss", "ultralytics.yolo.v8.detect.train")
    ),
    *(_names(module, "TaskAlignedAssigner") for module in ("ultralytics.utils.tal", "ultralytics.yolo.utils.tal")),
)

REBUILD_TENSOR: Final = "torch._utils._rebuild_tensor_v2"
REBUILD_PARAMETER: Final = "torch._utils._rebuild_parameter"
ORDERED_DICT: Final = "collections.OrderedDict"
SET: Final = "builtins.set"
LOAD_TYPE: Final = "dill._dill._load_type"  # Windows notebooks: ("set",) stands for the class set

#: Calls that become an :class:`~ml.checkpoints.nodes.Opaque` without being made.
OPAQUE_CALLS: Final[frozenset[str]] = frozenset({SET}).union(
    _names("torch", "Size device"),
    _names("_codecs", "encode"),
    _names("numpy", "dtype ndarray"),
    *(_names(f"numpy.{core}.multiarray", "scalar _reconstruct") for core in ("core", "_core")),
    *(
        _names(module, "PosixPath WindowsPath PurePosixPath PureWindowsPath")
        for module in ("pathlib", "pathlib._local")
    ),
)

#: Storage class → numpy's name on disk (little-endian), bytes per item, whether it holds real numbers.
STORAGES: Final[dict[str, tuple[str, int, bool]]] = {
    "torch.HalfStorage": ("<f2", 2, True),
    "torch.FloatStorage": ("<f4", 4, True),
    "torch.DoubleStorage": ("<f8", 8, True),
    "torch.BFloat16Storage": ("bfloat16", 2, True),
    "torch.LongStorage": ("<i8", 8, False),
    "torch.IntStorage": ("<i4", 4, False),
    "torch.ShortStorage": ("<i2", 2, False),
    "torch.CharStorage": ("<i1", 1, False),
    "torch.ByteStorage": ("<u1", 1, False),
    "torch.BoolStorage": ("bool", 1, False),
}

ALLOWED: Final[frozenset[str]] = frozenset(
    {REBUILD_TENSOR, REBUILD_PARAMETER, ORDERED_DICT, LOAD_TYPE, *MODULES, *HOLDERS, *OPAQUE_CALLS, *STORAGES}
)

_PYTHON_2: Final = {"__builtin__": "builtins"}  # protocol 2 spells builtins as Python 2 did
_NETWORK_CODE: Final = re.compile(
    r"(models|ultralytics\.nn|torch\.nn|torchvision|timm|mmcv|mmdet|mmengine|nets?|network|networks|layers|"
    r"\w{0,40}_?(common|pruned|modules|blocks|layers|yolo\w{0,20}|experimental))(\.[A-Za-z_]\w{0,60}){1,6}",
    re.ASCII,
)


def qualified(module: str, name: str) -> str:
    """The one spelling of a name, whatever Python wrote the file."""
    return f"{_PYTHON_2.get(module, module)}.{name}"


def looks_like_a_layer(name: str) -> bool:
    """Whether an unknown name could be somebody's own layer: a fork of YOLO rather than an attack."""
    return _NETWORK_CODE.fullmatch(name) is not None

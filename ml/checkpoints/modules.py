"""The pickled tree of modules -> the state (arrays by key) and what every module says that it is."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ml.checkpoints.allowlist import HOLDERS, MODULES, SET
from ml.checkpoints.limits import Limits
from ml.checkpoints.nodes import Instance, Opaque, TensorView
from ml.checkpoints.sentences import refusal
from ml.checkpoints.tensors import Array, Materializer, dtype_name

_KEY: Final = re.compile(r"[A-Za-z_]\w{0,63}", re.ASCII)
_CHILD: Final = re.compile(r"\w{1,64}", re.ASCII)
_HOOKS: Final = (
    "_forward_hooks",
    "_forward_pre_hooks",
    "_backward_hooks",
    "_backward_pre_hooks",
    "_state_dict_hooks",
    "_state_dict_pre_hooks",
    "_load_state_dict_pre_hooks",
    "_load_state_dict_post_hooks",
)
_STALE: Final = frozenset({"anchor_grid"})  # up to v5.0 a buffer of Detect, computed again from its anchors
_LONGEST_VALUE: Final = 64
_MOST_NUMBERS: Final = 16
_MOST_NAMES: Final = 64  # of a module's non-persistent buffers

_NAMES: Final = (
    "in_channels out_channels kernel_size stride padding dilation groups output_padding padding_mode transposed"
    " num_features eps affine track_running_stats scale_factor size mode align_corners ceil_mode output_size"
    " return_indices count_include_pad negative_slope alpha approximate in_features out_features"
    " embed_dim num_heads key_dim head_dim batch_first normalized_shape elementwise_affine area all_head_dim scale"
    " d i f nc no nl na reg_max add c c1 c2 n g shortcut gain idx index layer_type"
)
#: Attributes that change what a module computes; others (training, type, number of parameters) do not.
HYPERPARAMETERS: Final = frozenset(_NAMES.split())


@dataclass(frozen=True, slots=True)
class Module:
    """One module of the pickled tree: its path, the class it names and the hyper-parameters it states."""

    path: str
    name: str
    stated: dict[str, Any]


@dataclass(slots=True)
class Tree:
    """A whole network as pickled. ``state`` and ``dtypes`` have the keys of PyTorch's ``state_dict()``."""

    modules: list[Module] = field(default_factory=list)
    state: dict[str, Array] = field(default_factory=dict)
    dtypes: dict[str, str] = field(default_factory=dict)
    parameters: int = 0


def walk(root: Instance, materializer: Materializer, limits: Limits) -> Tree:
    """Read every module below ``root``, in PyTorch's own order.

    Raises ``Refused``: ``module_tree``, ``module_hooks``, ``tensors_too_many``, ``too_many_parameters``,
    ``negative_variance`` and those of :meth:`Materializer.array`.
    """
    tree = Tree()
    seen: set[int] = set()
    waiting: list[tuple[str, Any, int]] = [("", root, 0)]
    while waiting:
        path, node, depth = waiting.pop()
        state = _module_state(node, path)
        if id(node) in seen and not node.name.startswith("torch.nn."):  # v7 shares one activation everywhere
            raise refusal("module_tree", name=path)
        seen.add(id(node))
        if depth > limits.module_depth or len(tree.modules) >= limits.modules:
            raise refusal("tensors_too_many")
        tree.modules.append(Module(path, node.name, dict(_stated(state))))
        _read_tensors(tree, path, state, materializer, limits)
        children = [(_join(path, key), child, depth + 1) for key, child in _children(state, path)]
        waiting.extend(reversed(children))
    return tree


def _module_state(node: Any, path: str) -> dict[str, Any]:
    if type(node) is not Instance or node.name not in MODULES or node.state is None:
        raise refusal("module_tree", name=path)
    for hooks in _HOOKS:
        if node.state.get(hooks):
            raise refusal("module_hooks", name=path or node.name)
    if "forward" in node.state:  # fuse() and patches put a function where the class has its own
        raise refusal("module_hooks", name=path or node.name)
    return node.state


def _stated(state: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for key in HYPERPARAMETERS & state.keys():
        value = state[key]
        if value is None or type(value) in (bool, int, float):
            yield key, value
        elif type(value) is str:
            yield key, value[:_LONGEST_VALUE]
        elif type(value) in (list, tuple) and _are_few_numbers(value):
            yield key, tuple(value)


def _are_few_numbers(values: Sequence[Any]) -> bool:
    return len(values) <= _MOST_NUMBERS and all(type(item) in (int, float) for item in values)


def _children(state: dict[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    children = state.get("_modules")
    if not isinstance(children, dict):
        raise refusal("module_tree", name=path)
    for key, child in children.items():
        if type(key) is not str or _CHILD.fullmatch(key) is None:
            raise refusal("module_tree", name=path)
        is_loss = key == "criterion" or (type(child) is Instance and child.name in HOLDERS)
        if child is not None and not is_loss:
            yield key, child


def _read_tensors(tree: Tree, path: str, state: dict[str, Any], materializer: Materializer, limits: Limits) -> None:
    unsaved = _non_persistent(state) | _STALE
    for group in ("_parameters", "_buffers"):
        tensors = state.get(group)
        if not isinstance(tensors, dict):
            raise refusal("module_tree", name=path)
        for key, view in tensors.items():
            if type(key) is not str or _KEY.fullmatch(key) is None:
                raise refusal("module_tree", name=path)
            if view is None or key in unsaved:
                continue
            name = _join(path, key)
            if type(view) is not TensorView:
                raise refusal("module_tree", name=name)
            array = materializer.array(view, name)
            if key == "running_var" and array.size and float(array.min()) < 0:
                raise refusal("negative_variance", name=name)
            tree.state[name] = array
            tree.dtypes[name] = dtype_name(view)
            if group == "_parameters":
                tree.parameters += array.size
                if tree.parameters > limits.parameters:
                    raise refusal("too_many_parameters", limit=limits.parameters // 1_000_000)


def _non_persistent(state: dict[str, Any]) -> frozenset[str]:
    """Names of the buffers that ``state_dict()`` leaves out."""
    names = state.get("_non_persistent_buffers_set")
    if type(names) is not Opaque or names.name != SET or len(names.arguments) != 1:
        return frozenset()
    listed = names.arguments[0]
    if type(listed) is not list or len(listed) > _MOST_NAMES:
        return frozenset()
    return frozenset(name for name in listed if type(name) is str)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key

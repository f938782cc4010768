"""How big anything in a stranger's file may be: generous to every real YOLO, mean to everything else.

The largest network anybody in a course trains (YOLOv5x6) has 141 million parameters, 1,000 tensors and a
pickle of half a megabyte; each ceiling sits above that and below what would hurt the machine.
"""

from dataclasses import dataclass
from typing import Final

MEBIBYTE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Ceilings of one reading; ``*_bytes`` are bytes, the rest are counts."""

    file_bytes: int = 200 * MEBIBYTE
    zip_entries: int = 20_000
    pickle_bytes: int = 16 * MEBIBYTE
    opcodes: int = 3_000_000
    memo_entries: int = 1_500_000
    open_marks: int = 256
    integer_bytes: int = 16
    string_bytes: int = MEBIBYTE  # v5.0 files carry the text of results.txt, about 40 kB
    unknown_names: int = 64
    module_depth: int = 32
    modules: int = 5_000
    tensors: int = 5_000
    tensor_dimensions: int = 5
    tensor_extent: int = 1 << 31  # ceiling of every size, stride and offset, in elements
    tensor_bytes: int = 700 * MEBIBYTE  # all tensors together, as float32
    parameters: int = 160_000_000
    plain_depth: int = 12
    plain_nodes: int = 200_000
    plain_string: int = 4_096
    classes: int = 10_000
    class_name_bytes: int = 200
    image_size: int = 16_384
    layers_least: int = 3
    layers: int = 200
    layer_repeats: int = 60
    blocks: int = 600  # of all layers together, repeats counted; YOLOv9e has about 150
    layer_argument: int = 8_192
    multiple_least: float = 0.01
    multiple: float = 4.0
    onnx_parts: int = 400_000  # fields of all messages together; YOLO's largest graph has about 60,000
    onnx_packed_bytes: int = 64 * MEBIBYTE  # of lists of integers, which grow eightfold in memory
    onnx_nodes: int = 20_000
    onnx_initializers: int = 20_000
    onnx_edges: int = 2_048  # inputs, or outputs, of one node
    onnx_name: int = 512
    onnx_attribute_list: int = 4_096
    onnx_attribute_text: int = 1_024
    onnx_dimensions: int = 8
    onnx_least_side: int = 32
    onnx_most_side: int = 1_536
    onnx_batch: int = 64
    onnx_outputs: int = 8
    onnx_activation: int = 1 << 28  # elements of one tensor between two nodes
    onnx_shape_numbers: int = 4_096  # of one tensor that a shape is computed from
    onnx_shape_numbers_together: int = 1 << 18  # of all of them; YOLO's exports have about 200
    onnx_gflops: float = 5_000.0  # of one picture; YOLOv5x6 at 1,280 pixels takes 840
    safetensors_header_bytes: int = MEBIBYTE
    notes_text: int = 1 << 15  # a configuration written beside the weights
    metadata_entries: int = 64
    metadata_key: int = 64
    metadata_text: int = 1 << 18


LIMITS: Final = Limits()

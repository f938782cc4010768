"""What people really upload instead of a checkpoint, told from its first bytes."""

import re
from typing import Final

from ml.checkpoints.limits import Limits
from ml.checkpoints.sentences import refusal

_ZIP: Final = b"PK\x03\x04"
_TAR_MAGIC_AT: Final = 257
_HEAD_BYTES: Final = 4096

#: First bytes → refusal. Checked in this order.
_SIGNATURES: Final[tuple[tuple[bytes, str], ...]] = (
    (b"version https://git-lfs.github.com/", "lfs_pointer"),
    (b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", "legacy_format"),  # torch's old magic number
    (b"\x80", "legacy_format"),  # a bare pickle
    (b"PK\x05\x06", "ordinary_zip"),  # an empty one
    (b"7z\xbc\xaf\x27\x1c", "compressed_archive"),
    (b"Rar!", "compressed_archive"),
    (b"\x1f\x8b", "compressed_archive"),
    (b"BZh", "compressed_archive"),
    (b"\xfd7zXZ", "compressed_archive"),
    (b"\x28\xb5\x2f\xfd", "compressed_archive"),
    (b"\xff\xd8\xff", "media_file"),
    (b"\x89PNG", "media_file"),
    (b"GIF8", "media_file"),
    (b"BM", "media_file"),
    (b"RIFF", "media_file"),
    (b"OggS", "media_file"),
    (b"\x1aE\xdf\xa3", "media_file"),  # matroska, webm
    (b"%PDF", "media_file"),
    (b"\x89HDF", "exported_model"),  # Keras
    (b"\x93NUMPY", "exported_model"),
    (b"ptrt", "exported_model"),  # TensorRT
    (b"ftrt", "exported_model"),
)
_SIGNATURES_AT_4: Final[tuple[tuple[bytes, str], ...]] = (
    (b"ftyp", "media_file"),  # mp4, mov, heic
    (b"TFL3", "exported_model"),
)
_HTML: Final = re.compile(
    rb"\s*(<\?xml[^>]*>\s*)?(<!--.{0,500}?-->\s*)?<(!doctype\s+html|html|head|body)\b", re.I | re.S
)
_ONNX: Final = re.compile(rb"\x08[\x01-\x14][\x12\x1a\x22\x28\x32\x3a\x42\x72]", re.S)  # ModelProto: IR, a field
_READ_ELSEWHERE: Final = {"onnx_file": "onnx", "safetensors_file": "safetensors"}
_TEXT_BYTES: Final = frozenset(range(0x20, 0x7F)) | frozenset(b"\t\r\n\x0c") | frozenset(range(0x80, 0x100))


def format_of(buffer: bytes, limits: Limits) -> str:
    """ "pt", "safetensors" or "onnx", from the first bytes.

    Raises ``Refused`` with a code of its own for each thing else that students were seen to send.
    """
    kind = "" if not buffer or buffer.startswith(_ZIP) else _kind(buffer[:_HEAD_BYTES])
    if kind in _READ_ELSEWHERE:
        return _READ_ELSEWHERE[kind]
    require_torch_zip(buffer, limits)
    return "pt"


def require_torch_zip(buffer: bytes, limits: Limits) -> None:
    """Return when the file could be a checkpoint of PyTorch ≥ 1.6; otherwise say what it is instead.

    Raises ``Refused`` with a code of its own for each thing that students were seen to send.
    """
    if not buffer:
        raise refusal("empty")
    if len(buffer) > limits.file_bytes:
        raise refusal("file_too_big", limit=limits.file_bytes >> 20)
    if buffer.startswith(_ZIP):
        return
    raise refusal(_kind(buffer[:_HEAD_BYTES]))


def _kind(head: bytes) -> str:
    for signature, code in _SIGNATURES:
        if head.startswith(signature):
            return code
    for signature, code in _SIGNATURES_AT_4:
        if head[4:].startswith(signature):
            return code
    if head[_TAR_MAGIC_AT:].startswith(b"ustar"):
        return "tar_format"
    if _HTML.match(head.removeprefix(b"\xef\xbb\xbf")):
        return "html_page"
    if len(head) > 9 and head[8:9] == b"{" and int.from_bytes(head[:8], "little") < 1 << 32:
        return "safetensors_file"
    if _ONNX.match(head):
        return "onnx_file"
    return "text_file" if all(byte in _TEXT_BYTES for byte in head) else "not_a_checkpoint"

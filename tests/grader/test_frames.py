"""The pipe between a sealed child and the grader: every byte on it may be an attacker's."""

import json
import os
import struct

import pytest

from grader.frames import HEADER_BYTES, Frame, FrameReader, ProtocolError, write_frame


def encoded(header: object, payload: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<I", len(text)) + text + payload


def reader(payload_bytes: int = 100, total_bytes: int = 10_000) -> FrameReader:
    return FrameReader(payload_bytes=payload_bytes, total_bytes=total_bytes)


def test_what_the_child_writes_is_what_the_grader_reads() -> None:
    read, write = os.pipe()
    write_frame(write, "boxes", b"\x00\x01", image=3)
    write_frame(write, "done")
    os.close(write)
    data = os.read(read, 1000)
    os.close(read)
    assert list(reader().feed(data)) == [Frame("boxes", {"image": 3}, b"\x00\x01"), Frame("done", {}, b"")]


def test_frames_may_arrive_one_byte_at_a_time() -> None:
    data = encoded({"type": "boxes", "bytes": 3}, b"abc") + encoded({"type": "done", "bytes": 0})
    listener = reader()
    found = [frame for byte in data for frame in listener.feed(bytes([byte]))]
    assert [frame.type for frame in found] == ["boxes", "done"]
    assert found[0].payload == b"abc"
    assert not listener.inside_frame


def test_a_frame_cut_short_is_noticed() -> None:
    listener = reader()
    assert list(listener.feed(encoded({"type": "boxes", "bytes": 3}, b"ab"))) == []
    assert listener.inside_frame


@pytest.mark.parametrize(
    "data",
    [
        struct.pack("<I", 0),
        struct.pack("<I", 0xFFFFFFFF),
        struct.pack("<I", HEADER_BYTES + 1),
        struct.pack("<I", 4) + b"\xff\xfe\xfd\xfc",
        struct.pack("<I", 4) + b"[1,]",
        struct.pack("<I", 2) + b"[]",
        encoded({"bytes": 0}),
        encoded({"type": 7, "bytes": 0}),
        encoded({"type": "x" * 21, "bytes": 0}),
        encoded({"type": "boxes"}),
        encoded({"type": "boxes", "bytes": -1}),
        encoded({"type": "boxes", "bytes": 101}),
        encoded({"type": "boxes", "bytes": True}),
        encoded({"type": "boxes", "bytes": float("nan")}),
        struct.pack("<I", 60_000) + b"[" * 60_000,
        b"PK\x03\x04 this is not a frame at all",
    ],
)
def test_bytes_that_are_no_frame_are_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        list(reader(total_bytes=1 << 20).feed(data))


def test_what_was_said_before_the_first_lie_is_still_heard() -> None:
    heard = reader().feed(encoded({"type": "sealed", "bytes": 0}) + struct.pack("<I", 0))
    assert next(heard).type == "sealed"
    with pytest.raises(ProtocolError):
        next(heard)


def test_a_child_that_talks_without_end_is_cut_off() -> None:
    listener = reader(total_bytes=1_000)
    frame = encoded({"type": "boxes", "bytes": 0})
    said = (heard for _ in range(100) for heard in listener.feed(frame))
    with pytest.raises(ProtocolError, match="more than"):
        list(said)

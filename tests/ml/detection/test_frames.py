"""Looking at pictures and videos: boxes in their own pixels, drawn, and playable in a browser."""

import json
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from fixtures.hostile.media import FILMS, NEIGHBOUR
from ml.checkpoints import read_checkpoint
from ml.detection.detections import Detections, no_detections
from ml.detection.drawing import draw
from ml.detection.frames import DETECTION_SETTINGS, detect_frames
from ml.detection.letterbox import read_image_rgb
from ml.engines.opening import open_engine
from ml.errors import Refused
from ml.video import open_video
from tests.films import BrowserVideo


def test_boxes_are_drawn_on_a_copy_with_a_color_per_class() -> None:
    image = np.zeros((200, 300, 3), np.uint8)
    found = Detections(
        np.array([[50, 60, 150, 160], [-20, -20, 400, 400]], np.float32),
        np.array([0.9, 0.5], np.float32),
        np.array([0, 1]),
    )
    drawn = draw(image, found, ["tasse", "clé à molette"])
    assert not image.any()
    assert drawn.shape == image.shape
    assert drawn[110, 50].any()  # the left side of the first box
    assert not drawn[110, 100].any()  # its inside
    assert (draw(image, no_detections(), []) == image).all()


def test_a_video_is_written_as_browsers_want_it_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    frames = [np.full((51, 65, 3), 20 * number, np.uint8) for number in range(8)]
    with BrowserVideo(path, Fraction(25)) as video:
        for frame in frames:
            video.write(frame)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
    content = path.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")  # it plays while it loads
    with open_video(path) as film:
        seen = list(film.frames)
        assert film.rate == 25
    assert [frame.shape for frame in seen] == [(50, 64, 3)] * 8
    assert abs(int(seen[5].mean()) - 100) < 6


@pytest.mark.parametrize("content", [b"", b"GIF89a but not really", b"\x00\x00\x00\x18ftypmp42 cut short"])
def test_a_file_that_is_no_video_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    with pytest.raises(Refused, match="unreadable_video"), open_video(path) as film:
        list(film.frames)


@pytest.mark.parametrize("case", FILMS)
def test_a_film_that_is_something_else_opens_no_other_file(case: str, tmp_path: Path) -> None:
    with BrowserVideo(tmp_path / NEIGHBOUR, Fraction(25)) as video:
        video.write(np.zeros((32, 32, 3), np.uint8))
    path = tmp_path / "film.mp4"
    path.write_bytes(FILMS[case]())
    with pytest.raises(Refused, match="unreadable_video"), open_video(path) as film:
        list(film.frames)


def test_ffmpeg_left_to_itself_follows_a_list_to_the_neighbouring_film(tmp_path: Path) -> None:
    with BrowserVideo(tmp_path / NEIGHBOUR, Fraction(25)) as video:
        video.write(np.zeros((32, 32, 3), np.uint8))
    path = tmp_path / "film.mp4"
    path.write_bytes(FILMS["a list of other films"]())
    with av.open(str(path)) as container:
        assert container.format.name == "concat"
        assert len(list(container.decode(video=0))) == 1


@pytest.mark.slow
@pytest.mark.parametrize("picture", ["bus", "zidane"])
@pytest.mark.parametrize(("letterbox", "case"), [("rectangular", "rect_auto"), ("square", "square640")])
def test_real_pictures_show_what_upstream_sees(reference_data: Path, picture: str, letterbox: str, case: str) -> None:
    """YOLOv5 v6.2's detect.py with the COCO weights: boxes to 0.05 pixel, confidences to 1e-4."""
    facts = json.loads((reference_data / "reference_eval.json").read_text())["detect"]
    expected = facts[f"{picture}|{case}|fused|conf0.25|iou0.45"]
    checkpoint = read_checkpoint(reference_data / "weights" / "coco_yolov5n.pt")
    settings = type(DETECTION_SETTINGS)(**{**DETECTION_SETTINGS.to_json(), "letterbox": letterbox})
    image = read_image_rgb(reference_data / "dataset" / f"{picture}.jpg")
    ((_, found),) = detect_frames(open_engine(checkpoint), [image], settings)
    np.testing.assert_allclose(found.xyxy, expected["boxes_xyxy_orig_px"], atol=0.05)
    np.testing.assert_allclose(found.confidence, expected["conf"], atol=1e-4)
    assert found.class_index.tolist() == expected["cls"]

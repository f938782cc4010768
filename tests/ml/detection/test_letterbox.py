"""Pictures on canvases: the pixels that the network sees, and the way back."""

import hashlib
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from ml.detection.geometry import Geometries, Geometry, boxes_to_native, labels_to_native, labels_where_drawn
from ml.detection.letterbox import place, read_image_rgb, resize_for_detection, resize_for_evaluation
from ml.errors import Refused


def picture(height: int, width: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_the_odd_row_of_the_border_goes_below_and_to_the_right() -> None:
    canvas = np.zeros((7, 8, 3), np.uint8)
    image = np.full((4, 3, 3), 9, np.uint8)
    place(image, canvas)
    rows, columns = np.nonzero(canvas[..., 0] == 9)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (1, 4, 2, 4)
    assert (canvas[..., 0] == 114).sum() == 7 * 8 - 12


@pytest.mark.parametrize(("height", "width"), [(480, 640), (427, 640), (640, 429), (333, 500), (1080, 810), (2, 900)])
def test_pixels_equal_those_of_a_border_made_by_opencv(height: int, width: int) -> None:
    image, size = picture(height, width), 320
    ratio = size / max(height, width)
    kind = cv2.INTER_AREA if ratio < 1 else cv2.INTER_LINEAR
    expected = cv2.resize(image, (int(width * ratio), max(1, int(height * ratio))), interpolation=kind)
    across, down = (size - expected.shape[1]) / 2, (size - expected.shape[0]) / 2
    expected = cv2.copyMakeBorder(
        expected,
        round(down - 0.1),
        round(down + 0.1),
        round(across - 0.1),
        round(across + 0.1),
        cv2.BORDER_CONSTANT,
        value=(114, 114, 114),
    )
    canvas = np.empty((size, size, 3), np.uint8)
    place(resize_for_evaluation(image, size), canvas)
    np.testing.assert_array_equal(canvas, expected)


def test_a_picture_of_the_right_size_is_not_touched() -> None:
    image = picture(320, 200)
    assert resize_for_evaluation(image, 320) is image
    assert resize_for_detection(image, 320) is image


def test_a_strip_keeps_at_least_one_pixel() -> None:
    assert resize_for_evaluation(picture(2, 3000), 320).shape == (1, 320, 3)
    assert resize_for_detection(picture(3000, 2), 320).shape == (320, 1, 3)


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff\xe0 not a JPEG after all", b"<html>404</html>"])
def test_a_file_that_is_no_picture_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "frame.jpg"
    path.write_bytes(content)
    with pytest.raises(Refused) as caught:
        read_image_rgb(path)
    assert caught.value.code == "unreadable_image"
    assert "frame.jpg" in caught.value.reason["fr"]


def test_a_picture_is_read_in_rgb(tmp_path: Path) -> None:
    red = np.zeros((4, 4, 3), np.uint8)
    red[..., 2] = 255  # OpenCV writes blue, green, red
    cv2.imwrite(str(tmp_path / "red.png"), red)
    assert read_image_rgb(tmp_path / "red.png")[0, 0].tolist() == [255, 0, 0]


def test_boxes_find_back_to_the_picture_and_stay_inside() -> None:
    geometry = Geometry(native=(240, 320), resized=(480, 640), canvas=(640, 640))
    boxes = np.array([[100, 180, 300, 380], [-50, 0, 700, 640]], np.float32)
    np.testing.assert_allclose(boxes_to_native(boxes, geometry), [[50, 50, 150, 150], [0, 0, 320, 240]])


def test_labels_find_their_pixels() -> None:
    geometry = Geometry(native=(240, 320), resized=(480, 640), canvas=(640, 640))
    labels = np.array([[3, 0.5, 0.5, 0.25, 0.5]], np.float32)
    np.testing.assert_allclose(labels_to_native(labels, geometry), [[3, 120, 60, 200, 180]], rtol=1e-5)


def test_boxes_of_many_pictures_at_once_are_those_of_each_to_the_bit() -> None:
    generator = np.random.default_rng(0)
    pictures = [
        Geometry(native=(333, 500), resized=(213, 320), canvas=(320, 320)),
        Geometry(native=(480, 640), resized=(240, 320), canvas=(256, 320)),
        Geometry(native=(641, 427), resized=(320, 213), canvas=(320, 224)),
    ]
    image = np.repeat(np.arange(3), 50)
    boxes = generator.uniform(-20, 340, (150, 4)).astype(np.float32)
    labels = np.hstack((np.zeros((150, 1)), generator.uniform(0.1, 0.5, (150, 4)))).astype(np.float32)
    together = Geometries.of(pictures, image)
    for function, values in ((boxes_to_native, boxes), (labels_to_native, labels), (labels_where_drawn, labels)):
        each = [function(values[image == number], picture) for number, picture in enumerate(pictures)]
        np.testing.assert_array_equal(function(values, together), np.concatenate(each))


def test_labels_where_they_were_drawn_are_multiplied_and_no_more() -> None:
    labels = np.array([[3, 0.5, 0.5, 0.25, 0.5]], np.float32)
    truncated = Geometry(native=(333, 500), resized=(213, 320), canvas=(320, 320))
    np.testing.assert_allclose(labels_where_drawn(labels, truncated), [[187.5, 83.25, 312.5, 249.75]])


def test_labels_and_boxes_of_no_object_keep_their_shape() -> None:
    geometry = Geometry((10, 10), (32, 32), (32, 32))
    assert labels_to_native(np.zeros((0, 5), np.float32), geometry).shape == (0, 5)
    assert boxes_to_native(np.zeros((0, 4), np.float32), geometry).shape == (0, 4)


def test_a_truncated_side_shifts_labels_as_upstream_does() -> None:
    """333 × 500 becomes 213 × 320 (213.12 truncated): native pixels are reached by the height's gain alone."""
    geometry = Geometry(native=(333, 500), resized=(213, 320), canvas=(320, 320))
    labels = np.array([[0, 0.5, 0.5, 0.2, 0.2]], np.float32)
    expected = np.array([128, 85.2, 192, 127.8]) * 333 / 213
    np.testing.assert_allclose(labels_to_native(labels, geometry)[0, 1:], expected, rtol=1e-5)


def test_a_real_picture_gives_the_pixels_of_the_reference(reference_data: Path) -> None:
    facts = json.loads((reference_data / "reference_eval.json").read_text())
    expected = facts["activations_bus_640_square_coco_yolov5n"]["input_sha256_uint8_rgb_chw"]
    canvas = np.empty((640, 640, 3), np.uint8)
    place(resize_for_detection(read_image_rgb(reference_data / "dataset" / "bus.jpg"), 640), canvas)
    assert hashlib.sha256(canvas.transpose(2, 0, 1).tobytes()).hexdigest() == expected

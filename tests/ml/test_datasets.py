"""YOLO data sets as people really lay them out, and the sentences that help where they are broken."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from ml.datasets import class_names, label_path, read_dataset, read_labels
from ml.errors import Refused

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Lays out three small pictures: one with two objects, one with an empty label file, one without."""

    def lay_out(**content: object) -> Path:
        for number in range(3):
            image = tmp_path / "images" / "val" / f"frame {number}.png"
            image.parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(image), np.full((8, 16, 3), 40 * number, np.uint8))
        labels = tmp_path / "labels" / "val"
        labels.mkdir(parents=True, exist_ok=True)
        (labels / "frame 0.txt").write_text("0 0.5 0.5 0.25 0.5\n1 0.25 0.25 0.1 0.1\n")
        (labels / "frame 1.txt").write_text("")
        path = tmp_path / "data.yaml"
        path.write_text(yaml.safe_dump({"path": ".", "val": "images/val", "names": ["cat", "dog"], **content}))
        return path

    return lay_out


def refusal(function: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        function()
    assert caught.value.reason["en"] != caught.value.reason["fr"]
    return caught.value


def test_a_folder_becomes_samples_in_path_order(write: Write) -> None:
    split = read_dataset(write()).split("val")
    assert [sample.image.name for sample in split.samples] == ["frame 0.png", "frame 1.png", "frame 2.png"]
    assert split.backgrounds == 1
    assert split.labels_without_image == 0


def test_labels_are_five_numbers_and_a_picture_without_file_has_none(write: Write) -> None:
    dataset = read_dataset(write())
    first, empty, absent = dataset.split("val").samples
    np.testing.assert_allclose(dataset.labels(first), [[0, 0.5, 0.5, 0.25, 0.5], [1, 0.25, 0.25, 0.1, 0.1]])
    assert dataset.labels(first).dtype == np.float32
    assert dataset.labels(empty).shape == (0, 5)
    assert absent.labels is None
    assert dataset.labels(absent).shape == (0, 5)


def test_a_label_file_without_picture_is_counted_and_not_used(write: Write) -> None:
    path = write()
    (path.parent / "labels" / "val" / "nobody.txt").write_text("0 0.5 0.5 0.1 0.1\n")
    split = read_dataset(path).split("val")
    assert len(split.samples) == 3
    assert split.labels_without_image == 1


def test_the_labels_of_another_split_in_the_same_folder_are_not_stray(write: Write) -> None:
    path = write(val="val.txt")
    (path.parent / "val.txt").write_text("images/val/frame 1.png\n")
    assert read_dataset(path).split("val").labels_without_image == 0


@pytest.mark.parametrize("prefix", ["./images/val/", "images/val/", "  images/val/"])
def test_a_list_file_may_be_written_in_three_styles(write: Write, prefix: str) -> None:
    path = write(val="val.txt")
    (path.parent / "val.txt").write_text(f"{prefix}frame 2.png\n\n{prefix}frame 0.png\n{prefix}frame 0.png\n")
    samples = read_dataset(path).split("val").samples
    assert [sample.image.name for sample in samples] == ["frame 0.png", "frame 2.png"]


def test_a_list_may_be_relative_to_the_data_set_rather_than_to_itself(write: Write) -> None:
    path = write(val="lists/val.txt")
    (path.parent / "lists").mkdir()
    (path.parent / "lists" / "val.txt").write_text("images/val/frame 0.png\n")
    assert len(read_dataset(path).split("val").samples) == 1


def test_a_list_that_names_a_missing_picture_is_refused_with_its_line(write: Write) -> None:
    path = write(val="val.txt")
    (path.parent / "val.txt").write_text("images/val/frame 0.png\nimages/val/frame 9.png\n")
    error = refusal(lambda: read_dataset(path).split("val"))
    assert error.code == "bad_list"
    assert "line 2" in error.reason["en"]


def test_several_sources_are_joined_without_counting_a_picture_twice(write: Write) -> None:
    path = write(val=["images/val", "val.txt"])
    (path.parent / "val.txt").write_text("images/val/frame 0.png\n")
    assert len(read_dataset(path).split("val").samples) == 3


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["mug", "key"], ("mug", "key")),
        ({0: "mug", 1: "key"}, ("mug", "key")),
        ({1: "key", 0: "mug"}, ("mug", "key")),
        ([" mug ", 12], ("mug", "12")),
    ],
)
def test_names_are_a_list_or_a_mapping(names: object, expected: tuple[str, ...]) -> None:
    assert class_names(names) == expected


@pytest.mark.parametrize(
    "names", [None, [], {}, {1: "key"}, {0: "mug", 2: "key"}, "mug", [["mug"]], ["mug", "mug "], {"mug": 0}, 5]
)
def test_names_that_do_not_number_the_classes_are_refused(names: object) -> None:
    assert refusal(lambda: class_names(names)).code == "bad_class_names"


@pytest.mark.parametrize(
    ("image", "labels"),
    [
        ("a/images/val/x.jpg", "a/labels/val/x.txt"),
        ("images/a/images/x.y.png", "images/a/labels/x.y.txt"),
        ("class/pair/1/frame_000001.jpg", "class/pair/1/frame_000001.txt"),
        ("my-images/x.jpg", "my-images/x.txt"),
    ],
)
def test_the_last_images_folder_becomes_labels(image: str, labels: str) -> None:
    assert label_path(Path(image)) == Path(labels)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("0 0.5 0.5 0.1", "4 values"),
        ("0 0.5 0.5 0.1 0.1 0.9", "6 values"),
        ("0 0.5 0.5 0.1 ?", "not a number"),
        ("2 0.5 0.5 0.1 0.1", "class 2"),
        ("-1 0.5 0.5 0.1 0.1", "class -1"),
        ("0.5 0.5 0.5 0.1 0.1", "class 0.5"),
        ("nan 0.5 0.5 0.1 0.1", "class nan"),
        ("0 nan 0.5 0.1 0.1", "outside"),
        ("0 inf 0.5 0.1 0.1", "outside"),
        ("0 1.5 0.5 0.1 0.1", "outside"),
        ("0 320 240 64 48", "outside"),
        ("0 -0.1 0.5 0.1 0.1", "outside"),
    ],
)
def test_a_broken_label_line_is_refused_with_its_number(tmp_path: Path, line: str, words: str) -> None:
    path = tmp_path / "frame.txt"
    path.write_text(f"1 0.5 0.5 0.1 0.1\n{line}\n")
    error = refusal(lambda: read_labels(path, 2))
    assert error.code == "bad_labels"
    assert "line 2" in error.reason["en"]
    assert words in error.reason["en"]


def test_a_label_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "frame.txt"
    path.write_bytes(b"\x80\x02}q\x00.\xff")
    assert refusal(lambda: read_labels(path, 2)).code == "bad_labels"


def test_a_line_repeated_counts_once_and_the_order_stays(tmp_path: Path) -> None:
    path = tmp_path / "frame.txt"
    path.write_text("1 0.5 0.5 0.1 0.1\n0 0.5 0.5 0.1 0.1\n1 0.5 0.5 0.1 0.1\n")
    assert read_labels(path, 2)[:, 0].tolist() == [1, 0]


def test_a_polygon_is_read_as_the_box_around_it(tmp_path: Path) -> None:
    path = tmp_path / "frame.txt"
    path.write_text("1 0.2 0.1 0.6 0.3 0.4 0.9\n")
    np.testing.assert_allclose(read_labels(path, 2), [[1, 0.4, 0.5, 0.4, 0.8]], rtol=1e-6)


def test_windows_line_ends_and_a_byte_order_mark_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "frame.txt"
    path.write_bytes("\ufeff0 0.5 0.5 0.1 0.1\r\n".encode())
    assert read_labels(path, 1).shape == (1, 5)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"nc": 3}, "bad_data_yaml"),
        ({"names": None}, "bad_class_names"),
        ({"val": 7}, "bad_data_yaml"),
        ({"val": ["images/val", ""]}, "bad_data_yaml"),
        ({"val": "nowhere"}, "missing_images"),
        ({"val": "labels"}, "missing_images"),
        ({"val": "data.yaml"}, "missing_images"),
    ],
)
def test_a_wrong_description_is_refused(write: Write, content: dict[str, object], code: str) -> None:
    path = write(**content)
    assert refusal(lambda: read_dataset(path).split("val")).code == code


def test_a_split_that_is_not_there_is_refused_with_those_that_are(write: Write) -> None:
    error = refusal(lambda: read_dataset(write()).split("test"))
    assert error.code == "no_such_split"
    assert "val" in error.advice["en"]


@pytest.mark.parametrize("text", ["- a\n- b\n", "just words", "a: [1, 2", "\x00", "!!python/object/apply:os.getcwd []"])
def test_a_file_that_is_not_a_mapping_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "data.yaml"
    path.write_text(text)
    assert refusal(lambda: read_dataset(path)).code == "bad_data_yaml"


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refusal(lambda: read_dataset(tmp_path / "data.yaml")).code == "unreadable_data_yaml"


def test_a_real_collection_has_two_backgrounds_and_two_stray_labels(reference_data: Path, tmp_path: Path) -> None:
    path = tmp_path / "data.yaml"
    names = [f"class {index}" for index in range(80)]
    path.write_text(
        yaml.safe_dump({"path": str(reference_data / "dataset" / "coco128"), "val": "images/train2017", "names": names})
    )
    dataset = read_dataset(path)
    split = dataset.split("val")
    assert len(split.samples) == 128
    assert (split.backgrounds, split.labels_without_image) == (2, 2)
    assert sum(len(dataset.labels(sample)) for sample in split.samples) == 929

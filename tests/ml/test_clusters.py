"""Which pictures belong together: as somebody wrote it down, as file names tell, or each alone."""

from pathlib import Path

import pytest

from fixtures.charlie.dataset import build_dataset
from ml.clusters import clip_of, clusters_of
from ml.datasets import read_dataset
from ml.errors import Refused


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    (tmp_path / "data.yaml").write_text("path: .\ntest: images\nnames: [charlie]\n")
    return tmp_path


def clusters(folder: Path, *names: str) -> list[str]:
    for name in names:
        (folder / "images" / name).touch()
    dataset = read_dataset(folder / "data.yaml")
    return list(clusters_of(dataset, dataset.split("test")))


@pytest.mark.parametrize(
    ("image", "clip"),
    [
        ("images/clip_07_frame_000015.jpg", "images/clip_07_frame"),
        ("images/test/walk-2_0031.png", "images/test/walk-2"),
        ("a/frame_000001.jpg", "a/frame"),
        ("0000001_02999_d_0000005.jpg", "0000001_02999_d"),
        ("images/IMG_0031.jpg", "images/IMG_0031.jpg"),
        ("images/000031.jpg", "images/000031.jpg"),
        ("images/charlie.jpg", "images/charlie.jpg"),
        ("images/video1.jpg", "images/video1.jpg"),
    ],
)
def test_a_frame_s_name_tells_its_clip(image: str, clip: str) -> None:
    assert clip_of(image) == clip


def test_clips_of_the_same_name_in_two_folders_are_two() -> None:
    assert clip_of("a/images/frame_000001.jpg") != clip_of("b/images/frame_000002.jpg")


def test_pictures_that_are_all_of_one_clip_stand_alone(folder: Path) -> None:
    assert len(set(clusters(folder, "frame_1.jpg", "frame_2.jpg", "frame_3.jpg"))) == 3


def test_the_demo_s_pictures_are_in_their_clips(tmp_path: Path) -> None:
    data = build_dataset(tmp_path / "charlie", splits={"test": 3}, frames_per_clip=2, size=(320, 240), crowd=0)
    dataset = read_dataset(data)
    found = clusters_of(dataset, dataset.split("test"))
    assert [found.count(one) for one in dict.fromkeys(found)] == [2, 2, 2]


@pytest.mark.parametrize("name", ["clusters.csv", "videos.csv"])
def test_what_is_written_down_goes_before_names(folder: Path, name: str) -> None:
    (folder / name).write_text("image,cluster\nimages/clip_1_frame_1.jpg,a\nimages/clip_2_frame_1.jpg,a\n")
    if name != "clusters.csv":
        (folder / "data.yaml").write_text(f"path: .\ntest: images\nnames: [charlie]\nclusters: {name}\n")
    found = clusters(folder, "clip_1_frame_1.jpg", "clip_2_frame_1.jpg", "other.jpg")
    assert found == ["a", "a", "images/other.jpg"]


def test_a_link_in_the_folder_is_called_as_it_is_there(folder: Path) -> None:
    store = folder / "store"
    store.mkdir()
    for number in (1, 2):
        (store / f"{number}.jpg").touch()
        (folder / "images" / f"clip_{number}_frame_0.jpg").symlink_to(store / f"{number}.jpg")
    assert clusters(folder) == ["images/clip_1_frame", "images/clip_2_frame"]


def test_a_list_of_one_video_could_not_be_parted_and_leaves_each_picture_alone(folder: Path) -> None:
    (folder / "clusters.csv").write_text("image,cluster\nimages/a.jpg,film\nimages/b.jpg,film\n")
    assert clusters(folder, "a.jpg", "b.jpg") == ["images/a.jpg", "images/b.jpg"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("picture,cluster\n", "line 1"),
        ("image,cluster\na.jpg,\n", "line 2"),
        ("image,cluster\na.jpg\n", "line 2"),
        ("image,cluster\na.jpg,one\na.jpg,two\n", "two clusters"),
        ("image,cluster\na.jpg,\xff\n", "not CSV"),
    ],
)
def test_a_list_that_does_not_hold_is_refused_by_its_line(folder: Path, text: str, words: str) -> None:
    (folder / "clusters.csv").write_bytes(text.encode("latin-1"))
    with pytest.raises(Refused, match=r".") as caught:
        clusters(folder, "a.jpg")
    assert caught.value.code == "bad_clusters"
    assert words in caught.value.reason["en"]


def test_a_list_that_is_not_there_is_refused(folder: Path) -> None:
    (folder / "data.yaml").write_text("path: .\ntest: images\nnames: [charlie]\nclusters: nowhere.csv\n")
    with pytest.raises(Refused, match="clusters"):
        read_dataset(folder / "data.yaml")

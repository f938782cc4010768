"""Folders are named after what people typed, and whatever they typed, they are folders and nothing else."""

import pytest

from datasets.folders import class_folder, folder_name, pair_folder


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("mug", "mug"),
        ("Tasse à café", "tasse-a-cafe"),
        ("  spaces   here ", "spaces-here"),
        ("../../etc/passwd", "etcpasswd"),
        ("..", "x"),
        ("/", "x"),
        ("a/b", "ab"),
        ("C:\\Users", "cusers"),
        ("nul", "x-nul"),
        ("COM1", "x-com1"),
        ("com10", "com10"),
        ("<script>", "script"),
        ("杯子", "x"),
        ("", "x"),
        ("\0", "x"),
        ("-rf", "rf"),
        ("l" * 90, "l" * 40),
        ("12", "12"),
    ],
)
def test_a_name_becomes_a_plain_folder(text: str, folder: str) -> None:
    assert folder_name(text, otherwise="x") == folder


def test_pairs_whose_names_give_one_folder_have_two() -> None:
    assert pair_folder("A 1", 7, ["B", "C"]) == "a-1"
    assert pair_folder("A 1", 7, ["a-1"]) == "a-1-7"
    assert pair_folder("杯", 7, ["子"]) == "pair-7"


def test_a_pair_without_a_class_has_a_folder_too() -> None:
    assert class_folder(None) == "no-class"
    assert class_folder("杯子") == "class"

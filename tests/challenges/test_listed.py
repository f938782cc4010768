"""Lists as people type them: places, types of modules, tensors' shapes."""

from decimal import Decimal

import pytest

from challenges.answers import LONGEST_LIST, Malformed, Numbers, Shapes, Words, preview_answer, read_answer


@pytest.mark.parametrize(
    "text",
    [
        "3, 17",
        "3,17",
        "3 17",
        "3;17",
        "3 et 17",
        "3 & 17",
        "(3, 17)",
        "[(3, 17)]",
        "layer 3, filter 17",
        "Layer 3 then 17",
        "couche 3 filtre 17",
        "couche n° 3, filtre n°17",
        "L3 F17",
        "model.3.conv[17]",
        "model.3.cv1.conv.weight[17]",
        "3 x 17",
        "3×17 px",
    ],
)
def test_a_place_is_read_however_people_write_it(text: str) -> None:
    assert read_answer("layer_inputs", text) == Numbers((Decimal(3), Decimal(17)))
    assert preview_answer("layer_inputs", text) == "3, 17"


@pytest.mark.parametrize(
    ("text", "shown"),
    [("[−1, 6]", "-1, 6"), ("-1 et 6", "-1, 6"), ("1.25 x 1.625", "1.25, 1.625"), ("1,25 x 1,625", "1.25, 1.625")],
)
def test_signs_and_decimals_are_kept(text: str, shown: str) -> None:
    assert preview_answer("layer_inputs", text) == shown


@pytest.mark.parametrize("text", ["", "three", "3 or 17", "3, 17!", "3--17", "1e3", "3, x", "1," * 17 + "1", "9" * 9])
def test_what_is_no_list_of_numbers_is_sent_back(text: str) -> None:
    assert isinstance(read_answer("layer_inputs", text), Malformed)


CONV = ("Conv2d", "BatchNorm2d", "SiLU")


@pytest.mark.parametrize(
    "text",
    [
        "Conv2d, BatchNorm2d, SiLU",
        "conv2d + bn + silu",
        "Conv2d → BatchNorm2d → SiLU",
        "Conv2d -> bn -> swish",
        "nn.Conv2d > nn.BatchNorm2d > nn.SiLU()",
        "Conv2d BatchNorm2d SiLU",
        "conv 2d, batch norm et SiLU",
        "[Conv2d, BatchNorm2d, SiLU]",
        "Conv (conv2d, bn, silu)",
        "Conv2d(3, 16), BatchNorm2d(16), SiLU()",
        "1. Conv2d\n2. BatchNorm2d\n3. SiLU",
        "une convolution, une normalisation et une activation SiLU",
        "(conv): Conv2d(3, 16, kernel_size=(6, 6), bias=False)\n(bn): BatchNorm2d(16, eps=0.001)\n(act): SiLU()",
        "Conv(\n  (conv): Conv2d(3, 16, kernel_size=(6, 6))\n  (bn): BatchNorm2d(16)\n  (act): SiLU(inplace=True)\n)",
    ],
)
def test_types_are_read_however_people_write_them(text: str) -> None:
    assert read_answer("module_types", text) == Words(CONV)


def test_what_repeats_itself_may_be_said_with_a_factor() -> None:
    three = ("MaxPool2d",) * 3
    for text in ("MaxPool2d x3", "3 x MaxPool2d", "3× maxpool", "maxpool, maxpool, maxpool"):
        assert read_answer("module_types", text) == Words(three)


@pytest.mark.parametrize("text", ["", "what?", "Conv2d, FooBar", "12", "Conv2d or SiLU", "Conv2d " * 28])
def test_words_that_name_no_type_are_sent_back(text: str) -> None:
    answer = read_answer("module_types", text)
    assert isinstance(answer, Malformed) or text.startswith("Conv2d Conv2d")


TWO = Shapes(((1, 3, 32, 32), (1, 6, 28, 28)))


@pytest.mark.parametrize(
    "text",
    [
        "1x3x32x32\n1x6x28x28",
        "  1 x 3 x 32 x 32\n\n  1 x 6 x 28 x 28\n",
        "X0 = (1, 3, 32, 32)\nX1 = (1, 6, 28, 28)",
        "X0 1x3x32x32\r\nX1 1x6x28x28",
        "- input: [1, 3, 32, 32]\n- conv1: [1, 6, 28, 28]",
        "1) 1x3x32x32\n2) 1x6x28x28",
        "conv1: torch.Size([1, 3, 32, 32])\nconv2 torch.Size([1, 6, 28, 28])",
        "1x3x32x32; 1x6x28x28",
        "1x3x32x32 → 1x6x28x28",
        "[(1, 3, 32, 32), (1, 6, 28, 28)]",
    ],
)
def test_a_list_of_shapes_is_read_however_people_write_it(text: str) -> None:
    assert read_answer("shape_list", text) == TWO
    assert preview_answer("shape_list", text) == "[2] 1 × 3 × 32 × 32; 1 × 6 × 28 × 28"


def test_a_long_list_may_have_many_lines_and_its_preview_stays_short() -> None:
    text = "\n".join(["1 x 256 x 128 x 128"] * 60)
    assert read_answer("shape_list", text) == Shapes(((1, 256, 128, 128),) * 60)
    shown = preview_answer("shape_list", text)
    assert shown is not None
    assert shown.startswith("[60] ")
    assert len(shown) <= 200


@pytest.mark.parametrize(
    "text", ["", "\n\n", "1x3x32x32\nwhat", "1x3x32x32\n1x", "1\n" * 65, "1x2\n" * (LONGEST_LIST // 4 + 1)]
)
def test_one_line_that_is_no_shape_sends_the_list_back(text: str) -> None:
    assert isinstance(read_answer("shape_list", text), Malformed)


@pytest.mark.parametrize(("text", "shown"), [("3x3", "3"), ("(1, 1)", "1"), ("1e-3", "0.001"), ("0,33", "0.33")])
def test_a_setting_is_a_number_or_the_same_for_both_sides(text: str, shown: str) -> None:
    assert preview_answer("layer_setting", text) == shown

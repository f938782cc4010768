"""What people type, and how it is read."""

import random
import string
from decimal import Decimal

import pytest

from challenges.answers import LONGEST, Malformed, Number, Shape, expected, preview_answer, read_answer
from challenges.kinds import KINDS


@pytest.mark.parametrize(
    "text",
    [
        "1x128x64x64",
        "1 x 128 x 64 x 64",
        "1X128X64X64",
        "1*128*64*64",
        "1×128×64×64",
        "1·128·64·64",
        "(1, 128, 64, 64)",
        "[1,128,64,64]",
        "{1; 128; 64; 64}",
        "1,128,64,64",
        "1 128 64 64",
        "1\u202f128\u00a064\t64",
        "torch.Size([1, 128, 64, 64])",
        "Size([1, 128, 64, 64])",
        "shape: (1, 128, 64, 64)",
        "taille = 1x128x64x64",
        "  (1, 128, 64, 64).  ",
        "(1, 128, 64, 64,)",
        "１ｘ１２８ｘ６４ｘ６４",
    ],
)
def test_a_shape_is_read_however_people_write_it(text: str) -> None:
    assert read_answer("tensor_shape", text) == Shape((1, 128, 64, 64))
    assert preview_answer("tensor_shape", text) == "1 × 128 × 64 × 64"


def test_thousands_may_be_apart_inside_a_shape_that_has_a_separator() -> None:
    assert read_answer("tensor_shape", "(1, 25 200, 85)") == Shape((1, 25200, 85))
    assert read_answer("tensor_shape", "1 x 25\u202f200 x 85") == Shape((1, 25200, 85))


def test_a_shape_of_one_size_is_still_a_shape() -> None:
    assert read_answer("tensor_shape", "(1470,)") == Shape((1470,))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "x",
        "128 canaux",
        "1x128x64x",
        "1x-128x64",
        "1x128.5x64",
        "1x128x64x64x1x1x1x1x1",
        "1xx64",
        "(1, 128",
        "1 x 1e3",
        "9999999999x1",
        "٣x٤",
        "NaN",
        "1x128x64x64; DROP TABLE",
    ],
)
def test_what_is_no_shape_is_sent_back_with_an_example(text: str) -> None:
    answer = read_answer("tensor_shape", text)
    assert isinstance(answer, Malformed)
    assert answer.expected == expected("tensor_shape")
    assert preview_answer("tensor_shape", text) is None


@pytest.mark.parametrize(
    ("text", "value", "step"),
    [
        ("7225885", 7_225_885, 1),
        ("7 225 885", 7_225_885, 1),
        ("7\u202f225\u202f885", 7_225_885, 1),
        ("7\u00a0225\u00a0885", 7_225_885, 1),
        ("7,225,885", 7_225_885, 1),
        ("45.089.374", 45_089_374, 1),
        ("7'225'885", 7_225_885, 1),
        ("7’225’885", 7_225_885, 1),
        ("7_225_885", 7_225_885, 1),
        ("+7225885", 7_225_885, 1),
        ("25,200", 25_200, 1),
        ("25.200", 25_200, 1),
        ("25 200 boîtes", 25_200, 1),
        ("25200 boxes", 25_200, 1),
        ("7,2 M", 7_200_000, 100_000),
        ("7.2M", 7_200_000, 100_000),
        ("7.2m", 7_200_000, 100_000),
        ("7,225 M", 7_225_000, 1_000),
        ("7.225885 M", 7_225_885, 1),
        ("7,2 millions", 7_200_000, 100_000),
        ("7,2 millions de paramètres", 7_200_000, 100_000),
        ("7.2 million parameters", 7_200_000, 100_000),
        ("≈ 7,2 M", 7_200_000, 100_000),
        ("environ 7,2 M", 7_200_000, 100_000),
        ("16,5 GFLOPs", 16_500_000_000, 100_000_000),
        ("16.5 G", 16_500_000_000, 100_000_000),
        ("4.5 gflops", 4_500_000_000, 100_000_000),
        ("16,5 milliards d'opérations", 16_500_000_000, 100_000_000),
        ("16.5 billion", 16_500_000_000, 100_000_000),
        ("7.2B", 7_200_000_000, 100_000_000),
        ("1,5 T", 1_500_000_000_000, 100_000_000_000),
        ("471,9 MMACs", 471_900_000, 100_000),
        ("1.5e6", 1_500_000, 100_000),
        ("1,5E6", 1_500_000, 100_000),
        ("1.5 x 10^6", 1_500_000, 100_000),
        ("1,5·10⁶", 1_500_000, 100_000),
        ("1.5*10**6", 1_500_000, 100_000),
        ("1.234.567,8", Decimal("1234567.8"), Decimal("0.1")),
        ("1,234,567.8", Decimal("1234567.8"), Decimal("0.1")),
        ("0,125", Decimal("0.125"), Decimal("0.001")),
        (".5", Decimal("0.5"), Decimal("0.1")),
        ("25200.", 25_200, 1),
    ],
)
def test_a_count_is_read_however_people_write_it(text: str, value: Decimal, step: Decimal) -> None:
    answer = read_answer("parameter_count", text)
    assert isinstance(answer, Number)
    assert (answer.value, answer.step) == (value, step)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("28.9 MB", 28_900_000),
        ("28,9 Mo", 28_900_000),
        ("4096 KiB", 4096 * 1024),
        ("4 MiB", 4 * 1024**2),
        ("4 Mio", 4 * 1024**2),
        ("28941556 octets", 28_941_556),
        ("28941556 bytes", 28_941_556),
        ("1 ko", 1000),
    ],
)
def test_a_size_in_memory_is_known_for_what_it_is(text: str, value: int) -> None:
    answer = read_answer("parameter_count", text)
    assert isinstance(answer, Number)
    assert answer.value == value
    assert answer.is_bytes
    assert str(answer).endswith(" B")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "beaucoup",
        "7 M de M",
        "7,2,5 M",
        "25 2000",
        "1 2 3",
        "80x80",
        "1e999999",
        "1e9999",
        "1e31",
        "--7",
        "7..2",
        "16.5 GPU",
        "inf",
        "NaN",
        "0x10",
        "7 / 2",
        "1,234.567,8",
    ],
)
def test_what_is_no_count_is_sent_back_with_an_example(text: str) -> None:
    assert read_answer("operation_count", text) == Malformed(expected("operation_count"))


@pytest.mark.parametrize(
    ("text", "value", "digits"),
    [
        ("0.01234", "0.01234", 4),
        ("-0,01234", "-0.01234", 4),
        ("−0.5", "-0.5", 1),
        ("– 0,5", "-0.5", 1),
        ("1.234", "1.234", 4),
        ("1,234", "1.234", 4),
        ("1.2e-2", "0.012", 2),
        ("1,2×10⁻²", "0.012", 2),
        ("-3.1 * 10^(-2)", "-0.031", 2),
        ("tensor(0.0123)", "0.0123", 3),
        ("tensor(-0.0123, grad_fn=<SelectBackward0>)", "-0.0123", 3),
        ("tensor(0.1306, dtype=torch.float16)", "0.1306", 4),
        ("tensor(0.1306, device='cuda:0')", "0.1306", 4),
        ("0", "0", 0),
        ("0.0120", "0.0120", 3),
    ],
)
def test_a_weight_is_a_decimal_number_whatever_its_mark(text: str, value: str, digits: int) -> None:
    answer = read_answer("weight_value", text)
    assert isinstance(answer, Number)
    assert (answer.value, answer.digits) == (Decimal(value), digits)


@pytest.mark.parametrize("text", ["zéro", "1/8", "0.1.2", "nan", "-inf", "0.03 - 0.04", "[0.03]", "0.3 M", "0.3 %"])
def test_what_is_no_weight_is_sent_back(text: str) -> None:
    assert isinstance(read_answer("weight_value", text), Malformed)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "text",
    [
        "9" * 1_000_000,
        "1x" * 500_000,
        "(" * 100_000,
        "1 " * 500_000,
        "1e" + "9" * 100_000,
        "\0",
        "\ud800",
        "\u202e1x2",
        "9" * LONGEST,
        "((((" * 40,
        "1," * 90,
        "1 000" * 30,
        "0." + "0" * 190,
        "tensor(" * 25,
        "d'" * 90,
        "%s%n{0.__class__}",
        "<script>alert(1)</script>",
        "'; DROP TABLE attempts; --",
    ],
    ids=lambda text: repr(text[:12]),
)
def test_a_hostile_text_is_sent_back_at_once_and_breaks_nothing(kind: str, text: str) -> None:
    assert isinstance(read_answer(kind, text), Malformed)


@pytest.mark.parametrize("kind", KINDS)
def test_no_text_at_all_can_make_the_reader_raise(kind: str) -> None:
    generator = random.Random(7)
    alphabet = string.digits * 3 + " .,x×*()[]eE+-^'_MGkKiBo\u202f⁻²é"
    for _ in range(4000):
        text = "".join(generator.choices(alphabet, k=generator.randrange(1, 24)))
        answer = read_answer(kind, text)
        shown = preview_answer(kind, text)
        assert (shown is None) == isinstance(answer, Malformed)


@pytest.mark.parametrize("kind", KINDS)
def test_how_an_answer_was_understood_can_be_typed_again_unless_it_was_rounded(kind: str) -> None:
    for text in ("1x128x64", "25 200", "0,125", "1.5e-3"):
        shown = preview_answer(kind, text)
        if shown is not None:
            assert preview_answer(kind, shown) == shown


def test_a_rounded_count_says_how_far_it_is_rounded() -> None:
    assert preview_answer("parameter_count", "7,2 M") == "7\u202f200\u202f000 ± 50\u202f000"
    assert preview_answer("parameter_count", "7.20 M") == "7\u202f200\u202f000 ± 5\u202f000"

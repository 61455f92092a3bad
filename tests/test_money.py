"""Amounts are read exactly or not at all, and said so that nobody miscounts the zeros."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Refusal
from bot.money import LIMIT, _in_words, find, read, say, spoken, stored

cents = st.integers(min_value=-(10**14) + 1, max_value=10**14 - 1)


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("12000", "12000"),
        ("12,000.50", "12000.50"),
        ("1.2万", "12000"),
        ("1.2万元", "12000"),
        ("3千", "3000"),
        ("1.5亿", "150000000"),
        ("¥3,500", "3500"),
        ("￥3500元整", "3500"),
        ("500块钱", "500"),
        ("-500", "-500"),
        ("-¥500", "-500"),
        ("¥-500", "-500"),
        ("1000000000", "1000000000"),
        ("1.2w", "12000"),
        ("12k", "12000"),
        ("3W元", "30000"),
        ("5千万", "50000000"),
        ("3百", "300"),
        ("五万元", "50000"),
        ("八百", "800"),
        ("八百块", "800"),
        ("三千五百元", "3500"),
        ("两千五", "2500"),
        ("两千零五", "2005"),
        ("一万二", "12000"),
        ("一万二千五", "12500"),
        ("十二万五", "125000"),
        ("一万零五十", "10050"),
        ("十万", "100000"),
        ("一亿五千万", "150000000"),
        ("二百五十块", "250"),
    ],
)
def test_what_people_write_is_read_to_the_cent(written: str, amount: str) -> None:
    assert read(written) == Decimal(amount)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("1e9", "不像金额"),
        ("1.2x", "不像金额"),
        ("1万2", "不像金额"),
        ("1,20", "不像金额"),
        ("1.2.3", "不像金额"),
        ("12000rmb", "不像金额"),
        ("--5", "不像金额"),
        ("-¥-5", "不像金额"),
        ("", "不像金额"),
        ("NaN", "不像金额"),
        ("9" * 500, "不像金额"),
        ("0.001", "最多到分"),
        ("0.0000001万", "最多到分"),
        ("99999999999999", "太大"),
        ("一万二元", "「一万二元」拿不准是多少，金额请用数字写"),
        ("二十万五", "用数字写"),
        ("一亿二", "用数字写"),
        ("一点二万", "用数字写"),
        ("几百块", "用数字写"),
        ("三五百", "用数字写"),
        ("一万半", "用数字写"),
        ("一百零", "用数字写"),
        ("十五", "用数字写"),
        ("万万", "不像金额"),
    ],
)
def test_anything_else_is_asked_for_again(written: str, why: str) -> None:
    with pytest.raises(Refusal, match=why):
        read(written)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("培训 12000", "12000"),
        ("12000 培训", "12000"),
        ("培训,3000,场地", "3000"),
        ("培训 3000 2位讲师", "3000"),
        ("一期 3万", "30000"),
        ("12月1日 第2期 500元", "500"),
        ("10:30 打车 45.5", "45.5"),
        ("培训 3000!", "3000"),
        ("5号楼网络(含税) 800", "800"),
        ("培训 八百 讲师费", "800"),
        ("一期 网络 3k", "3000"),
    ],
)
def test_the_only_amount_of_a_sentence_is_found(text: str, amount: str) -> None:
    found = find(text)

    assert found is not None
    assert found.amount == Decimal(amount)
    assert read(text[found.start : found.end]) == Decimal(amount)


@pytest.mark.parametrize(
    "text", ["", "培训", "培训3000", "3000-5000", "12%", "万", "五", "亿达公司"]
)
def test_a_sentence_without_an_amount_has_none(text: str) -> None:
    assert find(text) is None


@pytest.mark.parametrize("text", ["培训 3000 500", "2026 500元", "3000元 2 位讲师", "1 2 3 4"])
def test_of_two_amounts_none_is_guessed(text: str) -> None:
    with pytest.raises(Refusal, match="个数像金额"):
        find(text)


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("12000", "¥12,000（1.2万）"),
        ("12000.50", "¥12,000.50"),
        ("9999", "¥9,999"),
        ("-20000", "-¥20,000（-2万）"),
        ("0", "¥0"),
        ("0.5", "¥0.50"),
        ("10050", "¥10,050"),
        ("1000000", "¥1,000,000（100万）"),
    ],
)
def test_large_round_amounts_are_said_twice(amount: str, said: str) -> None:
    assert spoken(Decimal(amount)) == said


@given(cents)
def test_what_is_said_is_read_back_as_the_same(value: int) -> None:
    amount = Decimal(value) / 100

    assert read(say(amount)) == amount
    assert read(stored(amount)) == amount
    assert Decimal(stored(amount)) == amount


@given(st.text(max_size=40))
def test_whatever_is_found_in_any_text_is_an_exact_amount(text: str) -> None:
    found = None
    with contextlib.suppress(Refusal):
        found = find(text)

    if found is not None:
        assert abs(found.amount) < LIMIT
        assert found.amount == found.amount.quantize(Decimal("0.01"))
        assert read(text[found.start : found.end]) == found.amount


@given(st.integers(1, 10**9))
def test_a_number_in_words_is_that_number_or_asked_for(value: int) -> None:
    said = _in_words(value)
    if set(said) & set("百千万亿"):
        with contextlib.suppress(Refusal):
            # Without its 零 a last digit counts in the unit below: 一千五 is 1500.
            short = value % 10 and said[-2] in "百千万亿"
            assert short or read(said) == value
    assert read(f"{value}元") == value

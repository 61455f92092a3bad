"""What is nearly right is wrong: padding, base64, text."""

import base64
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Forged
from bot.platforms.feishu.cipher import Cipher, same
from tests.platforms.feishu_events import encrypted, sealed_blocks

KEY = "encrypt-key"
IV = bytes(range(16))
cipher = Cipher(KEY)


@given(st.text())
def test_what_was_encrypted_comes_back(text: str) -> None:
    assert cipher.decrypt(encrypted(text.encode(), key=KEY, iv=IV)) == text


@pytest.mark.parametrize(
    "end",
    [
        bytes([0]),  # no padding at all
        bytes([17]) * 17,
        bytes([32]) * 32,
        bytes([255]),
        bytes([2]),  # a byte short
        bytes([1, 2]),
        bytes([9] * 7 + [8, 9]),
    ],
)
def test_padding_is_whole_or_wrong(end: bytes) -> None:
    blocks = b"a" * (64 - len(end)) + end

    with pytest.raises(Forged):
        cipher.decrypt(sealed_blocks(blocks, key=KEY, iv=IV))


@pytest.mark.parametrize("spoil", ["{}\n", "{}=", "\n{}", "{}!", "{}甲", "-_{}"])
def test_base64_is_strict(spoil: str) -> None:
    good = encrypted(b"hello", key=KEY, iv=IV)
    assert cipher.decrypt(good) == "hello"

    with pytest.raises(Forged):
        cipher.decrypt(spoil.format(good))


@pytest.mark.parametrize("length", [0, 15, 16, 17, 31, 33])
def test_there_is_a_vector_and_at_least_one_block(length: int) -> None:
    with pytest.raises(Forged):
        cipher.decrypt(base64.b64encode(bytes(length)).decode())


@given(st.binary(max_size=80).filter(lambda each: len(each) % 16 != 0))
def test_what_is_wrong_is_not_told(sealed: bytes) -> None:
    with pytest.raises(Forged, match=r"^not encrypted with our key$"):
        cipher.decrypt(base64.b64encode(sealed).decode())


@given(st.binary(min_size=32, max_size=96).map(lambda each: each[: len(each) // 16 * 16]))
def test_any_blocks_are_text_or_forged(sealed: bytes) -> None:
    with contextlib.suppress(Forged):
        assert isinstance(cipher.decrypt(base64.b64encode(sealed).decode()), str)


@pytest.mark.parametrize(
    "given_", ["", "secre", "secret ", "秘密", None, 7, ["secret"], b"secret"]
)
def test_only_the_secret_is_the_same(given_: object) -> None:
    assert same("secret", "secret")
    assert not same("secret", given_)

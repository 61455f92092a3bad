"""Feishu's encryption and signature, read strictly: nothing that is half right passes."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

from cryptography.hazmat.primitives.ciphers import Cipher as BlockCipher
from cryptography.hazmat.primitives.ciphers import algorithms, modes

from bot.errors import Forged

BLOCK = 16


class Cipher:
    """What only Feishu and we can do, because only we know the encrypt key."""

    def __init__(self, encrypt_key: str) -> None:
        self._secret = encrypt_key.encode()
        self._algorithm = algorithms.AES256(hashlib.sha256(self._secret).digest())

    def signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the signature fits these very bytes (not some JSON that means the same)."""
        timestamp = headers.get("x-lark-request-timestamp", "")
        nonce = headers.get("x-lark-request-nonce", "")
        given = headers.get("x-lark-signature", "")
        if not (timestamp and nonce and given):
            return False
        digest = hashlib.sha256(_bytes(timestamp) + _bytes(nonce) + self._secret + body)
        return hmac.compare_digest(digest.hexdigest().encode(), _bytes(given))

    def decrypt(self, encrypted: str) -> str:
        """The plain text. Raises Forged without saying where it went wrong: no oracle."""
        try:
            sealed = base64.b64decode(encrypted, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Forged("not encrypted with our key") from error
        if len(sealed) < 2 * BLOCK or len(sealed) % BLOCK:
            raise Forged("not encrypted with our key")
        decryptor = BlockCipher(self._algorithm, modes.CBC(sealed[:BLOCK])).decryptor()
        padded = decryptor.update(sealed[BLOCK:]) + decryptor.finalize()
        padding = padded[-1]
        if not 1 <= padding <= BLOCK or padded[-padding:] != bytes([padding]) * padding:
            raise Forged("not encrypted with our key")
        try:
            return padded[:-padding].decode("utf-8", "strict")
        except UnicodeDecodeError as error:
            raise Forged("not encrypted with our key") from error


def same(secret: str, given: object) -> bool:
    """Compare in constant time; whatever is no string differs."""
    return isinstance(given, str) and hmac.compare_digest(_bytes(secret), _bytes(given))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")

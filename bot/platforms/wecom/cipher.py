"""WeCom's encryption of callbacks and media files, read more strictly than WeCom's own samples do.

The published implementations accept wrong padding, lengths that do not fit and other receivers.
Whoever can make the bot believe a call can speak in anybody's name, so nothing is lax here.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from urllib.parse import parse_qsl

from cryptography.hazmat.primitives.ciphers import Cipher as Algorithm
from cryptography.hazmat.primitives.ciphers import algorithms, modes

from bot.errors import Forged, Misconfigured, Unreadable

BLOCK = 32  # WeCom pads to 32 bytes, twice the block of AES
HEAD = 20  # 16 random bytes and the length of the message
MAX_AGE = timedelta(hours=8)  # as long as the inbox remembers what it has handled
MAX_AHEAD = timedelta(minutes=5)
MAX_PARAMETERS = 32

_DIGITS = re.compile(r"[0-9]{1,11}")
# Python's own strict reading lets "AAAA=" pass.
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_KEY = re.compile(r"[A-Za-z0-9+/]{43}")


@dataclass(frozen=True, slots=True)
class Seal:
    """What a callback's query claims about its body."""

    signature: str
    timestamp: str
    nonce: str
    echo: str = ""

    @classmethod
    def of(cls, query: str, *, at: datetime, echo: bool = False) -> Self:
        """Read the query of a call that arrived ``at``. Raises Forged.

        A parameter given twice is refused: proxies and libraries disagree on which one counts.
        """
        try:
            pairs = parse_qsl(
                query, keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS
            )
        except ValueError as error:
            raise Forged("the query cannot be read") from error
        names = ("msg_signature", "timestamp", "nonce", *(("echostr",) if echo else ()))
        values = []
        for name in names:
            found = [value for key, value in pairs if key == name]
            if len(found) != 1 or not found[0]:
                raise Forged(f"not exactly one {name}")
            values.append(found[0])
        seal = cls(*values)
        seal._check_age(at)
        return seal

    def _check_age(self, at: datetime) -> None:
        if not _DIGITS.fullmatch(self.timestamp):
            raise Forged("the timestamp is not a number")
        age = at.timestamp() - int(self.timestamp)
        if age > MAX_AGE.total_seconds():
            raise Forged("too old")
        if age < -MAX_AHEAD.total_seconds():
            raise Forged("from the future")


class Cipher:
    """Opens what WeCom sealed for one receiver, and seals the same way."""

    def __init__(self, token: str, aes_key: str, receive_id: str) -> None:
        self._token = token
        self._key = read_key(aes_key)
        self._receive_id = receive_id.encode()

    def open(self, seal: Seal, encrypted: str) -> str:
        """The message inside. Raises Forged if anything at all is not as WeCom does it."""
        if not _BASE64.fullmatch(encrypted):
            raise Forged("the ciphertext is not base64")
        expected = self.sign(encrypted, timestamp=seal.timestamp, nonce=seal.nonce)
        if not hmac.compare_digest(expected.encode(), seal.signature.encode()):
            raise Forged("wrong signature")
        try:
            ciphertext = base64.b64decode(encrypted, validate=True)
            return self._message(_decrypt(self._key, ciphertext)).decode()
        except UnicodeDecodeError as error:
            raise Forged("the message is not UTF-8") from error
        except ValueError as error:
            raise Forged(str(error)) from error

    def _message(self, plain: bytes) -> bytes:
        if len(plain) < HEAD:
            raise ValueError("too short")
        end = HEAD + int.from_bytes(plain[16:HEAD], "big")
        if end > len(plain):
            raise ValueError("the message is longer than its envelope")
        if plain[end:] != self._receive_id:
            raise ValueError("encrypted for another receiver")
        return plain[HEAD:end]

    def seal(self, message: bytes, random16: bytes) -> str:
        """The base64 of the encrypted message; ``random16`` must be new for each message."""
        plain = random16 + len(message).to_bytes(4, "big") + message + self._receive_id
        padding = BLOCK - len(plain) % BLOCK
        encryptor = Algorithm(algorithms.AES(self._key), modes.CBC(self._key[:16])).encryptor()
        ciphertext = encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()
        return base64.b64encode(ciphertext).decode()

    def sign(self, encrypted: str, *, timestamp: str, nonce: str) -> str:
        parts = "".join(sorted((self._token, timestamp, nonce, encrypted)))
        return hashlib.sha1(parts.encode()).hexdigest()  # noqa: S324 - WeCom's choice


def read_key(aes_key: str) -> bytes:
    """The 32 bytes that an EncodingAESKey stands for.

    Genuine keys have arbitrary last bits, so "canonical" base64 must not be asked for.
    """
    if not _KEY.fullmatch(aes_key):
        raise Misconfigured("an encoding_aes_key of WeCom has 43 letters and digits")
    return base64.b64decode(aes_key + "=", validate=True)


def decrypt_media(aes_key: str, ciphertext: bytes) -> bytes:
    """A file that was sent to the bot. Raises Unreadable.

    The key is the EncodingAESKey for callbacks, and comes with each file on a long connection.
    """
    try:
        return _decrypt(read_key(aes_key.removesuffix("=")), ciphertext)
    except (ValueError, Misconfigured) as error:
        raise Unreadable("the file cannot be decrypted") from error


def _decrypt(key: bytes, ciphertext: bytes) -> bytes:
    """Raises ValueError. Every byte of the padding is checked, not only the last."""
    if not ciphertext or len(ciphertext) % 16:
        raise ValueError("the ciphertext is not whole blocks")
    decryptor = Algorithm(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = decryptor.update(ciphertext) + decryptor.finalize()
    padding = plain[-1]
    if not 1 <= padding <= BLOCK or plain[-padding:] != bytes([padding]) * padding:
        raise ValueError("wrong padding")
    return plain[:-padding]

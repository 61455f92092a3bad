"""What a webhook call is wrapped in: signature, encryption, and whose app it is for."""

from typing import Any

from bot.config import FeishuApp
from bot.errors import Forged, Unreadable
from bot.platforms import Answer, Call
from bot.platforms.feishu.cipher import Cipher, same
from bot.platforms.feishu.plain import clean
from bot.platforms.feishu.shape import Json, Odd, parse

# The last retry comes some 7 hours late; what is older is a replay.
OLDEST = 8 * 60 * 60
CLOCK_SKEW = 5 * 60


class Envelope:
    def __init__(self, settings: FeishuApp) -> None:
        self._app_id = settings.app_id
        self._token = settings.verification_token.get_secret_value()
        self._cipher = Cipher(settings.encrypt_key.get_secret_value())

    def open(self, call: Call) -> Json | Answer:
        """The event, proven to be Feishu's and ours; or the answer to the address check.

        Raises Unreadable for what is no envelope, and Forged for everything else.
        """
        signed = self._cipher.signed(call.headers, call.body)
        payload = self._payload(_encrypted(call.body, signed=signed))
        if payload.get("type") == "url_verification":
            return self._challenge(payload)
        if not signed:
            raise Forged("not signed with our key")
        _check_age(call)
        header = payload.get("header")
        if not isinstance(header, dict):
            self._check_token(payload)  # version 1 of the event format
            return payload
        self._check_token(header)
        if not same(self._app_id, header.get("app_id")):
            raise Forged("for another app")
        return payload

    def _payload(self, encrypted: str) -> Json:
        try:
            payload = parse(self._cipher.decrypt(encrypted))
        except Odd as odd:
            raise Forged("no JSON was encrypted") from odd
        if not isinstance(payload, dict):
            raise Forged("no object was encrypted")
        return payload

    def _challenge(self, payload: Json) -> Answer:
        """The check that the console makes; it need not be signed, so this is all its proof:
        encrypted with our key, and bearing our token."""
        self._check_token(payload)
        challenge = payload.get("challenge")
        if not isinstance(challenge, str):
            raise Unreadable("no challenge")
        return Answer.of_json({"challenge": clean(challenge)})

    def _check_token(self, bearer: Json) -> None:
        if not same(self._token, bearer.get("token")):
            raise Forged("wrong verification token")


def _encrypted(body: bytes, *, signed: bool) -> str:
    try:
        envelope: Any = parse(body.decode("utf-8", "strict"))
    except (Odd, UnicodeDecodeError) as error:
        raise Unreadable("the body is no JSON") from error
    if not isinstance(envelope, dict):
        raise Unreadable("the body is no object")
    if "encrypt" not in envelope and not signed:
        raise Forged("neither encrypted nor signed")
    encrypted = envelope.get("encrypt")
    if not isinstance(encrypted, str):
        raise Unreadable("the body holds nothing encrypted")
    return encrypted


def _check_age(call: Call) -> None:
    stamp = call.headers.get("x-lark-request-timestamp", "")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12):
        raise Forged("no timestamp")
    age = call.at.timestamp() - int(stamp)
    if not -CLOCK_SKEW <= age <= OLDEST:
        raise Forged("too old, or from the future")

"""The ways to say no."""


class Refusal(Exception):
    """A feature says no, in words a colleague would use; nothing it did is kept."""

    def __init__(self, text: str, *, usage: bool = True) -> None:
        super().__init__(text)
        self.text = text
        self.usage = usage  # whether the command's usage line helps


class Misconfigured(Exception):
    """The bot cannot start; the text names the fix, in one sentence."""


class Forged(Exception):
    """A call that does not prove where it comes from: answered 401, nothing stored."""


class Unreadable(Exception):
    """A call that cannot be read at all: answered 400, nothing stored."""


class DeliveryError(Exception):
    """The platform did not take a letter.

    ``reason`` is for logs and dead letters: a code and a word, never a body or a key.
    ``retry_after`` is in seconds, where the platform names a time.
    """

    def __init__(
        self, reason: str, *, permanent: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.retry_after = retry_after

"""URLs of servers with the logins that Secrets Manager holds."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from urllib.parse import quote, urlsplit, urlunsplit

import msgspec

from walletwatch.observability import hide
from walletwatch.parts.secrets import read_secret
from walletwatch.settings.reading import load
from walletwatch.settings.stores import DatabaseSettings

LOGIN_FRESH_SECONDS = 60.0


def with_login(url: str, secret: bytes) -> str:
    """The URL with the user and the password of a secret, which is hidden from the logs from here on."""
    login = msgspec.json.decode(secret)
    hide(login["password"])
    parts = urlsplit(url)
    user = f"{quote(login['username'], safe='')}:{quote(login['password'], safe='')}"
    return urlunsplit(parts._replace(netloc=f"{user}@{parts.netloc}"))


class LoginOfSecret:
    """A URL with the login that its secret has now, for a connection that is about to be opened.

    The secret is read again after a minute: RDS replaces the password every few days, and for so long at most
    new connections are refused; work that needs one is tried again.

    Args:
        url: Of a database.
        arn: Of the secret; empty where the URL has a login, or needs none.
    """

    def __init__(self, url: str, arn: str) -> None:
        self._url = url
        self._arn = arn
        self._known: str | None = None
        self._read_at = 0.0

    async def __call__(self) -> str:
        """The URL.

        Raises:
            TransientError: Secrets Manager did not answer.
        """
        if not self._arn:
            return self._url
        if self._known is None or time.monotonic() - self._read_at > LOGIN_FRESH_SECONDS:
            self._known = with_login(self._url, await asyncio.to_thread(read_secret, self._arn))
            self._read_at = time.monotonic()
        return self._known


def write_url() -> Callable[[], Awaitable[str]]:
    """Where PostgreSQL takes writes, with the login."""
    settings = load(DatabaseSettings)
    return LoginOfSecret(settings.database_write_url, settings.database_secret_arn)

"""Redis."""

from walletwatch.parts.logins import with_login
from walletwatch.parts.secrets import read_secret
from walletwatch.settings.reading import load
from walletwatch.settings.stores import RedisSettings
from walletwatch.storage.redis.server import RedisServer


def make_redis() -> RedisServer:
    """Redis."""
    settings = load(RedisSettings)
    url, arn = settings.redis_url, settings.redis_secret_arn
    return RedisServer(with_login(url, read_secret(arn)) if arn else url)

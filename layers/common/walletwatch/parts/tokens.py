"""What tokens are called."""

from walletwatch.chain.tokens.cached import CachedTokens
from walletwatch.chain.tokens.reader import ChainTokens
from walletwatch.domain.profile import ChainProfile
from walletwatch.observability import EmfMetrics
from walletwatch.ports.chain import Chain, Tokens
from walletwatch.storage.redis.cache import RedisCache
from walletwatch.storage.redis.server import RedisServer
from walletwatch.storage.redis.turn import Turn


def make_tokens(
    chain: Chain,
    redis: RedisServer,
    metrics: EmfMetrics,
    profile: ChainProfile,
    turn: Turn | None = None,
) -> Tokens:
    """What tokens are called."""
    cache = RedisCache(redis, metrics, turn)
    return CachedTokens(ChainTokens(chain, profile), cache, metrics, chain=profile.name)

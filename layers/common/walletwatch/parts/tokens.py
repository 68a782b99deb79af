"""What tokens are called."""

from walletwatch.chain.tokens.cached import CachedTokens
from walletwatch.chain.tokens.reader import ChainTokens
from walletwatch.domain.profile import ChainProfile
from walletwatch.observability import EmfMetrics
from walletwatch.ports.chain import Chain, Tokens
from walletwatch.storage.redis.cache import RedisCache
from walletwatch.storage.redis.server import RedisServer


def make_tokens(chain: Chain, redis: RedisServer, metrics: EmfMetrics, profile: ChainProfile) -> Tokens:
    """What tokens are called."""
    return CachedTokens(ChainTokens(chain, profile), RedisCache(redis, metrics), metrics, chain=profile.name)

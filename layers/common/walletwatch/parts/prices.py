"""What tokens are worth, of the sources that the settings name."""

from datetime import timedelta
from decimal import Decimal

from walletwatch.chain.prices.cached import CachedPrices
from walletwatch.chain.prices.sources import SourcedPrices
from walletwatch.domain.profile import ChainProfile, Exchange
from walletwatch.observability import EmfMetrics
from walletwatch.ports.alerting import Samples
from walletwatch.ports.chain import Chain, Prices
from walletwatch.ports.volatile import Cache
from walletwatch.runtime import SystemClock
from walletwatch.settings.prices import PriceSettings
from walletwatch.settings.reading import load
from walletwatch.storage.redis.cache import RedisCache
from walletwatch.storage.redis.server import RedisServer


def make_prices(
    chain: Chain,
    redis: RedisServer,
    metrics: EmfMetrics,
    profile: ChainProfile,
    history: Samples | None = None,
) -> Prices:
    """What tokens are worth; `history` remembers it."""
    clock = SystemClock()
    cache = RedisCache(redis, metrics)
    settings = load(PriceSettings)
    sources: list[Prices] = []
    for name in settings.sources(profile):
        if name == "pools" and profile.exchange:
            sources.append(_pool_prices(chain, profile.exchange, cache, metrics, settings))
        elif name == "xdex-api" and profile.exchange and profile.exchange.api_network:
            from walletwatch.chain.prices.xdex_api import XdexApiPrices

            sources.append(
                XdexApiPrices(
                    settings.xdex_api_url,
                    profile.exchange.api_network,
                    profile.exchange.stable_mints,
                    cache,
                    clock,
                    metrics,
                    min_liquidity_usd=Decimal(settings.price_min_liquidity_usd),
                )
            )
        elif name == "fixed":
            from walletwatch.chain.prices.fixed import FixedPrices

            sources.append(FixedPrices(settings.fixed(profile), clock))
    patience = timedelta(seconds=settings.price_patience_seconds)
    source: Prices = SourcedPrices(sources, metrics, patience=patience)
    if history is not None:
        from walletwatch.services.price_recording import RecordedPrices

        source = RecordedPrices(source, history, clock, metrics)
    return CachedPrices(source, cache, clock, metrics, chain=profile.name)


def _pool_prices(
    chain: Chain, exchange: Exchange, cache: Cache, metrics: EmfMetrics, settings: PriceSettings
) -> Prices:
    from walletwatch.chain.prices.directory import PoolDirectory
    from walletwatch.chain.prices.pools import PoolPrices

    clock = SystemClock()
    return PoolPrices(
        chain,
        exchange,
        PoolDirectory(chain, exchange, cache=cache, clock=clock, metrics=metrics),
        clock,
        min_liquidity_usd=Decimal(settings.price_min_liquidity_usd),
    )

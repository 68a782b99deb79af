"""Who lists the exchange's pools."""

from collections.abc import Sequence

from walletwatch.domain.profile import ChainProfile
from walletwatch.ports.listing import PoolList
from walletwatch.runtime import SystemClock
from walletwatch.settings.prices import PriceSettings
from walletwatch.settings.reading import load


def make_pool_lists(profile: ChainProfile) -> Sequence[PoolList]:
    """Who lists the exchange's pools: its API, where it serves this chain and is asked for prices too."""
    settings = load(PriceSettings)
    if profile.exchange is None or profile.exchange.api_network is None:
        return ()
    if "xdex-api" not in settings.sources(profile):
        return ()
    from walletwatch.chain.prices.xdex_client import XdexClient
    from walletwatch.chain.prices.xdex_pools import XdexPoolList

    return (XdexPoolList(XdexClient(settings.xdex_api_url, profile.exchange.api_network, SystemClock())),)

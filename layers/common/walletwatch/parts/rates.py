"""What dollars are in other currencies."""

from walletwatch.domain.currencies import Rates
from walletwatch.observability import EmfMetrics
from walletwatch.ports.currencies import RateSource
from walletwatch.runtime import SystemClock
from walletwatch.services.currencies import FreshRates
from walletwatch.settings.chain import ChainSettings
from walletwatch.settings.prices import RateSettings
from walletwatch.settings.reading import load
from walletwatch.storage.postgres.database import Database
from walletwatch.storage.postgres.fx_rates import PostgresFxRates


def make_rates(database: Database, metrics: EmfMetrics) -> FreshRates:
    """The rates that values are told by; they are read when somebody is told of another currency."""
    known = Rates(load(ChainSettings).profile.native_symbol)
    return FreshRates(known, PostgresFxRates(database), SystemClock(), metrics)


def make_rate_source() -> RateSource | None:
    """Who publishes the rates; None where this deployment offers no money of countries."""
    url = load(RateSettings).fx_rates_url
    if not url:
        return None
    from walletwatch.chain.prices.open_rates import OpenRates

    return OpenRates(url, SystemClock())

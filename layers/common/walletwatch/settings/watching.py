"""Settings of looking at the watched accounts."""

import msgspec

from walletwatch.settings.values import PositiveFloat, PositiveInt


class SweepSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """Of the sweep.

    Attributes:
        sweep_concurrent_calls: How many RPC calls of one invocation may be on their way at once.
    """

    sweep_interval_seconds: PositiveFloat = 15.0
    sweep_concurrent_calls: PositiveInt = 20

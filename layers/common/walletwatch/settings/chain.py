"""Settings of the chain and of its endpoints."""

import re
from dataclasses import replace
from typing import Annotated, Final, Literal

import msgspec

from walletwatch.domain.addresses import is_address
from walletwatch.domain.profile import PROFILES, ChainProfile, ListedToken
from walletwatch.settings.reading import InvalidSettings
from walletwatch.settings.values import NotNegativeFloat, NotNegativeInt, PositiveFloat, PositiveInt, listed

_SYMBOL: Final = re.compile(r"[A-Za-z0-9.$_-]{1,16}")


_MAX_DECIMALS: Final = 18


class ChainSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """The chain that is watched.

    Attributes:
        rpc_urls: One or more endpoints in the order of preference, separated by commas.
        rpc_ws_urls: Where those take subscriptions; by default at the same host, port and path.
        follow_commitment: How sure a block must be before it is followed.
        listed_tokens: To vouch for beside the chain profile's: `MINT:SYMBOL:DECIMALS`, separated by commas.
        rpc_timeout_seconds: For one HTTP exchange.
        rpc_deadline_seconds: For a call with all its tries and waits.
        rpc_min_connections: Idle connections kept open to each endpoint.
        rpc_max_connections: Connections to each endpoint at the same time.
        rpc_idle_seconds: How long an idle connection is kept.
        rpc_requests_per_second: Calls to each endpoint by each running function; 0 is no limit.
        rpc_hedge_ms: Least age of a slow read that is asked of a second endpoint too; 0 turns it off.
        rpc_batch_size: Calls in one HTTP request at most; 1 turns batches off.
    """

    rpc_urls: str
    rpc_ws_urls: str = ""
    follow_commitment: Literal["confirmed", "finalized"] = "confirmed"
    chain_profile: str = "x1-mainnet"
    listed_tokens: str = ""
    rpc_timeout_seconds: PositiveFloat = 10.0
    rpc_deadline_seconds: PositiveFloat = 15.0
    rpc_min_connections: NotNegativeInt = 8
    rpc_max_connections: PositiveInt = 16
    rpc_idle_seconds: PositiveFloat = 30.0
    rpc_requests_per_second: NotNegativeFloat = 0.0
    rpc_hedge_ms: NotNegativeInt = 250
    rpc_batch_size: Annotated[int, msgspec.Meta(ge=1, le=100)] = 20

    def __post_init__(self) -> None:
        """Check what the types cannot say."""
        if not self.endpoints:
            raise ValueError("RPC_URLS names no endpoint")
        if self.rpc_min_connections > self.rpc_max_connections:
            raise ValueError("RPC_MIN_CONNECTIONS is above RPC_MAX_CONNECTIONS")
        if self.rpc_timeout_seconds > self.rpc_deadline_seconds:
            raise ValueError("RPC_TIMEOUT_SECONDS is above RPC_DEADLINE_SECONDS")

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The endpoints in the order of preference."""
        return listed(self.rpc_urls)

    @property
    def subscription_endpoints(self) -> tuple[str, ...]:
        """Where those take subscriptions, if it was said."""
        return listed(self.rpc_ws_urls)

    @property
    def profile(self) -> ChainProfile:
        """The chain's profile, with the tokens that this deployment lists besides."""
        try:
            profile = PROFILES[self.chain_profile]
        except KeyError as error:
            raise InvalidSettings(f"CHAIN_PROFILE must be one of {', '.join(PROFILES)}") from error
        added = dict(_listed_token(each) for each in listed(self.listed_tokens))
        # What the profile says of a token, nobody says otherwise.
        return replace(profile, tokens={**added, **profile.tokens}) if added else profile


def _listed_token(text: str) -> tuple[str, ListedToken]:
    mint, symbol, decimals = [*text.split(":"), "", ""][:3]
    known = is_address(mint) and _SYMBOL.fullmatch(symbol) and decimals.isascii() and decimals.isdecimal()
    if not known or text.count(":") != 2 or int(decimals) > _MAX_DECIMALS:
        raise InvalidSettings("LISTED_TOKENS is not MINT:SYMBOL:DECIMALS, with commas between")
    return mint, ListedToken(symbol, symbol, int(decimals))

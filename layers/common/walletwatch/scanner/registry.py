"""All checks. A new one is a module with `CHECK`, named here and weighed in `rules.toml`."""

from typing import Final

from walletwatch.scanner.check import Check

TOKEN_CHECKS: Final[tuple[Check, ...]] = ()
WALLET_CHECKS: Final[tuple[Check, ...]] = ()

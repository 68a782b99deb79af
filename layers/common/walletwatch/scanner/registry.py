"""All checks. A new one is a module with `CHECK`, named here and weighed in `rules.toml`."""

from typing import Final

from walletwatch.scanner.check import Check
from walletwatch.scanner.token import (
    close_authority,
    confidential,
    default_frozen,
    extensions,
    freeze_authority,
    metadata_authority,
    mint_authority,
    non_transferable,
    pausable,
    permanent_delegate,
    permissioned_burn,
    pointers,
    shown_amounts,
    transfer_fee,
    transfer_hook,
)

TOKEN_CHECKS: Final[tuple[Check, ...]] = tuple(
    module.CHECK
    for module in (
        mint_authority,
        freeze_authority,
        close_authority,
        permanent_delegate,
        permissioned_burn,
        metadata_authority,
        transfer_fee,
        transfer_hook,
        pausable,
        default_frozen,
        non_transferable,
        confidential,
        shown_amounts,
        pointers,
        extensions,
    )
)
WALLET_CHECKS: Final[tuple[Check, ...]] = ()

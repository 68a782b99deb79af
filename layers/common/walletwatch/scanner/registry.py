"""All checks. A new one is a module with `CHECK`, named here and weighed in `rules.toml`."""

from typing import Final

from walletwatch.scanner.check import Check
from walletwatch.scanner.token import (
    close_authority,
    confidential,
    default_frozen,
    extensions,
    fee_trial,
    freeze_authority,
    holder_concentration,
    holder_count,
    liquidity_depth,
    liquidity_removals,
    lp_holders,
    metadata_authority,
    mint_authority,
    non_transferable,
    pausable,
    permanent_delegate,
    permissioned_burn,
    pointers,
    pool_age,
    pool_exists,
    sell_trial,
    shown_amounts,
    transfer_fee,
    transfer_hook,
    transfer_trial,
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
        holder_concentration,
        holder_count,
        pool_exists,
        liquidity_depth,
        lp_holders,
        pool_age,
        liquidity_removals,
        transfer_trial,
        sell_trial,
        fee_trial,
    )
)
WALLET_CHECKS: Final[tuple[Check, ...]] = ()

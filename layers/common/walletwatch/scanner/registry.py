"""All checks. A new one is a module with `CHECK`, named here and weighed in `rules.toml`."""

from typing import Final

from walletwatch.scanner.check import Check
from walletwatch.scanner.token import (
    close_authority,
    confidential,
    contradictory_metadata,
    creator,
    default_frozen,
    extensions,
    fee_trial,
    freeze_authority,
    holder_concentration,
    holder_count,
    imitation,
    liquidity_depth,
    liquidity_removals,
    listed_creator,
    lp_holders,
    luring_name,
    metadata_authority,
    metadata_file,
    mint_authority,
    missing_metadata,
    non_transferable,
    pausable,
    permanent_delegate,
    permissioned_burn,
    pointers,
    pool_age,
    pool_exists,
    same_picture,
    sell_trial,
    shown_amounts,
    transfer_fee,
    transfer_hook,
    transfer_trial,
)
from walletwatch.scanner.token import funding as creator_funding
from walletwatch.scanner.wallet import cluster, contacts, deployer
from walletwatch.scanner.wallet import funding as wallet_funding

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
        creator,
        listed_creator,
        creator_funding,
        imitation,
        same_picture,
        luring_name,
        missing_metadata,
        metadata_file,
        contradictory_metadata,
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
WALLET_CHECKS: Final[tuple[Check, ...]] = tuple(
    module.CHECK for module in (contacts, deployer, wallet_funding, cluster)
)

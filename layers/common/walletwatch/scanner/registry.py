"""All checks. A new one is a module with `CHECK`, named here and weighed in `rules.toml`."""

from typing import Final

from walletwatch.scanner.check import Check
from walletwatch.scanner.token import (
    close_authority,
    confidential,
    creator,
    default_frozen,
    extensions,
    freeze_authority,
    listed_creator,
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
    )
)
WALLET_CHECKS: Final[tuple[Check, ...]] = tuple(
    module.CHECK for module in (contacts, deployer, wallet_funding, cluster)
)

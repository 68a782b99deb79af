"""All checks. A new one is a module with `CHECK`, named here and weighed in `rules.toml`."""

from typing import Final

from walletwatch.scanner.check import Check
from walletwatch.scanner.token import (
    close_authority,
    confidential,
    contradictory_metadata,
    default_frozen,
    extensions,
    freeze_authority,
    imitation,
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
    same_picture,
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
        imitation,
        same_picture,
        luring_name,
        missing_metadata,
        metadata_file,
        contradictory_metadata,
    )
)
WALLET_CHECKS: Final[tuple[Check, ...]] = ()

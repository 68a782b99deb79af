"""All checks of wallets. A new one is a module with `CHECK`, named here and weighed in `rules.toml`."""

from typing import Final

from walletwatch.scanner import standing
from walletwatch.scanner.check import Check
from walletwatch.scanner.wallet import (
    approvals,
    circles,
    close_authorities,
    closed_mint,
    cluster,
    contacts,
    deployer,
    emptying,
    exposure,
    fake_tokens,
    frozen_accounts,
    funding,
    given_accounts,
    habits,
    housekeeping,
    nonces,
    poisoning,
    stake_authorities,
    subject,
)

WALLET_CHECKS: Final[tuple[Check, ...]] = tuple(
    module.CHECK
    for module in (
        standing,
        subject,
        closed_mint,
        approvals,
        frozen_accounts,
        close_authorities,
        given_accounts,
        nonces,
        stake_authorities,
        exposure,
        fake_tokens,
        contacts,
        deployer,
        funding,
        cluster,
        emptying,
        circles,
        poisoning,
        habits,
        housekeeping,
    )
)

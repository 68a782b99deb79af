"""Lending markets.

From the public IDLs of Kamino Lend and Vaults, marginfi v2 and Jupiter Lend (earn and borrow), and the
instruction enum of SPL token-lending with what Solend (Save) added to it.
"""

from collections.abc import Mapping
from typing import Any, Final

from walletwatch.chain.decoding.layouts import I128, anchor, discriminator, layout, numbered, program
from walletwatch.domain.activities import ActivityKind

_LEND: Final = ActivityKind.LEND
_BORROW: Final = ActivityKind.BORROW
_REPAY: Final = ActivityKind.REPAY
_REWARD: Final = ActivityKind.REWARD
_CALL: Final = ActivityKind.PROGRAM_CALL
"""A liquidation: two assets change hands, and neither was borrowed, repaid or swapped by who called it."""

_KAMINO: Final = anchor(
    {
        _LEND: "deposit_reserve_liquidity deposit_reserve_liquidity_and_obligation_collateral"
        " deposit_reserve_liquidity_and_obligation_collateral_v2 redeem_reserve_collateral"
        " deposit_obligation_collateral deposit_obligation_collateral_v2 withdraw_obligation_collateral"
        " withdraw_obligation_collateral_v2 withdraw_obligation_collateral_and_redeem_reserve_collateral"
        " withdraw_obligation_collateral_and_redeem_reserve_collateral_v2 deposit_and_withdraw"
        " withdraw_queued_liquidity",
        _BORROW: "borrow_obligation_liquidity borrow_obligation_liquidity_v2",
        _REPAY: "repay_obligation_liquidity repay_obligation_liquidity_v2 repay_and_withdraw_and_redeem",
        _CALL: "liquidate_obligation_and_redeem_reserve_collateral"
        " liquidate_obligation_and_redeem_reserve_collateral_v2",
        None: "flash_borrow_reserve_liquidity flash_repay_reserve_liquidity",
    }
)

_KAMINO_VAULT: Final = anchor({_LEND: "deposit buy withdraw sell withdraw_from_available redeem_in_kind"})

_KAMINO_FARMS: Final = anchor(
    {
        _REWARD: "harvest_reward",
        ActivityKind.STAKE: "stake",
        ActivityKind.STAKE_DEACTIVATE: "unstake",
        ActivityKind.STAKE_WITHDRAW: "withdraw_unstaked_deposits",
    }
)

_MARGINFI: Final = anchor(
    {
        _LEND: "lending_account_deposit lending_account_withdraw kamino_deposit kamino_withdraw"
        " drift_deposit drift_withdraw solend_deposit solend_withdraw",
        _BORROW: "lending_account_borrow",
        _REPAY: "lending_account_repay",
        _REWARD: "lending_account_withdraw_emissions lending_account_withdraw_emissions_permissionless",
        _CALL: "lending_account_liquidate",
        None: "lending_account_start_flashloan lending_account_end_flashloan",
    }
)

_JUPITER_EARN: Final = anchor(
    {
        _LEND: "deposit deposit_with_min_amount_out mint mint_with_max_assets withdraw"
        " withdraw_with_max_shares_burn redeem redeem_with_min_amount_out",
    }
)


def _operated(fields: Mapping[str, Any]) -> ActivityKind:
    """One instruction for collateral and debt; what happens to the debt is what a person names."""
    if fields["debt"]:
        return _BORROW if fields["debt"] > 0 else _REPAY
    return _LEND


_JUPITER_BORROW: Final = {
    discriminator("global:operate"): layout("operate", judge=_operated, collateral=I128, debt=I128),
    **anchor({_CALL: "liquidate"}),
}

_TOKEN_LENDING: Final = numbered(
    {
        _LEND: {
            4: "depositReserveLiquidity",
            5: "redeemReserveCollateral",
            8: "depositObligationCollateral",
            9: "withdrawObligationCollateral",
            14: "depositReserveLiquidityAndObligationCollateral",
            15: "withdrawObligationCollateralAndRedeemReserveCollateral",
        },
        _BORROW: {10: "borrowObligationLiquidity"},
        _REPAY: {11: "repayObligationLiquidity"},
        _CALL: {12: "liquidateObligation", 17: "liquidateObligationAndRedeemReserveCollateral"},
        None: {
            3: "refreshReserve",
            6: "initObligation",
            7: "refreshObligation",
            13: "flashLoan",
            19: "flashBorrowReserveLiquidity",
            20: "flashRepayReserveLiquidity",
        },
    }
)

PROGRAMS: Final = (
    program("KLend2g3cP87fffoy8q1mQqGKjrxjC8boSyAYavgmjD", "Kamino", _KAMINO),
    program("KvauGMspG5k6rtzrqqn7WNn3oZdyKqLKwK2XWQ8FLjd", "Kamino", _KAMINO_VAULT),
    program("kvauTFR8qm1dhniz6pYuBZkuene3Hfrs1VQhVRgCNrr", "Kamino", _KAMINO_VAULT),
    program("FarmsPZpWu9i7Kky8tPN37rs2TpmMrAZrC7S7vJa91Hr", "Kamino", _KAMINO_FARMS),
    program("MFv2hWf31Z9kbCa1snEPYctwafyhdvnV7FZnsebVacA", "marginfi", _MARGINFI),
    program("jup3YeL8QhtSx1e253b2FDvsMNC87fDrgQZivbrndc9", "Jupiter Lend", _JUPITER_EARN),
    program("jupr81YtYssSyPt8jbnGuiWon5f6x9TcDEFxYe3Bdzi", "Jupiter Lend", _JUPITER_BORROW),
    program("So1endDq2YkqhipRh3WViPa8hdiSpxWy6z3Z6tMCpAo", "Solend", _TOKEN_LENDING),
    program("LendZqTs7gn5CTSJU1jWKhKuVpjJGom45nnwPb2AMTi", "Token Lending", _TOKEN_LENDING),
)

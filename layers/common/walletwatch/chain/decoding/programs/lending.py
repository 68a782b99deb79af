"""Lending markets and staking pools (public Anchor IDLs and instruction enums)."""

from typing import Final

from walletwatch.chain.decoding.layouts import anchor, numbered, program
from walletwatch.domain.activities import ActivityKind

_LEND: Final = ActivityKind.LEND
_BORROW: Final = ActivityKind.BORROW
_REPAY: Final = ActivityKind.REPAY
_STAKE: Final = ActivityKind.STAKE
_UNSTAKE: Final = ActivityKind.STAKE_WITHDRAW

_KAMINO: Final = anchor(
    {
        _LEND: "deposit_reserve_liquidity deposit_reserve_liquidity_and_obligation_collateral"
        " deposit_reserve_liquidity_and_obligation_collateral_v2 redeem_reserve_collateral"
        " withdraw_obligation_collateral_and_redeem_reserve_collateral"
        " withdraw_obligation_collateral_and_redeem_reserve_collateral_v2 deposit_and_withdraw",
        _BORROW: "borrow_obligation_liquidity borrow_obligation_liquidity_v2",
        _REPAY: "repay_obligation_liquidity repay_obligation_liquidity_v2 repay_and_withdraw_and_redeem",
    }
)

_MARGINFI: Final = anchor(
    {
        _LEND: "lending_account_deposit lending_account_withdraw",
        _BORROW: "lending_account_borrow",
        _REPAY: "lending_account_repay",
    }
)

_JUPITER_LEND: Final = anchor(
    {
        _LEND: "deposit deposit_with_min_amount_out mint mint_with_max_assets withdraw"
        " withdraw_with_max_shares_burn redeem redeem_with_min_amount_out",
    }
)

# SPL token-lending, of which Solend is a fork.
_TOKEN_LENDING: Final = numbered(
    {
        _LEND: {
            4: "depositReserveLiquidity",
            5: "redeemReserveCollateral",
            14: "depositReserveLiquidityAndObligationCollateral",
            15: "withdrawObligationCollateralAndRedeemReserveCollateral",
        },
        _BORROW: {10: "borrowObligationLiquidity"},
        _REPAY: {11: "repayObligationLiquidity"},
        None: {3: "refreshReserve", 7: "refreshObligation", 8: "depositObligationCollateral"},
    }
)

_STAKE_POOL: Final = numbered(
    {
        _STAKE: {
            9: "depositStake",
            14: "depositSol",
            23: "depositStakeWithSlippage",
            25: "depositSolWithSlippage",
        },
        _UNSTAKE: {
            10: "withdrawStake",
            16: "withdrawSol",
            24: "withdrawStakeWithSlippage",
            26: "withdrawSolWithSlippage",
        },
    }
)

_MARINADE: Final = anchor(
    {
        _STAKE: "deposit deposit_stake_account",
        _UNSTAKE: "liquid_unstake claim withdraw_stake_account",
        ActivityKind.STAKE_DEACTIVATE: "order_unstake",
        ActivityKind.LIQUIDITY_ADD: "add_liquidity",
        ActivityKind.LIQUIDITY_REMOVE: "remove_liquidity",
    }
)

PROGRAMS: Final = (
    program("KLend2g3cP87fffoy8q1mQqGKjrxjC8boSyAYavgmjD", "Kamino", _KAMINO),
    program("MFv2hWf31Z9kbCa1snEPYctwafyhdvnV7FZnsebVacA", "marginfi", _MARGINFI),
    program("jup3YeL8QhtSx1e253b2FDvsMNC87fDrgQZivbrndc9", "Jupiter Lend", _JUPITER_LEND),
    program("So1endDq2YkqhipRh3WViPa8hdiSpxWy6z3Z6tMCpAo", "Solend", _TOKEN_LENDING),
    program("LendZqTs7gn5CTSJU1jWKhKuVpjJGom45nnwPb2AMTi", "Token Lending", _TOKEN_LENDING),
    program("SPoo1Ku8WFXoNDMHPsrGSTSG1Y47rzgn41SLUNakuHy", "Stake Pool", _STAKE_POOL),
    program("MarBmsSgKXdrN1egZf5sqe1TMai9K1rChYNDJgjq7aD", "Marinade", _MARINADE),
)

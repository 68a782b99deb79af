"""Staking pools, and what is staked beside the Stake program.

From the instruction enums of SPL stake-pool (which Jito, Sanctum and X1's pXNT use), Sanctum's router and
Infinity and Jito's vaults, and the public IDL of Marinade.
"""

from typing import Final

from walletwatch.chain.decoding.layouts import anchor, numbered, program
from walletwatch.domain.activities import ActivityKind

_STAKE: Final = ActivityKind.STAKE
_UNSTAKE: Final = ActivityKind.STAKE_WITHDRAW
_DEACTIVATE: Final = ActivityKind.STAKE_DEACTIVATE

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
        _DEACTIVATE: "order_unstake",
        ActivityKind.LIQUIDITY_ADD: "add_liquidity",
        ActivityKind.LIQUIDITY_REMOVE: "remove_liquidity",
    }
)

_SANCTUM_ROUTER: Final = numbered(
    {
        _STAKE: {0: "stakeWrappedSol", 5: "depositStake"},
        ActivityKind.SWAP: {1: "swapViaStake", 7: "prefundSwapViaStake"},
        _UNSTAKE: {6: "prefundWithdrawStake", 8: "withdrawWrappedSol"},
    }
)

_SANCTUM_INFINITY: Final = numbered(
    {
        ActivityKind.SWAP: {1: "swapExactIn", 2: "swapExactOut"},
        ActivityKind.LIQUIDITY_ADD: {3: "addLiquidity"},
        ActivityKind.LIQUIDITY_REMOVE: {4: "removeLiquidity"},
    }
)

_JITO_VAULT: Final = numbered(
    {
        _STAKE: {11: "mintTo"},
        _DEACTIVATE: {12: "enqueueWithdrawal"},
        _UNSTAKE: {14: "burnWithdrawalTicket"},
    }
)

PROGRAMS: Final = (
    program("SPoo1Ku8WFXoNDMHPsrGSTSG1Y47rzgn41SLUNakuHy", "Stake Pool", _STAKE_POOL),
    program("SP12tWFxD9oJsVWNavTTBZvMbA6gkAmxtVgxdqvyvhY", "Sanctum", _STAKE_POOL),
    program("SPMBzsVUuoHA4Jm6KunbsotaahvVikZs1JyTW6iJvbn", "Sanctum", _STAKE_POOL),
    program("stkitrT1Uoy18Dk1fTrgPw8W6MVzoCfYoAFT4MLsmhq", "Sanctum", _SANCTUM_ROUTER),
    program("5ocnV1qiCgaQR8Jb8xWnVbApfaygJ8tNoZfgPwsgx9kx", "Sanctum", _SANCTUM_INFINITY),
    program("MarBmsSgKXdrN1egZf5sqe1TMai9K1rChYNDJgjq7aD", "Marinade", _MARINADE),
    program("Vau1t6sLNxnzB7ZDsef8TLbPLfyZMYXH8WTNqUdm9g8", "Jito", _JITO_VAULT),
)

"""Launchpads: tokens that are made and traded on a bonding curve.

From the public IDLs of pump.fun and its fee program, Raydium LaunchLab, Meteora DBC and Moonshot.
"""

from typing import Final

from walletwatch.chain.decoding.layouts import anchor, program
from walletwatch.domain.activities import ActivityKind

_SWAP: Final = ActivityKind.SWAP
_CREATE: Final = ActivityKind.TOKEN_CREATE
_REWARD: Final = ActivityKind.REWARD

_PUMP_FUN: Final = anchor(
    {
        _SWAP: "buy buy_v2 buy_exact_sol_in buy_exact_quote_in_v2 sell sell_v2",
        _CREATE: "create create_v2",
        _REWARD: "collect_creator_fee collect_creator_fee_v2 distribute_creator_fees"
        " distribute_creator_fees_v2 distribute_fee_to_holders claim_token_incentives claim_cashback"
        " claim_cashback_v2",
    }
)

_PUMP_FEES: Final = anchor({_REWARD: "claim_social_fee_pda claim_social_fee_pda_v2"})

_RAYDIUM_LAUNCHLAB: Final = anchor(
    {
        _SWAP: "buy_exact_in buy_exact_out sell_exact_in sell_exact_out",
        _CREATE: "initialize initialize_v2 initialize_with_token_2022",
        _REWARD: "claim_creator_fee claim_platform_fee claim_platform_fee_from_vault claim_vested_token",
    }
)

_METEORA_CURVE: Final = anchor(
    {
        _SWAP: "swap swap2 swap2_with_transfer_hook",
        _CREATE: "initialize_virtual_pool_with_spl_token initialize_virtual_pool_with_token2022"
        " initialize_virtual_pool_with_token2022_transfer_hook",
        _REWARD: "claim_creator_trading_fee claim_creator_trading_fee2 claim_trading_fee claim_trading_fee2"
        " creator_withdraw_surplus partner_withdraw_surplus withdraw_migration_fee withdraw_leftover"
        " claim_partner_pool_creation_fee",
    }
)

_MOONSHOT: Final = anchor({_SWAP: "buy sell", _CREATE: "token_mint"})

PROGRAMS: Final = (
    program("6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P", "pump.fun", _PUMP_FUN),
    program("pfeeUxB6jkeY1Hxd7CsFCAjcbHA9rWtchMGdZ6VojVZ", "pump.fun", _PUMP_FEES),
    program("LanMV9sAd7wArD4vJFi2qDdfnVhFxYSUg6eADduJ3uj", "Raydium LaunchLab", _RAYDIUM_LAUNCHLAB),
    program("dbcij3LWUppWqq96dh6gJWwBifmcGfLSB5D4DuSMaqN", "Meteora DBC", _METEORA_CURVE),
    program("MoonCVVNZFSYkqNXP6bxHLPL6QQJiMagDL3qcqUQTrG", "Moonshot", _MOONSHOT),
)

"""Exchanges: pools, order books and the routers above them.

Which instruction trades and which one moves liquidity, from the programs' public interfaces (Anchor IDLs, or
the instruction enums of those without one). Amounts never come from here.
"""

from typing import Final

from walletwatch.chain.decoding.layouts import anchor, numbered, program
from walletwatch.domain.activities import ActivityKind

_SWAP: Final = ActivityKind.SWAP
_ADD: Final = ActivityKind.LIQUIDITY_ADD
_REMOVE: Final = ActivityKind.LIQUIDITY_REMOVE
_REWARD: Final = ActivityKind.REWARD
_OPEN: Final = ActivityKind.ORDER_OPEN
_FILL: Final = ActivityKind.ORDER_FILL
_CANCEL: Final = ActivityKind.ORDER_CANCEL
_CREATE: Final = ActivityKind.TOKEN_CREATE

# Raydium CP-Swap, of which XDEX is a fork.
_CONSTANT_PRODUCT: Final = anchor(
    {
        _SWAP: "swap_base_input swap_base_output",
        _ADD: "initialize initialize_with_permission deposit",
        _REMOVE: "withdraw",
        _REWARD: "collect_protocol_fee collect_fund_fee collect_creator_fee",
    }
)

_RAYDIUM_AMM: Final = numbered(
    {
        _SWAP: {9: "swapBaseIn", 11: "swapBaseOut", 16: "swapBaseInV2", 17: "swapBaseOutV2"},
        _ADD: {0: "initialize", 1: "initialize2", 3: "deposit"},
        _REMOVE: {4: "withdraw"},
    }
)

_RAYDIUM_CLMM: Final = anchor(
    {
        _SWAP: "swap swap_v2 swap_router_base_in",
        _ADD: "open_position open_position_v2 open_position_with_token22_nft increase_liquidity"
        " increase_liquidity_v2",
        _REMOVE: "decrease_liquidity decrease_liquidity_v2",
        None: "close_position create_pool",
    }
)

_RAYDIUM_LAUNCHLAB: Final = anchor(
    {
        _SWAP: "buy_exact_in buy_exact_out sell_exact_in sell_exact_out",
        _CREATE: "initialize initialize_v2 initialize_with_token_2022",
        _REWARD: "claim_creator_fee claim_platform_fee claim_vested_token",
    }
)

_WHIRLPOOL: Final = anchor(
    {
        _SWAP: "swap swap_v2 two_hop_swap two_hop_swap_v2",
        _ADD: "increase_liquidity increase_liquidity_v2 increase_liquidity_by_token_amounts_v2",
        _REMOVE: "decrease_liquidity decrease_liquidity_v2",
        _REWARD: "collect_fees collect_fees_v2 collect_reward collect_reward_v2",
        None: "open_position open_position_with_metadata open_position_with_token_extensions close_position"
        " close_position_with_token_extensions close_bundled_position open_bundled_position",
    }
)

# SPL token-swap, used by Orca's first pools and others.
_TOKEN_SWAP: Final = numbered(
    {
        _SWAP: {1: "swap"},
        _ADD: {0: "initialize", 2: "depositAllTokenTypes", 4: "depositSingleTokenTypeExactAmountIn"},
        _REMOVE: {3: "withdrawAllTokenTypes", 5: "withdrawSingleTokenTypeExactAmountOut"},
    }
)

_METEORA_DLMM: Final = anchor(
    {
        _SWAP: "swap swap2 swap_exact_out swap_exact_out2 swap_with_price_impact swap_with_price_impact2",
        _ADD: "add_liquidity add_liquidity2 add_liquidity_by_weight add_liquidity_by_strategy"
        " add_liquidity_by_strategy2 add_liquidity_by_strategy_one_side add_liquidity_one_side"
        " add_liquidity_one_side_precise add_liquidity_one_side_precise2",
        _REMOVE: "remove_liquidity remove_liquidity2 remove_all_liquidity remove_liquidity_by_range"
        " remove_liquidity_by_range2",
        _REWARD: "claim_fee claim_fee2 claim_reward claim_reward2",
        None: "initialize_position initialize_position2 initialize_position_pda close_position"
        " close_position2"
        " close_position_if_empty",
    }
)

_METEORA_POOLS: Final = anchor(
    {
        _SWAP: "swap",
        _ADD: "add_balance_liquidity add_imbalance_liquidity bootstrap_liquidity"
        " initialize_permissionless_pool initialize_permissionless_pool_with_fee_tier"
        " initialize_permissionless_constant_product_pool_with_config"
        " initialize_permissionless_constant_product_pool_with_config2",
        _REMOVE: "remove_balance_liquidity remove_liquidity_single_side",
        _REWARD: "claim_fee",
    }
)

_METEORA_DAMM: Final = anchor(
    {
        _SWAP: "swap swap2",
        _ADD: "add_liquidity initialize_pool initialize_customizable_pool"
        " initialize_pool_with_dynamic_config",
        _REMOVE: "remove_liquidity remove_all_liquidity",
        _REWARD: "claim_position_fee claim_reward",
        None: "create_position close_position lock_position",
    }
)

_METEORA_CURVE: Final = anchor(
    {
        _SWAP: "swap swap2",
        _CREATE: "initialize_virtual_pool_with_spl_token initialize_virtual_pool_with_token2022",
        _REWARD: "claim_creator_trading_fee claim_trading_fee creator_withdraw_surplus",
    }
)

_JUPITER: Final = anchor(
    {
        _SWAP: "route route_v2 route_with_token_ledger shared_accounts_route shared_accounts_route_v2"
        " shared_accounts_route_with_token_ledger exact_out_route exact_out_route_v2"
        " shared_accounts_exact_out_route shared_accounts_exact_out_route_v2",
    }
)

_JUPITER_LIMIT: Final = anchor(
    {
        _OPEN: "initialize_order",
        _FILL: "fill_order flash_fill_order pre_flash_fill_order",
        _CANCEL: "cancel_order cancel_expired_order cancel_dust_order",
    }
)

_JUPITER_DCA: Final = anchor(
    {
        _OPEN: "open_dca open_dca_v2 deposit",
        _FILL: "fulfill_flash_fill fulfill_dlmm_fill initiate_flash_fill initiate_dlmm_fill transfer",
        _CANCEL: "close_dca end_and_close withdraw",
    }
)

_PUMP_FUN: Final = anchor(
    {
        _SWAP: "buy sell buy_exact_sol_in",
        _CREATE: "create create_v2",
        _REWARD: "collect_creator_fee distribute_creator_fees claim_token_incentives",
    }
)

_PUMP_SWAP: Final = anchor(
    {
        _SWAP: "buy sell buy_exact_quote_in",
        _ADD: "create_pool deposit",
        _REMOVE: "withdraw",
        _REWARD: "collect_coin_creator_fee claim_token_incentives",
    }
)

# serum-dex: a zero byte for the version, then a u32.
_ORDER_BOOK: Final = {
    tag + bytes(3): found
    for tag, found in numbered(
        {
            _OPEN: {1: "newOrder", 9: "newOrderV2", 10: "newOrderV3", 18: "replaceOrderByClientId"},
            _FILL: {5: "settleFunds", 13: "sendTake"},
            _CANCEL: {
                4: "cancelOrder",
                6: "cancelOrderByClientId",
                11: "cancelOrderV2",
                12: "cancelOrderByClientIdV2",
                16: "prune",
            },
            None: {2: "matchOrders", 3: "consumeEvents", 14: "closeOpenOrders", 15: "initOpenOrders"},
        },
        prefix=b"\0",
    ).items()
}

_SERUM_SWAP: Final = anchor({_SWAP: "swap swap_transitive", None: "init_account close_account"})

_OPENBOOK_V2: Final = anchor(
    {
        _OPEN: "place_order place_order_pegged place_orders",
        _SWAP: "place_take_order",
        _FILL: "settle_funds settle_funds_expired",
        _CANCEL: "cancel_order cancel_order_by_client_order_id cancel_all_orders",
    }
)

_PHOENIX: Final = numbered(
    {
        _SWAP: {0: "swap", 1: "swapWithFreeFunds"},
        _OPEN: {2: "placeLimitOrder", 3: "placeLimitOrderWithFreeFunds", 16: "placeMultiplePostOnlyOrders"},
        _CANCEL: {
            6: "cancelAllOrders",
            7: "cancelAllOrdersWithFreeFunds",
            8: "cancelUpTo",
            10: "cancelMultipleOrdersById",
        },
        _FILL: {12: "withdrawFunds"},
    }
)

_OKX: Final = anchor(
    {
        _SWAP: "swap swap2 swap3 swap_tob_v3 commission_spl_swap commission_spl_swap2 commission_sol_swap"
        " commission_sol_swap2 proxy_swap commission_sol_proxy_swap commission_spl_proxy_swap from_swap_log"
        " commission_sol_from_swap commission_spl_from_swap swap_v3 commission_swap_v3"
        " platform_fee_sol_proxy_swap_v2"
        " platform_fee_spl_proxy_swap_v2 commission_wrap_unwrap_v3"
    }
)

_MOONSHOT: Final = anchor({_SWAP: "buy sell", _CREATE: "token_mint"})

PROGRAMS: Final = (
    program("sEsYH97wqmfnkzHedjNcw3zyJdPvUmsa9AixhS4b4fN", "XDEX", _CONSTANT_PRODUCT),
    program("7EEuq61z9VKdkUzj7G36xGd7ncyz8KBtUwAWVjypYQHf", "XDEX", _CONSTANT_PRODUCT),
    program("CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C", "Raydium CP", _CONSTANT_PRODUCT),
    program("675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8", "Raydium AMM", _RAYDIUM_AMM),
    program("CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK", "Raydium CLMM", _RAYDIUM_CLMM),
    program("LanMV9sAd7wArD4vJFi2qDdfnVhFxYSUg6eADduJ3uj", "Raydium LaunchLab", _RAYDIUM_LAUNCHLAB),
    program("whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc", "Orca", _WHIRLPOOL),
    program("9W959DqEETiGZocYWCQPaJ6sBmUzgfxXfqGeTEdp3aQP", "Orca", _TOKEN_SWAP),
    program("DjVE6JNiYqPL2QXyCUUh8rNjHrbz9hXHNYt99MQ59qw1", "Orca", _TOKEN_SWAP),
    program("SwaPpA9LAaLfeLi3a68M4DjnLqgtticKg6CnyNwgAC8", "Token Swap", _TOKEN_SWAP),
    program("LBUZKhRxPF3XUpBCjp4YzTKgLccjZhTSDM9YuVaPwxo", "Meteora DLMM", _METEORA_DLMM),
    program("Eo7WjKq67rjJQSZxS6z3YkapzY3eMj6Xy8X5EQVn5UaB", "Meteora", _METEORA_POOLS),
    program("cpamdpZCGKUy5JxQXB4dcpGPiikHawvSWAd6mEn1sGG", "Meteora DAMM", _METEORA_DAMM),
    program("dbcij3LWUppWqq96dh6gJWwBifmcGfLSB5D4DuSMaqN", "Meteora DBC", _METEORA_CURVE),
    program("JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4", "Jupiter", _JUPITER),
    program("JUP4Fb2cqiRUcaTHdrPC8h2gNsA2ETXiPDD33WcGuJB", "Jupiter", _JUPITER),
    program("jupoNjAxXgZ4rjzxzPMP4oxduvQsQtZzyknqvzYNrNu", "Jupiter Limit", _JUPITER_LIMIT),
    program("j1o2qRpjcyUwEvwtcfhEQefh773ZgjxcVRry7LDqg5X", "Jupiter Limit", _JUPITER_LIMIT),
    program("DCA265Vj8a9CEuX1eb1LWRnDT7uK6q1xMipnNyatn23M", "Jupiter DCA", _JUPITER_DCA),
    program("6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P", "pump.fun", _PUMP_FUN),
    program("pAMMBay6oceH9fJKBRHGP5D4bD4sWpMSwMn52FMfXEA", "PumpSwap", _PUMP_SWAP),
    program("MoonCVVNZFSYkqNXP6bxHLPL6QQJiMagDL3qcqUQTrG", "Moonshot", _MOONSHOT),
    program("srmqPvymJeFKQ4zGQed1GFppgkRHL9kaELCbyksJtPX", "OpenBook", _ORDER_BOOK),
    program("9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin", "Serum", _ORDER_BOOK),
    program("EUqojwWA2rd19FZrzeBncJsm38Jm1hEhE3zsmX3bRc2o", "Serum", _ORDER_BOOK),
    program("22Y43yTVxuUkoRKdm9thyRhQ3SdgQS7c7kB6UNCiaczD", "Serum Swap", _SERUM_SWAP),
    program("opnb2LAfJYbRMAHHvqjCwQxanZn7ReEHp1k81EohpZb", "OpenBook v2", _OPENBOOK_V2),
    program("PhoeNiXZ8ByJGLkxNfZRnkUfjvmuYqLR89jjFHGqdXY", "Phoenix", _PHOENIX),
    program("6m2CDdhRgxpH4WjvdzxAYbGxwdGUz5MziiL5jek2kBma", "OKX", _OKX),
    program("proVF4pMXVaYqmy4NjniPh4pqKNfMmsihgd4wdkCX3u", "OKX", _OKX),
)

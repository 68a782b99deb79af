"""Pools: which instruction trades, which one moves liquidity, which one collects what a position earned.

From the programs' public interfaces: the IDLs of Raydium CP and CLMM, Orca Whirlpools, Meteora DLMM, DAMM v1
and v2, and PumpSwap, and the instruction enums of Raydium AMM v4, SPL token-swap and Saber. Amounts never
come from here.
"""

from collections.abc import Mapping
from typing import Any, Final

from walletwatch.chain.decoding.layouts import U128, anchor, discriminator, layout, numbered, program
from walletwatch.domain.activities import ActivityKind

_SWAP: Final = ActivityKind.SWAP
_ADD: Final = ActivityKind.LIQUIDITY_ADD
_REMOVE: Final = ActivityKind.LIQUIDITY_REMOVE
_REWARD: Final = ActivityKind.REWARD
_CALL: Final = ActivityKind.PROGRAM_CALL
"""What we have no kind for, such as making an empty position: its token is no collectible."""

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


def _decreased(fields: Mapping[str, Any]) -> ActivityKind:
    """Taking out nothing is how Raydium's positions are harvested."""
    return _REMOVE if fields["liquidity"] else _REWARD


_RAYDIUM_CLMM: Final = anchor(
    {
        _SWAP: "swap swap_v2 swap_router_base_in",
        _ADD: "open_position open_position_v2 open_position_with_token22_nft increase_liquidity"
        " increase_liquidity_v2",
        _REWARD: "collect_remaining_rewards collect_protocol_fee collect_fund_fee",
        ActivityKind.ORDER_OPEN: "open_limit_order increase_limit_order",
        ActivityKind.ORDER_FILL: "settle_limit_order",
        ActivityKind.ORDER_CANCEL: "decrease_limit_order close_limit_order",
        _CALL: "close_position",
        None: "create_pool",
    }
) | {
    discriminator(f"global:{name}"): layout(name, judge=_decreased, liquidity=U128)
    for name in ("decrease_liquidity", "decrease_liquidity_v2")
}

# The fees of liquidity that is locked for ever.
_RAYDIUM_LOCK: Final = anchor(
    {_REWARD: "collect_cp_fees collect_clmm_fees_and_rewards", _CALL: "lock_cp_liquidity lock_clmm_position"}
)

_WHIRLPOOL: Final = anchor(
    {
        _SWAP: "swap swap_v2 two_hop_swap two_hop_swap_v2",
        _ADD: "increase_liquidity increase_liquidity_v2 increase_liquidity_by_token_amounts_v2",
        _REMOVE: "decrease_liquidity decrease_liquidity_v2 reposition_liquidity_v2",
        _REWARD: "collect_fees collect_fees_v2 collect_reward collect_reward_v2 collect_protocol_fees"
        " collect_protocol_fees_v2",
        _CALL: "open_position open_position_with_metadata open_position_with_token_extensions"
        " open_bundled_position close_position close_position_with_token_extensions close_bundled_position"
        " initialize_position_bundle initialize_position_bundle_with_metadata delete_position_bundle"
        " lock_position transfer_locked_position reset_position_range",
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

_SABER: Final = numbered(
    {_SWAP: {1: "swap"}, _ADD: {0: "initialize", 2: "deposit"}, _REMOVE: {3: "withdraw", 4: "withdrawOne"}}
)

_METEORA_DLMM: Final = anchor(
    {
        _SWAP: "swap swap2 swap_exact_out swap_exact_out2 swap_with_price_impact swap_with_price_impact2",
        _ADD: "add_liquidity add_liquidity2 add_liquidity_by_weight add_liquidity_by_weight2"
        " add_liquidity_by_strategy add_liquidity_by_strategy2 add_liquidity_by_strategy_one_side"
        " add_liquidity_one_side add_liquidity_one_side_precise add_liquidity_one_side_precise2"
        " rebalance_liquidity",
        _REMOVE: "remove_liquidity remove_liquidity2 remove_all_liquidity remove_liquidity_by_range"
        " remove_liquidity_by_range2",
        _REWARD: "claim_fee claim_fee2 claim_reward claim_reward2",
        ActivityKind.ORDER_OPEN: "place_limit_order",
        ActivityKind.ORDER_CANCEL: "cancel_limit_order",
        _CALL: "initialize_position initialize_position2 initialize_position_pda"
        " initialize_position_by_operator close_position close_position2 close_position_if_empty",
    }
)

_METEORA_POOLS: Final = anchor(
    {
        _SWAP: "swap",
        _ADD: "add_balance_liquidity add_imbalance_liquidity bootstrap_liquidity"
        " initialize_permissioned_pool initialize_permissionless_pool"
        " initialize_permissionless_pool_with_fee_tier"
        " initialize_permissionless_constant_product_pool_with_config"
        " initialize_permissionless_constant_product_pool_with_config2"
        " initialize_customizable_permissionless_constant_product_pool",
        _REMOVE: "remove_balance_liquidity remove_liquidity_single_side",
        _REWARD: "claim_fee partner_claim_fee",
        _CALL: "lock create_lock_escrow",
    }
)

# What is put into a vault is lent out by it.
_METEORA_VAULT: Final = anchor({ActivityKind.LEND: "deposit withdraw withdraw_directly_from_strategy"})

_METEORA_DAMM: Final = anchor(
    {
        _SWAP: "swap swap2",
        _ADD: "add_liquidity initialize_pool initialize_customizable_pool"
        " initialize_pool_with_dynamic_config",
        _REMOVE: "remove_liquidity remove_all_liquidity",
        _REWARD: "claim_position_fee claim_reward claim_partner_fee",
        _CALL: "create_position close_position lock_position lock_inner_position permanent_lock_position"
        " split_position split_position2",
    }
)

_PUMP_SWAP: Final = anchor(
    {
        _SWAP: "buy sell buy_exact_quote_in",
        _ADD: "create_pool deposit",
        _REMOVE: "withdraw",
        _REWARD: "collect_coin_creator_fee claim_token_incentives claim_cashback",
    }
)

PROGRAMS: Final = (
    program("sEsYH97wqmfnkzHedjNcw3zyJdPvUmsa9AixhS4b4fN", "XDEX", _CONSTANT_PRODUCT),
    program("7EEuq61z9VKdkUzj7G36xGd7ncyz8KBtUwAWVjypYQHf", "XDEX", _CONSTANT_PRODUCT),
    program("CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C", "Raydium CP", _CONSTANT_PRODUCT),
    program("675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8", "Raydium AMM", _RAYDIUM_AMM),
    program("CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK", "Raydium CLMM", _RAYDIUM_CLMM),
    program("LockrWmn6K5twhz3y9w1dQERbmgSaRkfnTeTKbpofwE", "Raydium Lock", _RAYDIUM_LOCK),
    program("HpNfyc2Saw7RKkQd8nEL4khUcuPhQ7WwY1B2qjx8jxFq", "PancakeSwap", _RAYDIUM_CLMM),
    program("REALQqNEomY6cQGZJUGwywTBD2UmDT32rZcNnfxQ5N2", "Byreal", _RAYDIUM_CLMM),
    program("whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc", "Orca", _WHIRLPOOL),
    program("9W959DqEETiGZocYWCQPaJ6sBmUzgfxXfqGeTEdp3aQP", "Orca", _TOKEN_SWAP),
    program("DjVE6JNiYqPL2QXyCUUh8rNjHrbz9hXHNYt99MQ59qw1", "Orca", _TOKEN_SWAP),
    program("SwaPpA9LAaLfeLi3a68M4DjnLqgtticKg6CnyNwgAC8", "Token Swap", _TOKEN_SWAP),
    program("FLUXubRmkEi2q6K3Y9kBPg9248ggaZVsoSFhtJHSrm1X", "FluxBeam", _TOKEN_SWAP),
    program("SSwpkEEcbUqx4vtoEByFjSkhKdCT862DNVb52nZg1UZ", "Saber", _SABER),
    program("LBUZKhRxPF3XUpBCjp4YzTKgLccjZhTSDM9YuVaPwxo", "Meteora DLMM", _METEORA_DLMM),
    program("Eo7WjKq67rjJQSZxS6z3YkapzY3eMj6Xy8X5EQVn5UaB", "Meteora", _METEORA_POOLS),
    program("24Uqj9JCLxUeoC3hGfh5W3s9FM9uCHDS2SG3LYwBpyTi", "Meteora Vault", _METEORA_VAULT),
    program("cpamdpZCGKUy5JxQXB4dcpGPiikHawvSWAd6mEn1sGG", "Meteora DAMM", _METEORA_DAMM),
    program("pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA", "PumpSwap", _PUMP_SWAP),
)

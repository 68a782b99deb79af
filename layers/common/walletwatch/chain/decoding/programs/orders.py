"""Order books, limit orders, recurring orders and perpetuals.

From the instruction enums of serum-dex (OpenBook v1) and Phoenix, and the public IDLs of OpenBook v2,
Jupiter's limit orders v1 and v2, DCA and perpetuals, and Drift v2.
"""

from typing import Final

from walletwatch.chain.decoding.layouts import anchor, numbered, program
from walletwatch.domain.activities import ActivityKind

_SWAP: Final = ActivityKind.SWAP
_OPEN: Final = ActivityKind.ORDER_OPEN
_FILL: Final = ActivityKind.ORDER_FILL
_CANCEL: Final = ActivityKind.ORDER_CANCEL

_JUPITER_LIMIT: Final = anchor(
    {
        _OPEN: "initialize_order",
        _FILL: "fill_order flash_fill_order",
        _CANCEL: "cancel_order cancel_expired_order cancel_dust_order",
        None: "pre_flash_fill_order",
    }
)

_JUPITER_DCA: Final = anchor(
    {
        _OPEN: "open_dca open_dca_v2 deposit",
        # The keeper ends an order with the last payment.
        _FILL: "fulfill_flash_fill fulfill_dlmm_fill transfer end_and_close",
        _CANCEL: "close_dca withdraw",
        None: "initiate_flash_fill initiate_dlmm_fill",
    }
)

_JUPITER_PERPS: Final = anchor(
    {
        _SWAP: "swap swap_exact_out swap2 instant_swap",
        _OPEN: "create_increase_position_request create_increase_position_market_request"
        " create_decrease_position_request create_decrease_position_request2"
        " create_decrease_position_market_request instant_create_limit_order instant_create_tpsl"
        " instant_increase_position",
        _CANCEL: "close_position_request close_position_request2 close_position_request3",
        _FILL: "decrease_position4 decrease_position_with_tpsl instant_decrease_position",
        ActivityKind.LIQUIDITY_ADD: "add_liquidity add_liquidity2",
        ActivityKind.LIQUIDITY_REMOVE: "remove_liquidity remove_liquidity2",
    }
)

# serum-dex: a zero byte for the version, then a u32.
_ORDER_BOOK: Final = {
    tag + bytes(3): found
    for tag, found in numbered(
        {
            _OPEN: {
                1: "newOrder",
                9: "newOrderV2",
                10: "newOrderV3",
                19: "replaceOrderByClientId",
                20: "replaceOrdersByClientIds",
            },
            _FILL: {5: "settleFunds", 13: "sendTake"},
            _CANCEL: {
                4: "cancelOrder",
                6: "cancelOrderByClientId",
                11: "cancelOrderV2",
                12: "cancelOrderByClientIdV2",
                16: "prune",
                18: "cancelOrdersByClientIds",
            },
            None: {
                2: "matchOrders",
                3: "consumeEvents",
                14: "closeOpenOrders",
                15: "initOpenOrders",
                17: "consumeEventsPermissioned",
            },
        },
        prefix=b"\0",
    ).items()
}

_SERUM_SWAP: Final = anchor({_SWAP: "swap swap_transitive", None: "init_account close_account"})

_OPENBOOK_V2: Final = anchor(
    {
        _OPEN: "place_order place_order_pegged place_orders cancel_all_and_place_orders edit_order"
        " edit_order_pegged",
        _SWAP: "place_take_order",
        _FILL: "settle_funds settle_funds_expired",
        _CANCEL: "cancel_order cancel_order_by_client_order_id cancel_all_orders",
    }
)

_PHOENIX: Final = numbered(
    {
        _SWAP: {0: "swap", 1: "swapWithFreeFunds"},
        _OPEN: {
            2: "placeLimitOrder",
            3: "placeLimitOrderWithFreeFunds",
            16: "placeMultiplePostOnlyOrders",
            17: "placeMultiplePostOnlyOrdersWithFreeFunds",
        },
        _CANCEL: {
            4: "reduceOrder",
            5: "reduceOrderWithFreeFunds",
            6: "cancelAllOrders",
            7: "cancelAllOrdersWithFreeFunds",
            8: "cancelUpTo",
            9: "cancelUpToWithFreeFunds",
            10: "cancelMultipleOrdersById",
            11: "cancelMultipleOrdersByIdWithFreeFunds",
        },
        _FILL: {12: "withdrawFunds"},
        None: {13: "depositFunds", 14: "requestSeat"},
    }
)

_DRIFT: Final = anchor(
    {
        _OPEN: "place_perp_order place_spot_order place_orders place_and_take_perp_order"
        " place_and_make_perp_order place_and_take_spot_order place_and_make_spot_order modify_order"
        " modify_order_by_user_id",
        _CANCEL: "cancel_order cancel_orders cancel_orders_by_ids cancel_order_by_user_id",
        ActivityKind.LEND: "deposit withdraw",
        _SWAP: "end_swap",
    }
)

PROGRAMS: Final = (
    program("jupoNjAxXgZ4rjzxzPMP4oxduvQsQtZzyknqvzYNrNu", "Jupiter Limit", _JUPITER_LIMIT),
    program("j1o2qRpjcyUwEvwtcfhEQefh773ZgjxcVRry7LDqg5X", "Jupiter Limit", _JUPITER_LIMIT),
    program("DCA265Vj8a9CEuX1eb1LWRnDT7uK6q1xMipnNyatn23M", "Jupiter DCA", _JUPITER_DCA),
    program("PERPHjGBqRHArX4DySjwM6UJHiR3sWAatqfdBS2qQJu", "Jupiter Perps", _JUPITER_PERPS),
    program("srmqPvymJeFKQ4zGQed1GFppgkRHL9kaELCbyksJtPX", "OpenBook", _ORDER_BOOK),
    program("9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin", "Serum", _ORDER_BOOK),
    program("EUqojwWA2rd19FZrzeBncJsm38Jm1hEhE3zsmX3bRc2o", "Serum", _ORDER_BOOK),
    program("22Y43yTVxuUkoRKdm9thyRhQ3SdgQS7c7kB6UNCiaczD", "Serum Swap", _SERUM_SWAP),
    program("opnb2LAfJYbRMAHHvqjCwQxanZn7ReEHp1k81EohpZb", "OpenBook v2", _OPENBOOK_V2),
    program("PhoeNiXZ8ByJGLkxNfZRnkUfjvmuYqLR89jjFHGqdXY", "Phoenix", _PHOENIX),
    program("dRiftyHA39MWEi3m9aunc5MzRF1JYuBsbn6VPcn33UH", "Drift", _DRIFT),
)

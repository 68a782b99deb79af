"""Marketplaces of collectibles: Magic Eden (M2, MMM) and Tensor (Tensorswap, AMM, marketplace, bids).

From their public IDLs. Who accepts an offer runs the instruction of a sale as well as who buys; the legs tell
which of them the wallet is.
"""

from typing import Final

from walletwatch.chain.decoding.layouts import anchor, program
from walletwatch.domain.activities import ActivityKind

_BUY: Final = ActivityKind.NFT_PURCHASE
_SELL: Final = ActivityKind.NFT_SALE
_LIST: Final = ActivityKind.NFT_LISTING
_OPEN: Final = ActivityKind.ORDER_OPEN
_CANCEL: Final = ActivityKind.ORDER_CANCEL

_MAGIC_EDEN: Final = anchor(
    {
        _BUY: "execute_sale execute_sale_v2 mip1_execute_sale_v2 ocp_execute_sale_v2 ext_execute_sale_v2"
        " core_execute_sale_v2",
        _LIST: "sell mip1_sell ocp_sell ext_sell core_sell",
        _CANCEL: "cancel_sell mip1_cancel_sell ocp_cancel_sell ext_cancel_sell core_cancel_sell cancel_buy",
        _OPEN: "buy buy_v2",
        None: "deposit withdraw",
    }
)

_MAGIC_EDEN_AMM: Final = anchor(
    {
        _BUY: "sol_fulfill_sell sol_mip1_fulfill_sell sol_ocp_fulfill_sell sol_ext_fulfill_sell"
        " sol_mpl_core_fulfill_sell",
        _SELL: "sol_fulfill_buy sol_mip1_fulfill_buy sol_ocp_fulfill_buy sol_ext_fulfill_buy"
        " sol_mpl_core_fulfill_buy cnft_fulfill_buy",
        _LIST: "deposit_sell mip1_deposit_sell ocp_deposit_sell ext_deposit_sell mpl_core_deposit_sell",
        _CANCEL: "withdraw_sell mip1_withdraw_sell ocp_withdraw_sell ext_withdraw_sell"
        " mpl_core_withdraw_sell sol_withdraw_buy sol_close_pool",
        _OPEN: "create_pool sol_deposit_buy",
    }
)

_TENSOR_SWAP: Final = anchor(
    {
        _BUY: "buy_nft buy_nft_t22 wns_buy_nft buy_nft_core buy_single_listing buy_single_listing_t22"
        " wns_buy_single_listing",
        _SELL: "sell_nft_token_pool sell_nft_trade_pool sell_nft_token_pool_t22 sell_nft_trade_pool_t22"
        " wns_sell_nft_token_pool wns_sell_nft_trade_pool sell_nft_token_pool_core"
        " sell_nft_trade_pool_core take_snipe",
        _LIST: "list list_t22 wns_list deposit_nft deposit_nft_t22 wns_deposit_nft deposit_nft_core",
        _CANCEL: "delist delist_t22 wns_delist withdraw_nft withdraw_nft_t22 wns_withdraw_nft"
        " withdraw_nft_core withdraw_sol close_pool close_expired_pool",
        _OPEN: "init_pool create_pool deposit_sol",
        None: "deposit_margin_account withdraw_margin_account",
    }
)

_TENSOR_BID: Final = anchor(
    {
        _SELL: "take_bid take_bid_t22 wns_take_bid",
        _OPEN: "bid",
        _CANCEL: "cancel_bid close_expired_bid",
    }
)

_TENSOR_MARKETPLACE: Final = anchor(
    {
        _BUY: "buy buy_spl buy_core buy_core_spl buy_legacy buy_legacy_spl buy_t22 buy_t22_spl buy_wns"
        " buy_wns_spl",
        _SELL: "take_bid_meta_hash take_bid_full_meta take_bid_core take_bid_t22 take_bid_legacy"
        " take_bid_wns",
        _LIST: "list list_core list_legacy list_t22 list_wns",
        _CANCEL: "delist delist_core delist_legacy delist_t22 delist_wns cancel_bid close_expired_bid"
        " close_expired_listing close_expired_listing_core close_expired_listing_legacy"
        " close_expired_listing_t22 close_expired_listing_wns",
        _OPEN: "bid",
    }
)

PROGRAMS: Final = (
    program("M2mx93ekt1fmXSVkTrUL9xVFHkmME8HTUi5Cyc5aF7K", "Magic Eden", _MAGIC_EDEN),
    program("mmm3XBJg5gk8XJxEKBvdgptZz6SgK4tXvn36sodowMc", "Magic Eden", _MAGIC_EDEN_AMM),
    program("TSWAPaqyCSx2KABk68Shruf4rp7CxcNi8hAsbdwmHbN", "Tensor", _TENSOR_SWAP),
    program("TAMM6ub33ij1mbetoMyVBLeKY5iP41i4UPUJQGkhfsg", "Tensor", _TENSOR_SWAP),
    program("TB1Dqt8JeKQh7RLDzfYDJsq8KS4fS2yt87avRjyRxMv", "Tensor", _TENSOR_BID),
    program("TCMPhJdwDryooaGtiocG1u3xcYbRpiJzb283XfCZsDp", "Tensor", _TENSOR_MARKETPLACE),
)

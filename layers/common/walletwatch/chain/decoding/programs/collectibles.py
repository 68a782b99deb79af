"""Metaplex's programs and the marketplaces (mpl-token-metadata, mpl-core, mpl-bubblegum; Anchor IDLs)."""

from typing import Final

from walletwatch.chain.decoding.layouts import anchor, discriminator, layout, program, tagged
from walletwatch.chain.decoding.programs.ids import MPL_CORE, TOKEN_METADATA
from walletwatch.domain.activities import ActivityKind

_MINT: Final = ActivityKind.NFT_MINT
_BUY: Final = ActivityKind.NFT_PURCHASE
_SELL: Final = ActivityKind.NFT_SALE
_LIST: Final = ActivityKind.NFT_LISTING
_CANCEL: Final = ActivityKind.ORDER_CANCEL
_BURN: Final = ActivityKind.BURN

_METADATA: Final = {
    0: layout("createMetadataAccount", "metadata mint"),
    10: layout("createMasterEdition"),
    15: layout("updateMetadataAccountV2"),
    16: layout("createMetadataAccountV2", "metadata mint"),
    17: layout("createMasterEditionV3"),
    18: layout("verifyCollection"),
    29: layout("burnNft", action=_BURN),
    33: layout("createMetadataAccountV3", "metadata mint"),
    41: layout("burn", action=_BURN),
    42: layout("create"),
    43: layout("mint"),
    44: layout("delegate"),
    45: layout("revoke"),
    46: layout("lock"),
    47: layout("unlock"),
    49: layout("transfer"),
    50: layout("update"),
    52: layout("verify"),
    56: layout("resize"),
}

# An asset of mpl-core is one account, not a token: who holds it stands in its own data, so its moves do not
# show in any balance.
_CORE: Final = {
    0: layout("create", "asset collection authority payer owner updateAuthority"),
    1: layout("createCollection", "collection updateAuthority payer"),
    12: layout("burn", "asset collection payer authority"),
    14: layout("transfer", "asset collection payer authority newOwner"),
    15: layout("update", "asset collection payer authority"),
    20: layout("create", "asset collection authority payer owner updateAuthority"),
    21: layout("createCollection", "collection updateAuthority payer"),
}

# The same holds for a compressed asset, a leaf of a tree.
_TREE: Final = "treeConfig leafOwner leafDelegate"
_BUBBLEGUM: Final = {
    discriminator("global:transfer"): layout("transfer", f"{_TREE} newOwner merkleTree"),
    discriminator("global:burn"): layout("burn", f"{_TREE} merkleTree"),
    discriminator("global:mint_v1"): layout("mint", f"{_TREE} merkleTree payer"),
    discriminator("global:mint_to_collection_v1"): layout("mint", f"{_TREE} merkleTree payer"),
}

_CANDY_MACHINE: Final = anchor({_MINT: "mint mint_v2 mint_v1 mint_asset"})

_MAGIC_EDEN: Final = anchor(
    {
        _BUY: "execute_sale execute_sale_v2 mip1_execute_sale_v2 ocp_execute_sale_v2 core_execute_sale_v2",
        _LIST: "sell mip1_sell ocp_sell core_sell",
        _CANCEL: "cancel_sell mip1_cancel_sell ocp_cancel_sell core_cancel_sell cancel_buy",
        ActivityKind.ORDER_OPEN: "buy buy_v2",
        None: "deposit withdraw",
    }
)

_MAGIC_EDEN_AMM: Final = anchor(
    {
        _BUY: "sol_fulfill_sell sol_mip1_fulfill_sell sol_ocp_fulfill_sell sol_ext_fulfill_sell"
        " sol_mpl_core_fulfill_sell",
        _SELL: "sol_fulfill_buy sol_mip1_fulfill_buy sol_ocp_fulfill_buy sol_ext_fulfill_buy"
        " sol_mpl_core_fulfill_buy",
    }
)

_TENSOR: Final = anchor(
    {
        _BUY: "buy_nft buy_single_listing buy_single_listing_t22 buy_spl buy buy_core buy_t22"
        " buy_legacy buy_wns"
        " wns_buy_single_listing",
        _SELL: "sell_nft_token_pool sell_nft_trade_pool take_bid_meta_hash take_bid_full_meta take_bid_core"
        " take_bid_t22 take_bid_legacy take_bid_wns",
        _LIST: "list list_t22 list_core list_legacy list_wns wns_list",
        _CANCEL: "delist delist_t22 delist_core delist_legacy delist_wns wns_delist cancel_bid"
        " close_expired_bid",
        ActivityKind.ORDER_OPEN: "bid",
    }
)

PROGRAMS: Final = (
    program(TOKEN_METADATA, "Metaplex", tagged(_METADATA)),
    program(MPL_CORE, "Metaplex Core", tagged(_CORE)),
    program("BGUMAp9Gq7iTEuizy4pqaxsTyUCBK68MDfK752saRPUY", "Bubblegum", _BUBBLEGUM),
    program("CndyV3LdqHUfDLmE5naZjVN8rBZz4tqhdefbAnjHG3JR", "Candy Machine", _CANDY_MACHINE),
    program("Guard1JwRhJkVH6XZhzoYxeBVQe872VH6QggF4BWmS9g", "Candy Machine", _CANDY_MACHINE),
    program("M2mx93ekt1fmXSVkTrUL9xVFHkmME8HTUi5Cyc5aF7K", "Magic Eden", _MAGIC_EDEN),
    program("mmm3XBJg5gk8XJxEKBvdgptZz6SgK4tXvn36sodowMc", "Magic Eden", _MAGIC_EDEN_AMM),
    program("TSWAPaqyCSx2KABk68Shruf4rp7CxcNi8hAsbdwmHbN", "Tensor", _TENSOR),
    program("TCMPhJdwDryooaGtiocG1u3xcYbRpiJzb283XfCZsDp", "Tensor", _TENSOR),
)

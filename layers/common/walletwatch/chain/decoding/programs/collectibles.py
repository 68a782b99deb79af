"""Metaplex's programs: mpl-token-metadata, mpl-core, mpl-bubblegum, and the candy machines (their IDLs)."""

from typing import Final

from walletwatch.chain.decoding.layouts import anchor, discriminator, layout, program, tagged
from walletwatch.domain.activities import ActivityKind
from walletwatch.domain.programs import BUBBLEGUM, METAPLEX, MPL_CORE

_MINT: Final = ActivityKind.NFT_MINT
_BURN: Final = ActivityKind.BURN
_CREATE: Final = ActivityKind.TOKEN_CREATE

_METADATA: Final = {
    0: layout("createMetadataAccount", "metadata mint"),
    10: layout("createMasterEdition"),
    11: layout("mintNewEditionFromMasterEditionViaToken", action=_MINT),
    13: layout("mintNewEditionFromMasterEditionViaVaultProxy", action=_MINT),
    15: layout("updateMetadataAccountV2"),
    16: layout("createMetadataAccountV2", "metadata mint"),
    17: layout("createMasterEditionV3"),
    18: layout("verifyCollection"),
    29: layout("burnNft", action=_BURN),
    33: layout("createMetadataAccountV3", "metadata mint"),
    37: layout("burnEditionNft", action=_BURN),
    41: layout("burn", action=_BURN),
    42: layout("create", action=_CREATE),
    43: layout("mint"),
    44: layout("delegate"),
    45: layout("revoke"),
    46: layout("lock"),
    47: layout("unlock"),
    49: layout("transfer"),
    50: layout("update"),
    52: layout("verify"),
    55: layout("print", action=_MINT),
    56: layout("resize"),
}

# An asset of mpl-core is one account, not a token: who holds it stands in its own data, so its moves do not
# show in any balance.
_CORE_ASSET: Final = "asset collection authority payer owner updateAuthority"
_CORE: Final = {
    0: layout("create", _CORE_ASSET),
    1: layout("createCollection", "collection updateAuthority payer"),
    12: layout("burn", "asset collection payer authority"),
    14: layout("transfer", "asset collection payer authority newOwner"),
    15: layout("update", "asset collection payer authority"),
    20: layout("create", _CORE_ASSET),
    21: layout("createCollection", "collection updateAuthority payer"),
    30: layout("update", "asset collection payer authority"),
}

# The same holds for a compressed asset, a leaf of a tree.
_TREE: Final = "treeConfig leafOwner leafDelegate"
_BUBBLEGUM: Final = {
    discriminator(f"global:{tag}"): layout(name, accounts)
    for tag, name, accounts in (
        ("transfer", "transfer", f"{_TREE} newOwner merkleTree"),
        ("transfer_v2", "transfer", "treeConfig payer authority leafOwner leafDelegate newOwner merkleTree"),
        ("burn", "burn", f"{_TREE} merkleTree"),
        ("burn_v2", "burn", "treeConfig payer authority leafOwner leafDelegate merkleTree"),
        ("mint_v1", "mint", f"{_TREE} merkleTree payer minter"),
        ("mint_to_collection_v1", "mint", f"{_TREE} merkleTree payer minter"),
        (
            "mint_v2",
            "mint",
            "treeConfig payer minter collectionAuthority leafOwner leafDelegate merkleTree",
        ),
    )
}

_CANDY_MACHINE: Final = anchor({_MINT: "mint mint_v2 mint_v1 mint_asset mint_nft"})

PROGRAMS: Final = (
    program(METAPLEX, "Metaplex", tagged(_METADATA)),
    program(MPL_CORE, "Metaplex Core", tagged(_CORE)),
    program(BUBBLEGUM, "Bubblegum", _BUBBLEGUM),
    *(
        program(address, "Candy Machine", _CANDY_MACHINE)
        for address in (
            "cndyAnrLdpjq1Ssp1z8xxDsB8dxe7u4HL5Nxi2K5WXZ",
            "cndy3Z4yapfJBmL3ShUp5exZKqR3z33thTzeNMm2gRZ",
            "CndyV3LdqHUfDLmE5naZjVN8rBZz4tqhdefbAnjHG3JR",
            "Guard1JwRhJkVH6XZhzoYxeBVQe872VH6QggF4BWmS9g",
            "CMACYFENjoBMHzapRXyo1JZkVS6EtaDDzkjMrmQLvr4J",
            "CMAGAKJ67e9hRZgfC5SFTbZH8MgEmtqazKXjmkaJjWTJ",
        )
    ),
)

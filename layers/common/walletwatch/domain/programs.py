"""Addresses of the programs that code needs to know by name; the registry of decoders has many more."""

from typing import Final

SYSTEM: Final = "11111111111111111111111111111111"
TOKEN: Final = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"  # noqa: S105 - a program, not a secret
TOKEN_2022: Final = "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb"  # noqa: S105 - a program, not a secret
ASSOCIATED_TOKEN: Final = "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL"  # noqa: S105 - a program
STAKE: Final = "Stake11111111111111111111111111111111111111"
VOTE: Final = "Vote111111111111111111111111111111111111111"
MEMO_V1: Final = "Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo"
MEMO: Final = "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr"
COMPUTE_BUDGET: Final = "ComputeBudget111111111111111111111111111111"
ADDRESS_LOOKUP_TABLE: Final = "AddressLookupTab1e1111111111111111111111111"
UPGRADEABLE_LOADER: Final = "BPFLoaderUpgradeab1e11111111111111111111111"
METAPLEX: Final = "metaqbxxUerdq28cj1RbAWkYQm3ybzjb6a8bt518x1s"
BUBBLEGUM: Final = "BGUMAp9Gq7iTEuizy4pqaxsTyUCBK68MDfK752saRPUY"
MPL_CORE: Final = "CoREENxT6tW1HoK8ypY1SxRMZTcVPm7R94rH4PZNhX7d"

TOKEN_PROGRAMS: Final = frozenset({TOKEN, TOKEN_2022})
MEMO_PROGRAMS: Final = frozenset({MEMO_V1, MEMO})

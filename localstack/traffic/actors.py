"""Keys of those who act, kept in a file so that repeated runs reuse them."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from solders.keypair import Keypair
from solders.pubkey import Pubkey

from traffic.mints import Mint


@dataclass(slots=True)
class Actors:
    """Wallets and tokens by name.

    Attributes:
        genesis: The chain the tokens are on; a node that starts anew is another chain.
    """

    path: Path
    genesis: str | None = None
    keys: dict[str, Keypair] = field(default_factory=dict)
    mints: dict[str, Mint] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> "Actors":
        """Read the file; a file that is not there holds nobody.

        Raises:
            ValueError: It is no file of this tool.
        """
        if not path.exists():
            return cls(path)
        try:
            document = json.loads(path.read_text())
            keys = {name: Keypair.from_base58_string(text) for name, text in document["keys"].items()}
            mints = {name: _mint_from_json(value) for name, value in document["mints"].items()}
            return cls(path, document["genesis"], keys, mints)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"{path} is no file of keys of this tool: {error!r}") from error

    def save(self) -> None:
        """Write the file, readable by its owner only."""
        document = {
            "genesis": self.genesis,
            "keys": {name: str(key) for name, key in self.keys.items()},
            "mints": {name: _mint_to_json(mint) for name, mint in self.mints.items()},
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.touch(mode=0o600)
        self.path.write_text(json.dumps(document, indent=1))

    def get(self, name: str) -> Keypair:
        """The wallet of this name, made if there is none yet."""
        return self.keys.setdefault(name, Keypair())

    def find(self, address: Pubkey) -> Keypair | None:
        """The keys of an address, if this file has them."""
        return next((key for key in self.keys.values() if key.pubkey() == address), None)

    def enter(self, genesis: str) -> None:
        """Act on this chain from now on; tokens of another one are forgotten."""
        if genesis != self.genesis:
            self.genesis = genesis
            self.mints.clear()


def _mint_to_json(mint: Mint) -> dict[str, Any]:
    return {
        "address": str(mint.address),
        "program": str(mint.program),
        "decimals": mint.decimals,
        "fee_basis_points": mint.fee_basis_points,
        "maximum_fee": mint.maximum_fee,
    }


def _mint_from_json(value: dict[str, Any]) -> Mint:
    return Mint(
        Pubkey.from_string(value["address"]),
        Pubkey.from_string(value["program"]),
        int(value["decimals"]),
        int(value["fee_basis_points"]),
        int(value["maximum_fee"]),
    )

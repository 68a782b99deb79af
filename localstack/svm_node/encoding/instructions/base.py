"""What all instruction parsers share."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from svm_node.encoding.reader import Reader, Unparsable


class Parsed(NamedTuple):
    """An instruction understood: its type and what it says."""

    type: str
    info: dict[str, Any]


class Accounts:
    """The accounts an instruction was given, in order."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses

    def __len__(self) -> int:
        return len(self._addresses)

    def __getitem__(self, index: int) -> str:
        try:
            return self._addresses[index]
        except IndexError:
            raise Unparsable(f"no account {index}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._addresses)

    def after(self, count: int) -> list[str]:
        """The accounts after the first `count`."""
        return list(self._addresses[count:])

    def named(self, *names: str) -> dict[str, str]:
        """The first accounts under their names.

        Raises:
            Unparsable: There are fewer.
        """
        return {name: self[index] for index, name in enumerate(names)}

    def authority(self, index: int, name: str) -> dict[str, Any]:
        """An authority: one signer at this index, or a multisig there and its signers after it."""
        signers = self.after(index + 1)
        if not signers:
            return {name: self[index]}
        return {f"multisig{name[0].upper()}{name[1:]}": self[index], "signers": signers}


type InstructionParser = Callable[[Accounts, Reader], Parsed]

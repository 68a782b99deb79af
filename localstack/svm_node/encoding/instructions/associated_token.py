"""Instructions of the associated token account program (Agave's `parse_associated_token`)."""

from svm_node.encoding.instructions.base import Accounts, Parsed
from svm_node.encoding.reader import Reader, Unparsable

_CREATE = ("source", "account", "wallet", "mint", "systemProgram", "tokenProgram")
_RECOVER_NESTED = (
    "nestedSource",
    "nestedMint",
    "destination",
    "nestedOwner",
    "ownerMint",
    "wallet",
    "tokenProgram",
)


def parse(accounts: Accounts, data: Reader) -> Parsed:
    """Read an instruction.

    Raises:
        Unparsable: It is none that is known.
    """
    kind = data.u8() if data.remaining else 0
    match kind:
        case 0:
            return Parsed("create", dict(accounts.named(*_CREATE)))
        case 1:
            return Parsed("createIdempotent", dict(accounts.named(*_CREATE)))
        case 2:
            return Parsed("recoverNested", dict(accounts.named(*_RECOVER_NESTED)))
        case _:
            raise Unparsable("unknown associated token instruction")

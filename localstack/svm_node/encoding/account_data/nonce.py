"""Durable nonce accounts (Agave's `parse_nonce`)."""

from typing import Any

from svm_node.encoding.reader import Reader, Unparsable
from svm_node.nonce import NONCE_ACCOUNT_LENGTH


def parse(data: bytes) -> dict[str, Any]:
    """`{type, info}`.

    Raises:
        Unparsable: It is no initialized nonce account.
    """
    if len(data) != NONCE_ACCOUNT_LENGTH:
        raise Unparsable("not a nonce account")
    reader = Reader(data)
    reader.skip(4)
    if reader.u32() != 1:
        raise Unparsable("nonce is not initialized")
    info = {
        "authority": reader.pubkey(),
        "blockhash": reader.pubkey(),
        "feeCalculator": {"lamportsPerSignature": str(reader.u64())},
    }
    return {"type": "initialized", "info": info}

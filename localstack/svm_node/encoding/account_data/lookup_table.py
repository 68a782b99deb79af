"""Address lookup tables (Agave's `parse_address_lookup_table`)."""

from typing import Any

from svm_node.encoding.reader import Reader, Unparsable
from svm_node.keys import LOOKUP_TABLE_META_SIZE


def parse(data: bytes) -> dict[str, Any]:
    """`{type, info}`; slots are strings there.

    Raises:
        Unparsable: It is no lookup table.
    """
    reader = Reader(data)
    if reader.u32() != 1:
        raise Unparsable("lookup table is not initialized")
    info: dict[str, Any] = {
        "deactivationSlot": str(reader.u64()),
        "lastExtendedSlot": str(reader.u64()),
        "lastExtendedSlotStartIndex": reader.u8(),
    }
    authority = reader.option_pubkey()
    if authority is not None:
        info["authority"] = authority
    if (len(data) - LOOKUP_TABLE_META_SIZE) % 32:
        raise Unparsable("addresses of uneven length")
    addresses = Reader(data, LOOKUP_TABLE_META_SIZE)
    info["addresses"] = [addresses.pubkey() for _ in range(addresses.remaining // 32)]
    return {"type": "lookupTable", "info": info}

"""The decoder, loaded at once or with the first transaction."""

from typing import TYPE_CHECKING, Any

from walletwatch.settings.chain import ChainSettings
from walletwatch.settings.reading import load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from walletwatch.domain.activities import Activity
    from walletwatch.domain.explanations import Outline
    from walletwatch.ports.chain import Decode, Outlines


def make_decode() -> "Decode":
    """The decoder for the profile of this deployment."""
    from functools import partial

    from walletwatch.chain.decoding import decode_transaction

    return partial(decode_transaction, native_symbol=load(ChainSettings).profile.native_symbol)


def make_late_decode() -> "Decode":
    """The decoder, loaded with the first transaction: whoever explains none does not pay for it."""
    loaded: list[Decode] = []

    def decode(result: "Mapping[str, Any]", wallet: str) -> "Activity | None":
        if not loaded:
            loaded.append(make_decode())
        return loaded[0](result, wallet)

    return decode


def make_late_outline() -> "Outlines":
    """What a transaction is about, loaded like the decoder."""

    def outline(result: "Mapping[str, Any]") -> "Outline":
        from walletwatch.chain.decoding.outline import outline as read

        return read(result)

    return outline

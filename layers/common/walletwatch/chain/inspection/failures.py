"""Failures of the chain as what a scan could not see."""

from walletwatch.domain.errors import ChainRefused, ChainUnavailable
from walletwatch.domain.risk import Unknown, UnknownReason


def unknown(*errors: ChainUnavailable | ChainRefused) -> Unknown:
    """What is left of a question that failed in all ways in which it was asked.

    It may be answered another time if any of them may.
    """
    if any(isinstance(error, ChainUnavailable) for error in errors):
        return Unknown(UnknownReason.UNAVAILABLE)
    return Unknown(UnknownReason.REFUSED)

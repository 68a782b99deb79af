"""What people do on a chain, as one call each."""

from traffic.issuing import IssuerActions
from traffic.native import NativeActions
from traffic.nonces import NonceActions
from traffic.session import NATIVE, Action, Movement, UnexpectedOutcome
from traffic.staking import StakeActions
from traffic.tokens import TokenActions

__all__ = ["NATIVE", "Action", "Chain", "Movement", "UnexpectedOutcome"]


class Chain(NativeActions, IssuerActions, TokenActions, StakeActions, NonceActions):
    """Acts on the chain behind an RPC address.

    Every action waits until its transaction is confirmed, unless `wait` is False.
    """

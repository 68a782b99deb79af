"""What was gained and lost, by average cost.

What comes in is bought at the price of the moment, what goes out is sold at it. What moves between a person's
own wallets is neither: it takes its cost along. Stakes, loans and open orders stay owned, and what a stake
earns is in it until it is withdrawn. Where a price was not known, the units are counted and their cost or
proceeds are not.

Account deposits (rent) are left out: they come back as they were.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from decimal import Decimal, localcontext

from walletwatch.domain.activities import Activity
from walletwatch.domain.carrying import SET_ASIDE, CarriedFlow, Nature
from walletwatch.domain.lots import NOTHING, Position
from walletwatch.domain.money import NATIVE, NATIVE_DECIMALS
from walletwatch.domain.prices import ARITHMETIC, Price, value_usd
from walletwatch.domain.valuing import MAX_DECIMALS, decimals_of, movements, note_of

_COMES, _MOVES_OUT, _MOVES_IN, _GOES = range(4)
"""The order within a slot, whose transactions have no other that is known: nothing is sold before it came."""

type Identity = tuple[str, str, str]
"""Signature, asset and wallet."""


@dataclass(frozen=True, slots=True)
class Realised:
    """A gain or a loss.

    Attributes:
        at: Unix seconds; None where the time is not known.
    """

    at: int | None
    wallet: str
    usd: Decimal


@dataclass(slots=True)
class Books:
    """The positions of some wallets.

    Attributes:
        realised: In the order of time.
    """

    positions: dict[tuple[str, str], Position] = field(default_factory=dict)
    realised: list[Realised] = field(default_factory=list)
    _arrived: dict[Identity, int] = field(default_factory=dict)

    def position(self, wallet: str, asset: str) -> Position:
        """Of one asset in one wallet."""
        return self.positions.setdefault((wallet, asset), Position(asset))

    def of(self, wallets: Collection[str]) -> Sequence[Position]:
        """By asset, of these wallets together."""
        together: dict[str, Position] = {}
        for (wallet, asset), position in self.positions.items():
            if wallet in wallets:
                together[asset] = together[asset].plus(position) if asset in together else position
        return list(together.values())

    def dispose(self, at: int | None, wallet: str, asset: str, units: int, usd: Decimal | None) -> None:
        """Units left a wallet."""
        gain = self.position(wallet, asset).dispose(units, usd)
        if gain:
            self.realised.append(Realised(at, wallet, gain))

    def move_out(self, signature: str, source: str, target: str, asset: str, units: int) -> None:
        """Units go from an own wallet to another, which need not have seen them arrive."""
        self.position(target, asset).put(self.position(source, asset).take(units))
        identity = (signature, asset, target)
        self._arrived[identity] = self._arrived.get(identity, 0) + units

    def move_in(self, signature: str, target: str, asset: str, units: int) -> None:
        """Units come from another own wallet, which may have sent more: a token can keep a fee."""
        here = self.position(target, asset)
        there = self._arrived.pop((signature, asset, target), 0)
        if units > there:
            here.acquire(units - there, None)
        elif units < there:
            lost = here.take(there - units)
            here.unsettled += lost.units
            with localcontext(ARITHMETIC):
                here.unsettled_cost += lost.cost


def reckon(
    activities: Sequence[Activity], own: Collection[str], carried: Sequence[CarriedFlow] = ()
) -> Books:
    """The books of some wallets.

    Args:
        activities: Of all of them, in any order.
        own: The addresses of one person's wallets; what moves between them is no sale.
        carried: What is left of older activities.
    """
    books = Books()
    for stage, flow in sorted(_stages(carried, own), key=lambda each: (each[1].day, each[0], each[1].key)):
        _carry(books, stage, flow, own)
    for entry in sorted((entry for each in activities for entry in _entries(each, own)), key=_order):
        _book(books, entry)
    return books


@dataclass(frozen=True, slots=True)
class _Entry:
    """One movement, or a fee, at its place.

    Attributes:
        units: Base units, never negative.
    """

    stage: int
    activity: Activity
    asset: str
    units: int
    usd: Decimal | None = None
    counterparty: str = ""
    decimals: int | None = None
    is_fee: bool = False


def _entries(activity: Activity, own: Collection[str]) -> Iterator[_Entry]:
    for movement in movements(activity):
        leg = movement.leg
        came = leg.amount > 0
        mine = leg.counterparty if leg.counterparty in own and leg.counterparty else ""
        yield _Entry(
            (_MOVES_IN if came else _MOVES_OUT) if mine else _COMES if came else _GOES,
            activity,
            leg.asset,
            abs(leg.amount),
            movement.usd,
            mine,
            decimals_of(activity, leg),
        )
    if activity.fee:
        yield _Entry(_GOES, activity, NATIVE, activity.fee, decimals=NATIVE_DECIMALS, is_fee=True)


def _order(entry: _Entry) -> tuple[int, int, str, str, str, bool, int]:
    activity = entry.activity
    return (
        activity.slot,
        entry.stage,
        activity.signature,
        activity.wallet,
        entry.asset,
        entry.is_fee,
        entry.units,
    )


def _book(books: Books, entry: _Entry) -> None:
    activity, asset, units = entry.activity, entry.asset, entry.units
    wallet = activity.wallet
    position = books.position(wallet, asset)
    position.decimals = position.decimals if entry.decimals is None else entry.decimals
    position.note = note_of(activity, asset) or position.note
    if entry.is_fee:
        position.pay_fee(units)
    elif entry.stage == _MOVES_OUT:
        books.move_out(activity.signature, wallet, entry.counterparty, asset, units)
    elif entry.stage == _MOVES_IN:
        books.move_in(activity.signature, wallet, asset, units)
    elif activity.kind in SET_ASIDE:
        if entry.stage == _COMES:
            position.fetch(units, entry.usd)
        else:
            position.set_aside(units)
    elif activity.stays_in_stake:
        position.earn_aside(units, entry.usd)
    elif entry.stage == _COMES:
        position.acquire(units, entry.usd)
    else:
        books.dispose(activity.block_time, wallet, asset, units, entry.usd)


def _stages(carried: Sequence[CarriedFlow], own: Collection[str]) -> Iterator[tuple[int, CarriedFlow]]:
    """When in its day each part of a flow is booked: in an unknown order, nothing goes before it came."""
    for flow in carried:
        if flow.counterparty in own:
            yield _MOVES_OUT if flow.sent else _MOVES_IN, flow
        elif flow.nature is Nature.MARKET:
            if flow.received:
                yield _COMES, flow
            if flow.sent:
                yield _GOES, flow
        elif flow.nature is Nature.ASIDE:
            # What was fetched may be sold, and what was bought be set aside.
            yield _COMES if flow.received > flow.sent else _MOVES_IN, flow
        else:
            yield _GOES, flow


def _carry(books: Books, stage: int, flow: CarriedFlow, own: Collection[str]) -> None:
    """A part of a day of what was deleted."""
    wallet, asset = flow.wallet, flow.asset
    position = books.position(wallet, asset)
    position.decimals = position.decimals if flow.decimals is None else flow.decimals
    if flow.nature is Nature.FEE:
        position.pay_fee(flow.sent)
    elif flow.counterparty in own:
        # By the sums of a day: what one of them sent, the other got.
        day = flow.day.isoformat()
        if flow.sent:
            books.move_out(f"{day} {wallet}", wallet, flow.counterparty, asset, flow.sent)
        if flow.received:
            books.move_in(f"{day} {flow.counterparty}", wallet, asset, flow.received)
    elif flow.nature is Nature.ASIDE:
        _carry_aside(position, flow)
    elif stage == _COMES:
        position.acquire(flow.received_priced, flow.received_usd)
        position.acquire(flow.received - flow.received_priced, None)
    else:
        at = int(datetime.combine(flow.day, time(), UTC).timestamp())
        unpriced = flow.sent - flow.sent_priced
        if flow.sent_priced:
            books.dispose(at, wallet, asset, flow.sent_priced, flow.sent_usd)
        if unpriced:
            books.dispose(at, wallet, asset, unpriced, None)


def _carry_aside(position: Position, flow: CarriedFlow) -> None:
    """What is left of what went to stakes, loans and orders on a day, and came back from them."""
    if flow.sent >= flow.received:
        position.set_aside(flow.sent - flow.received)
        return
    back = flow.received - flow.sent
    usd = None
    if flow.received_priced == flow.received:
        with localcontext(ARITHMETIC):
            usd = flow.received_usd * back / flow.received
    position.fetch(back, usd)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one asset, as far as that can be said.

    Attributes:
        value: What all that is owned is worth now; None without a fresh price.
        unrealised: What the part with a known cost is worth more, or less, than it cost; None likewise, and
            where no part has one.
    """

    position: Position
    value: Decimal | None
    unrealised: Decimal | None


def result_of(position: Position, price: Price | None) -> Result:
    """A position at the price of now."""
    owned = position.owned
    decimals = position.decimals
    if not owned.units:
        return Result(position, NOTHING, NOTHING)
    if price is None or decimals is None or decimals > MAX_DECIMALS:
        return Result(position, None, None)
    with localcontext(ARITHMETIC):
        unrealised = value_usd(owned.known, decimals, price) - owned.cost if owned.known else None
        return Result(position, value_usd(owned.units, decimals, price), unrealised)

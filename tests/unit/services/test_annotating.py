"""Names, prices and warnings, as far as they could be found out."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.contract.things import contact
from tests.fakes.history import FakeHistory
from tests.unit.services.conftest import OTHER, WALLET, World
from walletwatch.domain.activities import Activity, ActivityKind, Held, Leg
from walletwatch.domain.annotations import Annotation, AssetNote, Flag
from walletwatch.domain.profile import PROFILES
from walletwatch.domain.tokens import IdentitySource, TokenIdentity
from walletwatch.domain.wallets import AccountKind, NewAccount
from walletwatch.services.annotating import Annotating

MINT = OTHER
SENDER = "7nYabs9dUhvxYwdTnrWVBL9MYviKSfrEbdWCUbcZwkKA"


def _annotating(world: World) -> Annotating:
    return Annotating(
        tokens=world.tokens,
        prices=world.prices,
        history=FakeHistory(world.stores.tables, world.stores.outage),
        profile=PROFILES["x1-mainnet"],
        clock=world.clock,
        metrics=world.metrics,
    )


def _activity(
    world: World, *legs: Leg, age: int = 0, kind: ActivityKind = ActivityKind.TRANSFER_IN
) -> Activity:
    time = int(world.clock.now().timestamp()) - age
    return Activity("s", 1, time, "w", True, None, kind, legs, 0, 0, None, ())


async def _note(world: World, what: Activity) -> Annotation:
    (annotated,) = await _annotating(world).annotate(1, [what])
    assert annotated.annotation is not None
    return annotated.annotation


NATIVE = Leg("native", 10**9, 9, SENDER)
TOKEN = Leg(MINT, 2 * 10**6, 6, SENDER)


async def test_names_and_prices_are_those_of_the_moment(world: World) -> None:
    world.prices.usd = {"native": Decimal("0.5"), MINT: Decimal(3)}
    world.tokens.known[MINT] = TokenIdentity(MINT, 6, "TOLL", "Toll", None, IdentitySource.TOKEN_2022)
    note = await _note(world, _activity(world, NATIVE, TOKEN))
    assert note.assets == {
        "native": AssetNote("XNT", None, 9, listed=True, usd=Decimal("0.5")),
        MINT: AssetNote("TOLL", "Toll", 6, listed=False, usd=Decimal(3)),
    }
    assert note.flags == (Flag.UNKNOWN_SENDER, Flag.FIRST_TIME)


async def test_the_past_is_not_valued_at_the_price_of_today(world: World) -> None:
    world.prices.usd = {"native": Decimal("0.5")}
    assert (await _note(world, _activity(world, NATIVE, age=3500))).assets["native"].usd == Decimal("0.5")
    assert (await _note(world, _activity(world, NATIVE, age=3700))).assets["native"].usd is None


async def test_nothing_is_worth_more_than_its_market(world: World) -> None:
    world.prices.usd = {"native": Decimal("0.5")}
    world.prices.liquidity_usd = Decimal("0.5")
    assert (await _note(world, _activity(world, NATIVE))).assets["native"].usd is None
    world.prices.liquidity_usd = Decimal("0.51")
    assert (await _note(world, _activity(world, NATIVE))).assets["native"].usd is not None


async def test_each_source_is_asked_once_for_all_activities(world: World) -> None:
    await _annotating(world).annotate(1, [_activity(world, NATIVE), _activity(world, TOKEN)])
    assert world.tokens.asked == [{MINT}]
    assert world.prices.asked == [{"native", MINT}]
    assert await _annotating(world).annotate(1, []) == []
    assert len(world.prices.asked) == 1


@pytest.mark.parametrize("failing", ["tokens", "prices", "history"])
async def test_a_source_that_fails_leaves_its_part_unknown(world: World, failing: str) -> None:
    world.prices.usd = {"native": Decimal(1)}
    world.tokens.known[MINT] = TokenIdentity(MINT, 6, "TOLL", "Toll", None, IdentitySource.TOKEN_2022)
    if failing == "history":
        world.stores.outage.down = True
    else:
        getattr(world, failing).down = True
    note = await _note(world, _activity(world, NATIVE, TOKEN))
    assert (MINT in note.assets) == (failing != "tokens")
    assert (note.assets["native"].usd is None) == (failing == "prices")
    # The stores are asked twice: for whom the wallet dealt with, and for its token accounts.
    assert world.metrics.counts["AnnotationsIncomplete"] == (2 if failing == "history" else 1)
    assert (Flag.FIRST_TIME in note.flags) == (failing != "history")


async def test_what_is_held_afterwards_is_told_only_where_it_is_all_of_it(world: World) -> None:
    await world.stores.subscriptions.remember(contact(1))
    watched = await world.stores.subscriptions.subscribe(1, WALLET, None, slot=1, limit=9)
    wallet_id = watched.subscription.wallet_id
    after = {"native": Held(7, 0), MINT: Held(5, 1)}
    activity = replace(_activity(world, NATIVE, TOKEN), after=after)
    accounts = [NewAccount(OTHER, AccountKind.TOKEN, MINT), NewAccount(SENDER, AccountKind.TOKEN, MINT)]
    for known, expected in ((accounts[:1], {"native", MINT}), (accounts, {"native"})):
        await world.stores.watch.add_accounts(wallet_id, known)
        (annotated,) = await _annotating(world).annotate(wallet_id, [activity])
        assert set(annotated.after) == expected
    world.stores.outage.down = True
    (annotated,) = await _annotating(world).annotate(wallet_id, [activity])
    assert annotated.after == {}


async def test_whoever_was_met_before_is_not_met_for_the_first_time(world: World) -> None:
    first, second = await _annotating(world).annotate(1, [_activity(world, NATIVE), _activity(world, NATIVE)])
    assert first.annotation is not None
    assert second.annotation is not None
    assert Flag.FIRST_TIME in first.annotation.flags
    assert Flag.FIRST_TIME not in second.annotation.flags


async def test_what_was_done_a_moment_ago_is_known(world: World) -> None:
    poison = SENDER[:4] + "x" * (len(SENDER) - 8) + SENDER[-4:]
    paid = _activity(world, Leg("native", -(10**9), 9, SENDER), kind=ActivityKind.TRANSFER_OUT)
    crumbs = _activity(world, Leg("native", 1, 9, poison))
    _, annotated = await _annotating(world).annotate(1, [paid, crumbs])
    assert annotated.annotation is not None
    assert annotated.annotation.lookalike is not None
    _, friend = await _annotating(world).annotate(1, [paid, _activity(world, Leg("native", 1, 9, SENDER))])
    assert friend.annotation is not None
    assert friend.annotation.flags == ()

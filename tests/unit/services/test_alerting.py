"""Alerts in the checks: once, whoever is killed; and every minute, whatever is away."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.contract.things import activity
from tests.fakes.leases import FakeLeases
from tests.fakes.people import FakePeople
from tests.fakes.tokens import FakeTokens
from tests.unit.services.conftest import OTHER, START, WALLET, World
from walletwatch.domain.addresses import decode_address
from walletwatch.domain.alert_rules.clusters import SEPARATOR
from walletwatch.domain.alert_rules.rule import AlertKind, NewRule, Rule, Terms
from walletwatch.domain.chain import AccountData
from walletwatch.domain.chats import ChatSettings
from walletwatch.domain.delivery import Candidate
from walletwatch.domain.errors import QueueUnavailable, StoreUnavailable
from walletwatch.domain.filters import Filter
from walletwatch.domain.quiet import FOREVER, Pace, QuietHours
from walletwatch.domain.wallets import AccountKind, NewAccount, Progress
from walletwatch.domain.work import BalanceCheck, CheckReason, Notification
from walletwatch.services import alert_rounds
from walletwatch.services.alert_rounds import LEASE, LEASE_TTL, AlertRounds, Round
from walletwatch.services.preferring import Preferring
from walletwatch.services.rule_keeping import RuleKeeping
from walletwatch.services.watched_balances import WatchedBalances

MINT = "CAJeVEoSm1QQZccnCqYu9cnNF7TTD2fcUA3E5HQoxRvR"
ACCOUNT = "pXNTyoqQsskHdZ7Q1rnP25FEyHHjissbs7n6RRN2nP5"
TRANSFER = NewRule(kind=AlertKind.TRANSFER_OVER, terms=Terms(asset="native", decimals=9, amount=1))
PRICE = NewRule(kind=AlertKind.PRICE_ABOVE, terms=Terms(asset="native", decimals=9, usd=Decimal(5)))


def _checked(world: World, **fields: Any) -> Any:
    check = BalanceCheck(WALLET, CheckReason.CHANGED)
    return world.checking.run(check, attempt=1, remaining=lambda: 30.0)


async def _add(world: World, chat_id: int = 1, rule: NewRule = TRANSFER) -> Rule:
    added = await world.stores.rules.add(chat_id, rule, limit=10)
    assert added is not None
    return added


def _alerts(world: World) -> list[str]:
    return [text for _, text in world.told() if text.startswith("alert:")]


async def _wallet_id(world: World) -> int:
    wallet = await world.stores.watch.wallet(WALLET)
    assert wallet is not None
    return wallet.id


class Rounds:
    """The alerts function, of a world in memory."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.leases = FakeLeases(world.clock)
        self.service = AlertRounds(
            rules=world.stores.rules,
            alerting=world.alerting,
            digesting=world.digesting,
            balances=WatchedBalances(world.chain, world.stores.past),
            prices=world.prices,
            samples=world.stores.samples,
            past=world.stores.past,
            leases=self.leases,
            clock=world.clock,
            metrics=world.metrics,
        )

    async def look(self, *, remaining: float = 50.0, watched: bool = True) -> Round:
        if watched:
            self.world.stores.tables.follower.progress = Progress(START, self.world.clock.now())
        done = await self.service.run(remaining=lambda: remaining)
        assert done is not None
        return done


@pytest.fixture
async def rounds(world: World) -> Rounds:
    await world.watch(1)
    return Rounds(world)


class TestInChecks:
    async def test_an_alert_fires_once_though_the_check_is_run_twice(self, world: World) -> None:
        await world.watch(1)
        await _add(world)
        world.pay("a", WALLET)
        for _ in range(2):
            await _checked(world)
        world.pay("b", WALLET)
        await _checked(world)
        # The queue takes a message twice where it was still pending; its key is the same.
        keys = {queued.ledger_key for queued in world.queues.notifications if "alert:" in queued.message.html}
        assert len(keys) == 2
        assert set(_alerts(world)) == {"alert:a", "alert:b"}

    @pytest.mark.parametrize("step", ["fire", "notify"])
    @pytest.mark.parametrize(
        "fields", [{"repeats": False}, {"cooldown": timedelta(hours=1)}, {}], ids=["once", "cooldown", "each"]
    )
    async def test_a_process_that_is_killed_in_between_doubles_and_loses_nothing(
        self, world: World, step: str, fields: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await world.watch(1)
        rule = await _add(world, rule=replace(TRANSFER, **fields))
        world.pay("a", WALLET)
        if step == "fire":
            monkeypatch.setattr(type(world.stores.alerts), "fire", _killed)
        else:
            real = world.queues.notify

            async def notify(notifications: Sequence[Notification]) -> None:
                if any("alert:" in each.message.html for each in notifications):
                    raise QueueUnavailable("killed")
                await real(notifications)

            monkeypatch.setattr(world.queues, "notify", notify)
        with pytest.raises((StoreUnavailable, QueueUnavailable)):
            await _checked(world)
        assert _alerts(world) == []
        monkeypatch.undo()
        await _checked(world)
        assert _alerts(world) == ["alert:a"]
        found = await world.stores.rules.find(1, rule.number)
        assert found is not None
        assert (found.fired, found.ended_at is not None) == (1, not rule.repeats)

    async def test_all_that_a_forum_hears_of_goes_to_its_topic(self, world: World) -> None:
        await world.watch(1)
        await world.stores.subscriptions.change_settings(1, ChatSettings(topic=7))
        await _add(world)
        for number in range(20):
            world.pay(f"s{number}", WALLET)
            await _checked(world)
        (due,) = set(world.queues.digests)
        world.clock.moment = due.due_at
        await world.digesting.close(due)
        assert len(_alerts(world)) == 20
        # The activities that were told by themselves, and the digest of the others.
        assert 1 < len(world.told()) - 20 < 20
        assert {each.topic for each in world.queues.notifications} == {7}

    async def test_an_alert_about_all_wallets_names_the_one_by_its_label(self, world: World) -> None:
        await world.watch(1)
        await world.stores.subscriptions.subscribe(1, WALLET, "savings", slot=START, limit=25)
        rule = await _add(world)
        world.pay("a", WALLET)
        await _checked(world)
        assert rule.label is None
        told = [row.firing for row in world.stores.tables.deliveries.values() if row.firing is not None]
        assert [(firing.wallet, firing.label) for firing in told] == [(WALLET, "savings")]

    async def test_a_cluster_names_its_other_wallets(self, world: World) -> None:
        for wallet, label in ((OTHER, "hot wallet"), (MINT, None), (WALLET, None)):
            await world.watch(1, wallet)
            await world.stores.subscriptions.subscribe(1, wallet, label, slot=START, limit=25)
        await _add(world, rule=NewRule(kind=AlertKind.CLUSTER, terms=Terms(count=3, minutes=60)))
        now = round(world.clock.now().timestamp())
        for subscription in await world.stores.subscriptions.subscriptions(1):
            wallet = subscription.address
            done = activity(f"to {wallet}", START + 1, wallet, block_time=now)
            await world.stores.ledger.keep(subscription.wallet_id, [done])
            await world.alerting.tell(subscription.wallet_id, [Candidate(done, subscription)])
        (told,) = [row.firing for row in world.stores.tables.deliveries.values() if row.firing is not None]
        assert told.wallet == WALLET
        assert set(str(told.values["others"]).split(SEPARATOR)) == {"hot wallet", MINT}

    async def test_each_chat_has_its_own_alerts(self, world: World) -> None:
        await world.watch(1)
        await world.watch(2)
        await _add(world, 2)
        world.pay("a", WALLET)
        await _checked(world)
        assert [chat for chat, text in world.told() if text.startswith("alert:")] == [2]

    @pytest.mark.parametrize(
        ("settings", "paused", "told"),
        [
            (ChatSettings(), False, True),
            (ChatSettings(muted=True), False, False),
            (ChatSettings(filter=Filter(muted_until=FOREVER)), False, False),
            (ChatSettings(filter=Filter(blocked=("native",))), False, True),
            (ChatSettings(), True, False),
        ],
    )
    async def test_who_is_muted_or_paused_is_not_alerted(
        self, world: World, settings: ChatSettings, paused: bool, told: bool
    ) -> None:
        await world.watch(1)
        await _add(world)
        await world.stores.subscriptions.change_settings(1, settings)
        for row in world.stores.tables.subscriptions.values():
            row.paused = paused
        world.pay("a", WALLET)
        await _checked(world)
        assert _alerts(world) == (["alert:a"] if told else [])

    async def test_who_is_banned_is_not_alerted(self, world: World) -> None:
        await world.watch(1)
        await _add(world)
        await FakePeople(world.stores).ban(1, None, world.clock.now())
        world.pay("a", WALLET)
        await _checked(world)
        assert _alerts(world) == []
        reasons = {row.entry.reason for row in world.stores.tables.deliveries.values()}
        assert reasons == {"banned"}

    async def test_a_muted_wallet_is_asked_about_all_the_same(self, world: World) -> None:
        await world.watch(1)
        await _add(world)
        (subscription,) = await world.stores.subscriptions.subscriptions(1)
        await world.stores.preferences.change_filter(1, subscription.id, Filter(muted_until=FOREVER))
        world.pay("a", WALLET)
        await _checked(world)
        assert world.told() == [(1, "alert:a")]

    async def test_a_cooldown_lets_the_first_of_two_through(self, world: World) -> None:
        await world.watch(1)
        await _add(world, rule=replace(TRANSFER, cooldown=timedelta(hours=1)))
        world.pay("a", WALLET)
        world.pay("b", WALLET)
        await _checked(world)
        assert _alerts(world) == ["alert:a"]


async def _killed(*_arguments: object) -> object:
    raise StoreUnavailable("killed")


class TestHeld:
    @pytest.fixture
    def preferring(self, world: World) -> Preferring:
        return Preferring(world.stores.subscriptions, world.stores.preferences, world.queues, world.clock)

    async def test_quiet_hours_hold_activities_and_alerts_until_their_end(
        self, rounds: Rounds, preferring: Preferring
    ) -> None:
        world = rounds.world
        await _add(world)
        chat = await world.stores.subscriptions.chat(1)
        assert chat is not None
        # It is noon.
        await preferring.be_quiet(chat, QuietHours(11 * 60, 13 * 60))
        for name in "abc":
            world.pay(name, WALLET)
        await _checked(world)
        assert world.told() == []
        # Hours away, their end is asked of nobody but the look every minute.
        assert world.queues.digests == []
        assert (await rounds.look()).closed == 0
        world.clock.advance(3600)
        assert (await rounds.look()).closed == 2
        assert sorted(world.told()) == [(1, "a b c"), (1, "alert:a alert:b alert:c")]
        world.pay("d", WALLET)
        await _checked(world)
        assert len(world.told()) == 4

    async def test_what_is_held_is_told_when_the_hold_is_taken_back(
        self, rounds: Rounds, preferring: Preferring
    ) -> None:
        world = rounds.world
        chat = await world.stores.subscriptions.chat(1)
        assert chat is not None
        chat = await preferring.pace(chat, Pace.DAILY, 9)
        world.pay("a", WALLET)
        await _checked(world)
        chat = await preferring.snooze(chat, timedelta(hours=40))
        world.pay("b", WALLET)
        await _checked(world)
        await rounds.look()
        assert world.told() == []
        await preferring.pace(await preferring.unmute(chat), Pace.NOW, 9)
        await rounds.look()
        assert world.told() == [(1, "a b")]

    async def test_a_mute_tells_nothing_later(self, rounds: Rounds, preferring: Preferring) -> None:
        world = rounds.world
        chat = await world.stores.subscriptions.chat(1)
        assert chat is not None
        await preferring.mute(chat, timedelta(hours=1))
        world.pay("a", WALLET)
        await _checked(world)
        world.clock.advance(3601)
        world.pay("b", WALLET)
        await _checked(world)
        await rounds.look()
        assert world.told() == [(1, "b")]


def _token_account(mint: str, owner: str, amount: int) -> AccountData:
    data = decode_address(mint) + decode_address(owner) + amount.to_bytes(8, "little") + bytes(93)
    return AccountData(ACCOUNT, MINT, 2_039_280, data, START)


class TestRounds:
    async def test_a_price_is_told_when_it_crosses_the_line(self, rounds: Rounds) -> None:
        world = rounds.world
        await _add(world, rule=PRICE)
        for usd, told in ((4, 0), (6, 1), (7, 1), (4, 1), (8, 2)):
            world.prices.usd["native"] = Decimal(usd)
            await rounds.look()
            assert len(_alerts(world)) == told
            world.clock.advance(60)

    @pytest.mark.parametrize("down", ["prices", "unknown"])
    async def test_a_price_that_is_not_known_makes_nothing_fire(self, rounds: Rounds, down: str) -> None:
        world = rounds.world
        await _add(world, rule=replace(PRICE, kind=AlertKind.PRICE_BELOW))
        world.prices.down = down == "prices"
        done = await rounds.look()
        assert (done.judged, done.postponed, done.fired) == (1, 1, 0)
        world.prices.down = False
        world.prices.usd["native"] = Decimal(1)
        assert (await rounds.look()).fired == 1

    async def test_a_price_that_moved_is_compared_with_samples_of_its_window(self, rounds: Rounds) -> None:
        world = rounds.world
        moved = NewRule(
            kind=AlertKind.PRICE_MOVED,
            terms=Terms(asset="native", percent=Decimal(10), minutes=30),
            cooldown=timedelta(minutes=30),
        )
        await _add(world, rule=moved)
        for minutes, usd in ((0, 100), (20, 95), (25, 91), (30, 89), (35, 85)):
            world.clock.moment = world.clock.moment.replace(minute=minutes)
            world.prices.usd["native"] = Decimal(usd)
            await rounds.look()
            # At 30 the price of 0 is within the window still.
            assert len(_alerts(world)) == int(minutes >= 30)
        assert len(await world.stores.samples.since(["native"], world.clock.now() - timedelta(hours=1))) == 1

    async def test_balances_are_read_together_and_a_failure_is_no_zero(self, rounds: Rounds) -> None:
        world = rounds.world
        wallet_id = await _wallet_id(world)
        await world.stores.watch.add_accounts(wallet_id, [NewAccount(ACCOUNT, AccountKind.TOKEN, MINT)])
        for kind, terms in (
            (AlertKind.BALANCE_BELOW, Terms(asset="native", decimals=9, amount=5)),
            (AlertKind.BALANCE_ABOVE, Terms(asset=MINT, decimals=0, amount=5)),
            (AlertKind.BALANCE_BELOW, Terms(asset=OTHER, decimals=0, amount=5)),
        ):
            await _add(world, rule=NewRule(kind=kind, terms=terms, wallet_id=wallet_id))
        world.chain.down = True
        assert (await rounds.look()).postponed == 3
        world.chain.down = False
        world.chain.data = {
            WALLET: AccountData(WALLET, WALLET, 4, b"", START),
            ACCOUNT: _token_account(MINT, WALLET, 6),
        }
        done = await rounds.look()
        # Of the third token no account was ever seen: that is not known to be nothing.
        assert (done.fired, done.postponed) == (2, 1)
        assert (await rounds.look()).fired == 0

    async def test_an_account_of_somebody_else_does_not_count(self, rounds: Rounds) -> None:
        world = rounds.world
        wallet_id = await _wallet_id(world)
        await world.stores.watch.add_accounts(wallet_id, [NewAccount(ACCOUNT, AccountKind.TOKEN, MINT)])
        above = NewRule(
            kind=AlertKind.BALANCE_ABOVE, terms=Terms(asset=MINT, decimals=0, amount=5), wallet_id=wallet_id
        )
        await _add(world, rule=above)
        world.chain.data = {ACCOUNT: _token_account(MINT, OTHER, 600)}
        assert (await rounds.look()).fired == 0

    async def test_inactivity_is_told_once_until_something_happens(self, rounds: Rounds) -> None:
        world = rounds.world
        wallet_id = await _wallet_id(world)
        await _add(world, rule=NewRule(kind=AlertKind.INACTIVE, terms=Terms(days=2), wallet_id=wallet_id))
        told = []
        for day in range(1, 8):
            world.clock.advance(86_400)
            if day == 4:
                world.pay("a", WALLET)
                await _checked(world)
            await rounds.look()
            told.append(len(_alerts(world)))
        assert told == [0, 1, 1, 1, 1, 2, 2]

    async def test_what_nobody_looks_at_is_not_said_to_be_inactive(self, rounds: Rounds) -> None:
        world = rounds.world
        wallet_id = await _wallet_id(world)
        await _add(world, rule=NewRule(kind=AlertKind.INACTIVE, terms=Terms(days=2), wallet_id=wallet_id))
        for hours in (0, 60, 1):
            world.clock.advance(hours * 3600)
            done = await rounds.look(watched=False)
            assert (done.fired, done.postponed) == (0, min(1, done.judged))
        world.clock.advance(3600)
        assert (await rounds.look()).fired == 1

    async def test_a_wallet_that_is_not_watched_any_more_makes_nothing_fire(self, rounds: Rounds) -> None:
        world = rounds.world
        wallet_id = await _wallet_id(world)
        await _add(world, rule=NewRule(kind=AlertKind.INACTIVE, terms=Terms(days=2), wallet_id=wallet_id))
        await world.stores.subscriptions.unsubscribe(1, WALLET)
        world.clock.advance(3 * 86_400)
        assert (await rounds.look()).fired == 0

    async def test_an_alert_whose_time_is_over_says_so_once(self, rounds: Rounds) -> None:
        world = rounds.world
        for rule in (TRANSFER, PRICE):
            await _add(world, rule=replace(rule, expires_at=world.clock.now() + timedelta(hours=1)))
        await rounds.look()
        assert _alerts(world) == []
        world.clock.advance(3600)
        assert (await rounds.look()).fired == 2
        assert (await rounds.look()).judged == 0
        assert all(text.startswith("alert:expired") for text in _alerts(world))

    async def test_what_was_written_and_not_queued_is_queued_again(
        self, rounds: Rounds, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = rounds.world
        await _add(world, rule=PRICE)
        world.prices.usd["native"] = Decimal(6)
        world.queues.down = True
        with pytest.raises(QueueUnavailable):
            await rounds.look()
        world.queues.down = False
        assert (await rounds.look()).requeued == 0
        world.clock.advance(601)
        assert (await rounds.look()).requeued == 1
        assert len(_alerts(world)) == 1

    async def test_a_round_that_runs_out_of_time_goes_on_in_the_next(
        self, rounds: Rounds, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = rounds.world
        monkeypatch.setattr(alert_rounds, "PAGE", 1)
        for usd in range(1, 5):
            await _add(world, rule=replace(PRICE, terms=replace(PRICE.terms, usd=Decimal(usd))))
        world.prices.usd["native"] = Decimal(9)
        assert not (await rounds.look(remaining=5.0)).done
        time = iter([50.0] * 4)
        done = await rounds.service.run(remaining=lambda: next(time, 0.0))
        assert done is not None
        assert not done.done
        assert 0 < done.fired < 4
        assert done.fired + (await rounds.look()).fired == 4

    async def test_one_look_at_a_time_and_without_redis_all_the_same(self, rounds: Rounds) -> None:
        world = rounds.world
        await _add(world, rule=PRICE)
        world.prices.usd["native"] = Decimal(6)
        lease = await rounds.leases.adopt(LEASE, LEASE_TTL)
        assert lease is not None
        assert await rounds.service.run(remaining=lambda: 50.0) is None
        assert world.metrics.counts["AlertRoundsSkipped"] == 1
        rounds.leases.outage.down = True
        assert (await rounds.look()).fired == 1


class TestChanged:
    """What a change makes of what a rule remembers, round after round."""

    @pytest.fixture
    def keeping(self, world: World) -> RuleKeeping:
        return RuleKeeping(
            rules=world.stores.rules,
            subscriptions=world.stores.subscriptions,
            past=world.stores.past,
            samples=world.stores.samples,
            chain=world.chain,
            tokens=FakeTokens(),
            clock=world.clock,
        )

    async def test_a_line_that_was_crossed_is_told_once_though_its_name_changes(
        self, rounds: Rounds, keeping: RuleKeeping
    ) -> None:
        world = rounds.world
        rule = await _add(world, rule=PRICE)
        world.prices.usd["native"] = Decimal(6)
        assert (await rounds.look()).fired == 1
        for _ in range(3):
            world.clock.advance(7200)
            present = await keeping.rule(1, rule.number)
            assert present is not None
            await keeping.change(1, present, replace(present, name=f"{world.clock.now()}", urgent=True))
            assert (await rounds.look()).fired == 0

    async def test_another_line_is_judged_by_itself(self, rounds: Rounds, keeping: RuleKeeping) -> None:
        world = rounds.world
        rule = await _add(world, rule=replace(PRICE, cooldown=timedelta(days=1)))
        world.prices.usd["native"] = Decimal(6)
        assert (await rounds.look()).fired == 1
        told = []
        for usd in (10, 5, 7, 4):
            world.clock.advance(60)
            present = await keeping.rule(1, rule.number)
            assert present is not None
            changed = replace(present, terms=replace(present.terms, usd=Decimal(usd)))
            assert await keeping.change(1, present, changed) is not None
            told.append((await rounds.look()).fired)
        # At 6 dollars, lines of 5 and 4 are crossed.
        assert told == [0, 1, 0, 1]

    async def test_the_same_silence_is_told_anew_on_other_terms(
        self, rounds: Rounds, keeping: RuleKeeping
    ) -> None:
        world = rounds.world
        quiet = NewRule(kind=AlertKind.INACTIVE, terms=Terms(days=3), wallet_id=await _wallet_id(world))
        world.pay("last", WALLET)
        await _checked(world)
        rule = await _add(world, rule=quiet)
        told = []
        for days in (3, 5, 3):
            present = await keeping.rule(1, rule.number)
            assert present is not None
            await keeping.change(1, present, replace(present, terms=Terms(days=days)))
            for _ in range(7):
                world.clock.advance(86_400)
                await rounds.look()
            queued = world.queues.notifications
            told.append(len({each.ledger_key for each in queued if "alert:" in each.message.html}))
        # After seven days three and five are long over; of three it was told before.
        assert told == [1, 2, 2]

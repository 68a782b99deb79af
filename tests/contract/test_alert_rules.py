"""What chats ask to be told of, and what became of it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from itertools import count

from tests.contract.conftest import Stores
from tests.contract.test_subscription_store import ANNA, BORIS, GROUP, SUPERGROUP, watch
from tests.contract.things import OTHER_WALLET, WALLET, activity, address
from walletwatch.domain.activities import Leg
from walletwatch.domain.alert_rules.firing import Attempt, Firing, Outcome, expiry_of, plan_firings, say
from walletwatch.domain.alert_rules.rule import AlertKind, NewRule, Rule, Terms
from walletwatch.domain.chats import ChatSettings
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.quiet import FOREVER, Pace
from walletwatch.domain.rules import Suppression
from walletwatch.domain.sweep import Shard
from walletwatch.domain.wallets import AccountKind, NewAccount, Progress

MINT = address("mint")
NUMBERS = count(1)
APPROVAL = NewRule(kind=AlertKind.APPROVAL, terms=Terms())
PRICE = NewRule(kind=AlertKind.PRICE_ABOVE, terms=Terms(asset="native", usd=Decimal("1.50")), urgent=True)


async def _add(stores: Stores, chat_id: int, rule: NewRule = APPROVAL) -> Rule:
    unlike = replace(rule, terms=replace(rule.terms, points=next(NUMBERS)))
    added = await stores.rules.add(chat_id, unlike, limit=10)
    assert added is not None
    return added


async def _attempt(stores: Stores, rule: Rule, occasion: str, **fields: Suppression) -> Attempt:
    chat = await stores.subscriptions.chat(rule.chat_id)
    assert chat is not None
    firing = say(rule, occasion, stores.clock.now(), {"signature": occasion, "slot": 7}, wallet=WALLET)
    return Attempt(rule.id, chat, firing, **fields)


def _plan(stores: Stores) -> partial[Sequence[Outcome]]:
    return partial(plan_firings, now=stores.clock.now())


class TestKeeping:
    async def test_a_rule_comes_back_as_it_was_added(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA, label="mine")
        wanted = NewRule(
            kind=AlertKind.BALANCE_MOVED,
            terms=Terms(asset=MINT, decimals=6, percent=Decimal("2.5"), minutes=60, amount=2**64 - 1),
            wallet_id=subscription.wallet_id,
            name="<b>'; DROP TABLE</b>",
            cooldown=timedelta(hours=2),
            repeats=False,
            urgent=True,
            expires_at=stores.clock.now() + timedelta(days=9),
        )
        rule = await stores.rules.add(ANNA, wanted, limit=10)
        assert rule is not None
        assert {name: getattr(rule, name) for name in NewRule.__dataclass_fields__} == {
            name: getattr(wanted, name) for name in NewRule.__dataclass_fields__
        }
        assert (rule.number, rule.wallet, rule.label) == (1, WALLET, "mine")
        assert (rule.armed, rule.fired, rule.last_fired_at, rule.ended_at) == (True, 0, None, None)
        assert await stores.rules.of_chat(ANNA) == [rule]
        assert await stores.rules.find(ANNA, 1) == rule

    async def test_each_chat_counts_for_itself_and_sees_its_own(self, stores: Stores) -> None:
        await watch(stores, ANNA)
        await watch(stores, BORIS)
        first, second = await _add(stores, ANNA), await _add(stores, ANNA)
        other = await _add(stores, BORIS)
        assert [first.number, second.number, other.number] == [1, 2, 1]
        assert await stores.rules.find(BORIS, 2) is None
        assert await stores.rules.delete(BORIS, 2) is None
        assert await stores.rules.change(BORIS, replace(second, name="mine now")) is None
        assert await stores.rules.delete(ANNA, 1) == first
        assert await stores.rules.delete(ANNA, 1) is None
        assert await stores.rules.of_chat(ANNA) == [second]
        assert (await _add(stores, ANNA)).number == 3

    async def test_a_chat_has_no_more_than_it_may(self, stores: Stores) -> None:
        await watch(stores, ANNA)
        rules = [replace(APPROVAL, terms=Terms(points=number)) for number in range(6)]
        added = await asyncio.gather(*(stores.rules.add(ANNA, rule, limit=3) for rule in rules))
        assert sum(rule is not None for rule in added) == 3
        assert sorted(rule.number for rule in await stores.rules.of_chat(ANNA)) == [1, 2, 3]
        assert await stores.rules.add(999, APPROVAL, limit=3) is None

    async def test_the_same_again_is_the_same(self, stores: Stores) -> None:
        await watch(stores, ANNA)
        added = await asyncio.gather(*(stores.rules.add(ANNA, PRICE, limit=1) for _ in range(4)))
        (rule,) = await stores.rules.of_chat(ANNA)
        assert added == [rule] * 4
        assert await stores.rules.add(ANNA, replace(PRICE, terms=Terms(usd=Decimal(2))), limit=1) is None

    async def test_a_rule_is_about_a_wallet_that_the_chat_watches(self, stores: Stores) -> None:
        await watch(stores, ANNA)
        others = await watch(stores, BORIS, OTHER_WALLET)
        assert await stores.rules.add(ANNA, replace(APPROVAL, wallet_id=others.wallet_id), limit=9) is None

    async def test_a_change_that_waits_anew_arms_a_rule_and_keeps_what_it_did(self, stores: Stores) -> None:
        await watch(stores, ANNA)
        rule = await _add(stores, ANNA, replace(PRICE, repeats=False))
        await stores.alert_ledger.fire([await _attempt(stores, rule, "0")], _plan(stores))
        done = await stores.rules.find(ANNA, 1)
        assert done is not None
        assert (done.fired, done.armed, done.last_fired_at, done.ended_at) == (
            1, False, stores.clock.now(), stores.clock.now(),
        )  # fmt: skip
        named = await stores.rules.change(ANNA, replace(done, name="new", urgent=False, fired=77, armed=True))
        assert named == replace(done, name="new", urgent=False)
        wanted = replace(done, repeats=True, paused=True, fired=77)
        changed = await stores.rules.change(ANNA, wanted, again=True)
        assert changed == replace(done, repeats=True, paused=True, armed=True, ended_at=None)

    async def test_on_other_terms_a_rule_begins_afresh(self, stores: Stores) -> None:
        await watch(stores, ANNA)
        rule = await _add(stores, ANNA, replace(PRICE, repeats=False, cooldown=timedelta(hours=1)))
        await stores.alert_ledger.fire([await _attempt(stores, rule, "0")], _plan(stores))
        done = await stores.rules.find(ANNA, 1)
        assert done is not None
        stores.clock.advance(60)
        terms = replace(done.terms, usd=Decimal("2.50"))
        changed = await stores.rules.change(ANNA, replace(done, terms=terms))
        # Its count names its occasions, which the ledger knows for ever.
        now = stores.clock.now()
        assert changed == replace(
            done, terms=terms, armed=True, last_fired_at=None, ended_at=None, created_at=now
        )
        assert await stores.rules.find(ANNA, 1) == changed
        (due,) = await stores.rules.due(stores.clock.now(), after=None, limit=9)
        assert (due.rule, due.check_at) == (changed, stores.clock.now())

    async def test_with_another_wallet_a_rule_begins_afresh(self, stores: Stores) -> None:
        mine = await watch(stores, ANNA)
        other = await watch(stores, ANNA, OTHER_WALLET, label="other")
        borises = await watch(stores, BORIS, address("boris"))
        rule = await _add(stores, ANNA, replace(APPROVAL, wallet_id=mine.wallet_id))
        await stores.alert_ledger.fire([await _attempt(stores, rule, "0")], _plan(stores))
        changed = await stores.rules.change(ANNA, replace(rule, wallet_id=other.wallet_id))
        assert changed is not None
        assert (changed.wallet, changed.label, changed.fired, changed.last_fired_at) == (
            OTHER_WALLET, "other", 1, None,
        )  # fmt: skip
        assert await stores.rules.change(ANNA, replace(rule, wallet_id=borises.wallet_id)) is None
        assert await stores.rules.find(ANNA, 1) == changed
        of_all = await stores.rules.change(ANNA, replace(rule, wallet_id=None))
        assert of_all is not None
        assert (of_all.wallet, of_all.label) == (None, None)

    async def test_what_was_judged_by_other_terms_is_not_said(self, stores: Stores) -> None:
        await watch(stores, ANNA)
        rule = await _add(stores, ANNA, PRICE)
        judged = await _attempt(stores, rule, "0")
        changed = await stores.rules.change(ANNA, replace(rule, terms=replace(rule.terms, usd=Decimal(9))))
        assert changed is not None
        assert await stores.alert_ledger.fire([judged], _plan(stores)) == []
        assert await stores.rules.find(ANNA, 1) == changed
        (told,) = await stores.alert_ledger.fire([await _attempt(stores, changed, "0")], _plan(stores))
        early = await _attempt(stores, changed, "1")
        early = replace(early, firing=replace(early.firing, at=changed.created_at - timedelta(minutes=2)))
        assert await stores.alert_ledger.fire([early], _plan(stores)) == []
        assert told.firings[0].terms == changed.terms

    async def test_rules_move_with_their_group(self, stores: Stores) -> None:
        await watch(stores, GROUP)
        await watch(stores, SUPERGROUP)
        moved, there = await _add(stores, GROUP), await _add(stores, SUPERGROUP)
        await stores.subscriptions.migrate(GROUP, SUPERGROUP)
        assert await stores.rules.of_chat(GROUP) == []
        assert [(rule.id, rule.number) for rule in await stores.rules.of_chat(SUPERGROUP)] == [
            (there.id, 1), (moved.id, 2),
        ]  # fmt: skip


class TestFinding:
    async def test_what_an_activity_of_a_wallet_may_make_fire(self, stores: Stores) -> None:
        mine, other = await watch(stores, ANNA), await watch(stores, ANNA, OTHER_WALLET)
        await watch(stores, BORIS)
        of_all = await _add(stores, ANNA)
        of_mine = await _add(stores, ANNA, replace(APPROVAL, wallet_id=mine.wallet_id))
        await _add(stores, ANNA, replace(APPROVAL, wallet_id=other.wallet_id))
        await _add(stores, ANNA, PRICE)
        paused = await _add(stores, ANNA)
        await stores.rules.change(ANNA, replace(paused, paused=True))
        borises = await _add(stores, BORIS)
        found = await stores.rules.of_wallet(mine.wallet_id, {ANNA})
        assert [rule.id for rule in found] == [of_all.id, of_mine.id]
        both = await stores.rules.of_wallet(mine.wallet_id, {ANNA, BORIS})
        assert {rule.id for rule in both} == {of_all.id, of_mine.id, borises.id}
        assert await stores.rules.of_wallet(mine.wallet_id, set()) == []

    async def test_what_is_due_comes_in_pages(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA)
        await watch(stores, BORIS)
        wallet_id, now = subscription.wallet_id, stores.clock.now()
        await stores.watch.add_accounts(wallet_id, [NewAccount(address("ata"), AccountKind.TOKEN, MINT)])
        balance = NewRule(
            kind=AlertKind.BALANCE_BELOW, terms=Terms(asset=MINT, amount=5), wallet_id=wallet_id
        )
        first, second = await _add(stores, ANNA, balance), await _add(stores, BORIS, PRICE)
        expiring = await _add(stores, ANNA, replace(APPROVAL, expires_at=now + timedelta(hours=1)))
        await _add(stores, ANNA)
        page = await stores.rules.due(now, after=None, limit=1)
        assert [(due.rule, due.accounts) for due in page] == [(first, (address("ata"),))]
        assert page[0].chat == subscription.chat
        page = await stores.rules.due(now, after=(page[0].check_at, first.id), limit=9)
        assert [(due.rule.id, due.accounts) for due in page] == [(second.id, ())]
        later = now + timedelta(hours=1)
        assert [due.rule.id for due in await stores.rules.due(later, after=None, limit=9)] == [
            first.id, second.id, expiring.id,
        ]  # fmt: skip

    async def test_what_is_not_watched_any_more_is_said(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA)
        rule = NewRule(kind=AlertKind.INACTIVE, terms=Terms(days=3), wallet_id=subscription.wallet_id)
        await _add(stores, ANNA, rule)
        await stores.subscriptions.unsubscribe(ANNA, WALLET)
        (due,) = await stores.rules.due(stores.clock.now(), after=None, limit=9)
        assert not due.rule.watching

    async def test_silent_chats_and_what_is_paused_are_left_out(self, stores: Stores) -> None:
        await watch(stores, ANNA)
        await watch(stores, BORIS)
        paused = await _add(stores, ANNA, PRICE)
        await stores.rules.change(ANNA, replace(paused, paused=True))
        await _add(stores, BORIS, PRICE)
        await stores.subscriptions.deactivate(BORIS, "blocked")
        assert await stores.rules.due(stores.clock.now(), after=None, limit=9) == []

    async def test_a_rule_is_postponed_and_armed_again(self, stores: Stores) -> None:
        await watch(stores, ANNA)
        rule, now = await _add(stores, ANNA, PRICE), stores.clock.now()
        await stores.alert_ledger.fire([await _attempt(stores, rule, "0")], _plan(stores))
        await stores.rules.postpone({rule.id: now + timedelta(hours=1)}, {rule.id}, judged_at=now)
        found = await stores.rules.find(ANNA, 1)
        assert found is not None
        assert found.armed
        assert await stores.rules.due(now, after=None, limit=9) == []
        assert len(await stores.rules.due(now + timedelta(hours=1), after=None, limit=9)) == 1
        await stores.rules.postpone({}, {rule.id}, judged_at=now)
        assert await stores.rules.due(now, after=None, limit=9) == []
        await stores.rules.postpone({}, set(), judged_at=now)

    async def test_one_that_got_other_terms_meanwhile_is_not_postponed(self, stores: Stores) -> None:
        await watch(stores, ANNA)
        rule, judged_at = await _add(stores, ANNA, PRICE), stores.clock.now()
        stores.clock.advance(1)
        await stores.rules.change(ANNA, replace(rule, terms=replace(rule.terms, usd=Decimal(7))))
        later = judged_at + timedelta(days=9)
        await stores.rules.postpone({rule.id: later}, set(), judged_at=judged_at)
        assert len(await stores.rules.due(stores.clock.now(), after=None, limit=9)) == 1

    async def test_assets_whose_price_is_waited_for(self, stores: Stores) -> None:
        await watch(stores, ANNA)
        moved = NewRule(kind=AlertKind.PRICE_MOVED, terms=Terms(asset=MINT, percent=Decimal(5), minutes=60))
        for rule in (PRICE, PRICE, moved, APPROVAL):
            await _add(stores, ANNA, rule)
        assert set(await stores.rules.priced_assets(9)) == {MINT, "native"}
        assert len(await stores.rules.priced_assets(1)) == 1


class TestFiring:
    async def test_an_alert_is_written_once_and_comes_back_until_it_is_sent(self, stores: Stores) -> None:
        await watch(stores, ANNA)
        rule = await _add(stores, ANNA)
        attempt = await _attempt(stores, rule, "one")
        for _ in range(2):
            (pending,) = await stores.alert_ledger.fire([attempt, attempt], _plan(stores))
            assert pending.key == attempt.key
            assert pending.firings == (attempt.firing,)
            assert pending.chat == attempt.chat
            assert pending.created_at == stores.clock.now()
        found = await stores.rules.find(ANNA, 1)
        assert found == replace(rule, fired=1, last_fired_at=stores.clock.now())
        await stores.ledger.settle(attempt.key, DeliveryStatus.SENT, message_id=5)
        assert await stores.alert_ledger.fire([attempt], _plan(stores)) == []
        assert await stores.alert_ledger.fire([], _plan(stores)) in ([], ())

    async def test_of_many_that_fire_at_once_a_cooldown_lets_one_through(self, stores: Stores) -> None:
        await watch(stores, ANNA)
        rule = await _add(stores, ANNA, replace(APPROVAL, cooldown=timedelta(minutes=5)))
        attempts = [await _attempt(stores, rule, str(number)) for number in range(6)]
        told = await asyncio.gather(
            *(stores.alert_ledger.fire([attempt], _plan(stores)) for attempt in attempts)
        )
        assert sum(len(pending) for pending in told) == 1
        found = await stores.rules.find(ANNA, 1)
        assert found is not None
        assert found.fired == 1

    async def test_a_rule_that_was_deleted_meanwhile_says_nothing(self, stores: Stores) -> None:
        await watch(stores, ANNA)
        attempt = await _attempt(stores, await _add(stores, ANNA), "one")
        await stores.rules.delete(ANNA, 1)
        assert await stores.alert_ledger.fire([attempt], _plan(stores)) == []

    async def test_what_is_suppressed_is_in_the_ledger_with_its_reason(self, stores: Stores) -> None:
        await watch(stores, ANNA)
        rule = await _add(stores, ANNA, replace(APPROVAL, repeats=False))
        attempt = await _attempt(stores, rule, "one", suppressed=Suppression.MUTED)
        assert await stores.alert_ledger.fire([attempt], _plan(stores)) == []
        statuses = await stores.ledger.statuses([attempt.key])
        assert statuses == {attempt.key: DeliveryStatus.SUPPRESSED}
        found = await stores.rules.find(ANNA, 1)
        assert found is not None
        assert (found.fired, found.ended_at) == (1, None)

    async def test_hostile_text_in_what_is_told_does_no_harm(self, stores: Stores) -> None:
        await watch(stores, ANNA)
        rule = await _add(stores, ANNA)
        attempt = await _attempt(stores, rule, "one")
        firing = replace(attempt.firing, values={"symbol": "\x00\ud800<b>'; DROP TABLE x"})
        (pending,) = await stores.alert_ledger.fire([replace(attempt, firing=firing)], _plan(stores))
        assert pending.firings[0].values == {"symbol": "\ufffd\ufffd<b>'; DROP TABLE x"}

    async def test_what_is_held_is_told_together_at_its_end(self, stores: Stores) -> None:
        await watch(stores, ANNA)
        rule, urgent = await _add(stores, ANNA), await _add(stores, ANNA, replace(APPROVAL, urgent=True))
        await stores.subscriptions.change_settings(ANNA, ChatSettings(pace=Pace.HOURLY))
        first = [await _attempt(stores, rule, "one")]
        stores.clock.advance(1)
        first.append(await _attempt(stores, rule, "two"))
        assert await stores.alert_ledger.fire(first, _plan(stores)) == []
        (now,) = await stores.alert_ledger.fire([await _attempt(stores, urgent, "now")], _plan(stores))
        assert [firing.occasion for firing in now.firings] == ["now"]
        stores.clock.advance(1)
        assert await stores.alert_ledger.fire([await _attempt(stores, rule, "three")], _plan(stores)) == []
        assert await stores.alert_ledger.close_due(stores.clock.now(), 9) in ([], ())
        stores.clock.advance(3600)
        (pending,) = await stores.alert_ledger.close_due(stores.clock.now(), 9)
        assert [firing.occasion for firing in pending.firings] == ["one", "two", "three"]
        # It was not queued: it comes back among those that are stuck.
        assert await stores.alert_ledger.close_due(stores.clock.now(), 9) in ([], ())
        stuck = await stores.alert_ledger.stuck(timedelta(minutes=10), 9)
        assert pending in stuck

    async def test_what_is_urgent_comes_after_the_snooze_and_the_rest_with_the_digest(
        self, stores: Stores
    ) -> None:
        await watch(stores, ANNA)
        rule, urgent = await _add(stores, ANNA), await _add(stores, ANNA, replace(APPROVAL, urgent=True))
        snoozed_until = stores.clock.now() + timedelta(minutes=1)
        settings = ChatSettings(pace=Pace.HOURLY, snoozed_until=snoozed_until)
        await stores.subscriptions.change_settings(ANNA, settings)
        for each, occasion in ((rule, "one"), (urgent, "now"), (rule, "two"), (urgent, "again")):
            assert (
                await stores.alert_ledger.fire([await _attempt(stores, each, occasion)], _plan(stores)) == []
            )
        stores.clock.advance(60)
        (first,) = await stores.alert_ledger.close_due(stores.clock.now(), 9)
        assert {firing.occasion for firing in first.firings} == {"now", "again"}
        stores.clock.advance(3600)
        (rest,) = await stores.alert_ledger.close_due(stores.clock.now(), 9)
        assert {firing.occasion for firing in rest.firings} == {"one", "two"}

    async def test_a_change_of_the_digest_does_not_hold_up_what_is_urgent(self, stores: Stores) -> None:
        await watch(stores, ANNA)
        rule, urgent = await _add(stores, ANNA), await _add(stores, ANNA, replace(APPROVAL, urgent=True))
        now = stores.clock.now()
        snoozed_until, digest_at = now + timedelta(minutes=1), now + timedelta(hours=1)
        await stores.subscriptions.change_settings(ANNA, ChatSettings(snoozed_until=snoozed_until))
        for each, occasion in ((rule, "one"), (urgent, "now")):
            await stores.alert_ledger.fire([await _attempt(stores, each, occasion)], _plan(stores))
        settings = ChatSettings(pace=Pace.HOURLY, snoozed_until=snoozed_until)
        await stores.preferences.change_timing(ANNA, settings, digest_at, urgent_at=snoozed_until)
        stores.clock.advance(60)
        (first,) = await stores.alert_ledger.close_due(stores.clock.now(), 9)
        assert [firing.occasion for firing in first.firings] == ["now"]
        stores.clock.advance(3600)
        (rest,) = await stores.alert_ledger.close_due(stores.clock.now(), 9)
        assert [firing.occasion for firing in rest.firings] == ["one"]

    async def test_what_is_held_is_let_go_with_the_settings(self, stores: Stores) -> None:
        await watch(stores, ANNA)
        rule = await _add(stores, ANNA)
        await stores.subscriptions.change_settings(ANNA, ChatSettings(snoozed_until=FOREVER))
        await stores.alert_ledger.fire([await _attempt(stores, rule, "one")], _plan(stores))
        assert await stores.alert_ledger.stuck(timedelta(seconds=-1), 9) == []
        _, moved = await stores.preferences.change_timing(
            ANNA, ChatSettings(), stores.clock.now(), urgent_at=stores.clock.now()
        )
        assert moved == []
        assert len(await stores.alert_ledger.close_due(stores.clock.now(), 9)) == 1
        assert await stores.ledger.overdue_digests(9) == []
        assert await stores.ledger.stuck(timedelta(seconds=-1), 9) == []

    async def test_a_rule_that_expired_says_so_once(self, stores: Stores) -> None:
        await watch(stores, ANNA)
        rule = await _add(stores, ANNA, replace(APPROVAL, expires_at=stores.clock.now()))
        chat = await stores.subscriptions.chat(ANNA)
        assert chat is not None
        attempt = Attempt(rule.id, chat, expiry_of(rule, stores.clock.now()))
        (pending,) = await stores.alert_ledger.fire([attempt], _plan(stores))
        assert pending.firings[0].is_expiry
        found = await stores.rules.find(ANNA, 1)
        assert found is not None
        assert found.ended_at == stores.clock.now()
        assert await stores.rules.due(stores.clock.now(), after=None, limit=9) == []


class TestPast:
    async def test_samples_are_one_for_each_moment(self, stores: Stores) -> None:
        now = stores.clock.now()
        await stores.samples.keep({"native": Decimal("0.123456789"), MINT: Decimal(2)}, now)
        await stores.samples.keep({"native": Decimal(9)}, now)
        later = now + timedelta(minutes=5)
        await stores.samples.keep({"native": Decimal(3)}, later)
        await stores.samples.keep({}, later)
        assert await stores.samples.since(["native"], now) == {
            "native": [(now, Decimal("0.123456789")), (later, Decimal(3))]
        }
        assert await stores.samples.since([MINT, "native"], later) == {"native": [(later, Decimal(3))]}
        assert await stores.samples.since([], now) == {}
        assert await stores.samples.forget(later) == 2
        assert await stores.samples.since(["native", MINT], now) == {"native": [(later, Decimal(3))]}

    async def test_what_happened_to_wallets(self, stores: Stores) -> None:
        mine, other = await watch(stores, ANNA), await watch(stores, ANNA, OTHER_WALLET)
        await watch(stores, BORIS)
        times: Mapping[str, int] = {"one": 101, "two": 102, "three": 103}
        done = {name: activity(name, slot) for name, slot in times.items()}
        token = activity("token", 104, OTHER_WALLET, legs=(Leg(MINT, 5, 6, None),))
        await stores.ledger.keep(mine.wallet_id, list(done.values()))
        await stores.ledger.keep(other.wallet_id, [token])
        last = await stores.past.last_moved([mine.wallet_id, other.wallet_id, 999_999])
        assert {wallet: each.signature for wallet, each in last.items()} == {
            mine.wallet_id: "three", other.wallet_id: "token",
        }  # fmt: skip
        assert last[mine.wallet_id].at.timestamp() == done["three"].block_time
        begin = last[mine.wallet_id].at - timedelta(seconds=1)
        assert await stores.past.of_wallets([mine.wallet_id, other.wallet_id], begin, 9) == {
            mine.wallet_id: [done["two"], done["three"]], other.wallet_id: [token],
        }  # fmt: skip
        assert await stores.past.of_wallets([mine.wallet_id], begin, 1) == {mine.wallet_id: [done["three"]]}
        until = begin + timedelta(seconds=1)
        assert await stores.past.of_chat(ANNA, begin, until, 9) == [done["two"], done["three"]]
        assert await stores.past.of_chat(BORIS, begin, until, 9) == [done["two"], done["three"]]
        assert await stores.past.of_chat(999, begin, until, 9) == []

    async def test_how_far_wallets_have_been_looked_at(self, stores: Stores) -> None:
        assert await stores.past.progress() is None
        progress = Progress(310, stores.clock.now())
        await stores.watch.record_progress(Shard(0, 1), progress)
        assert await stores.past.progress() == progress

    async def test_what_a_chat_calls_its_wallets(self, stores: Stores) -> None:
        await watch(stores, ANNA, label="mine")
        await watch(stores, ANNA, OTHER_WALLET)
        await watch(stores, BORIS, label="his")
        both = [WALLET, OTHER_WALLET]
        assert await stores.past.labels(ANNA, both) == {WALLET: "mine"}
        assert await stores.past.labels(ANNA, [OTHER_WALLET]) == {}
        assert await stores.past.labels(BORIS, both) == {WALLET: "his"}

    async def test_which_tokens_a_wallet_had_before(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA)
        first, second = (
            activity(name, slot, legs=(Leg(MINT, 5, 6, None),)) for name, slot in (("a", 101), ("b", 102))
        )
        await stores.ledger.keep(subscription.wallet_id, [first, second])
        seen = partial(stores.past.seen_assets, subscription.wallet_id, [MINT, WALLET])
        assert await seen(first) == frozenset()
        assert await seen(second) == {MINT}


def test_a_firing_has_a_key_that_follows_from_rule_and_occasion() -> None:
    firing = Firing(AlertKind.APPROVAL, 1, None, Terms(), urgent=False, occasion="x", at=FOREVER)
    assert Attempt(7, None, firing).key == Attempt(7, None, replace(firing, number=2)).key  # type: ignore[arg-type]

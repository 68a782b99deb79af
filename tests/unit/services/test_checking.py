import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contract.things import accounts_of
from tests.fakes.rows import stored
from tests.unit.services.conftest import OTHER, START, WALLET, World
from walletwatch.domain.activities import ActivityKind
from walletwatch.domain.chain import SignatureInfo, StakingReward, TokenHolding
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.digests import DigestPolicy
from walletwatch.domain.errors import ChainUnavailable, QueueUnavailable, TransientError
from walletwatch.domain.sweep import Shard
from walletwatch.domain.wallets import AccountKind, Cursor, NewAccount
from walletwatch.domain.work import AccountHint, BalanceCheck, CheckReason, Priority
from walletwatch.services.checking import CHUNK_SIZE, UNEXPLAINED_TRIES

POLICY = DigestPolicy()
BURST = POLICY.burst
ALL = BalanceCheck(WALLET, CheckReason.CHANGED)


def _plenty() -> float:
    return 30.0


async def _check(world: World, check: BalanceCheck = ALL, *, attempt: int = 1) -> None:
    await world.checking.run(check, attempt=attempt, remaining=_plenty)


async def test_each_watcher_is_told_of_each_transaction_in_order(world: World) -> None:
    await world.watch(1)
    await world.watch(2)
    for signature in ("a", "b"):
        world.pay(signature, WALLET)
        await _check(world)
    assert sorted(world.told()) == [(1, "a"), (1, "b"), (2, "a"), (2, "b")]
    assert [text for chat, text in world.told() if chat == 1] == ["a", "b"]


async def test_what_comes_together_is_told_in_one_message(world: World) -> None:
    await world.watch(1)
    for signature in ("a", "b", "c"):
        world.pay(signature, WALLET)
    await _check(world)
    await _check(world)
    assert world.told() == [(1, "a b c")]
    (notification,) = world.queues.notifications
    assert notification.priority is Priority.INTERACTIVE


async def test_the_chain_is_asked_once_for_any_number_of_watchers(world: World) -> None:
    for chat in range(1, 6):
        await world.watch(chat)
    world.pay("a", WALLET)
    await _check(world)
    assert world.chain.calls.count("transactions") == 1
    assert len(world.told()) == 5


async def test_what_is_looked_at_again_is_not_told_again(world: World) -> None:
    await world.watch(1)
    world.pay("a", WALLET)
    await _check(world)
    await _check(world)
    assert world.told() == [(1, "a")]


async def test_only_what_comes_after_the_watch_began_is_told(world: World) -> None:
    world.pay("before", WALLET)
    await world.watch(1, slot=world.chain.current_slot)
    world.pay("after", WALLET)
    await _check(world)
    assert world.told() == [(1, "after")]


async def test_the_cursor_waits_for_the_queue(world: World) -> None:
    await world.watch(1)
    world.pay("a", WALLET)
    world.queues.down = True
    with pytest.raises(QueueUnavailable):
        await _check(world)
    (account,) = await accounts_of(world.stores.watch)
    assert account.cursor == Cursor(START)
    world.queues.down = False
    await _check(world)
    assert world.told() == [(1, "a")]
    (account,) = await accounts_of(world.stores.watch)
    assert account.cursor == Cursor(START + 1, "a")


async def test_a_transaction_of_two_accounts_of_a_wallet_is_told_once(world: World) -> None:
    await world.watch(1)
    wallet = await world.stores.watch.wallet(WALLET)
    assert wallet is not None
    await world.stores.watch.add_accounts(wallet.id, [NewAccount(OTHER, AccountKind.TOKEN, None)])
    world.pay("a", WALLET, accounts=(WALLET, OTHER))
    await _check(world)
    assert world.told() == [(1, "a")]


async def test_a_flood_is_paged_to_its_end_and_becomes_one_digest(world: World) -> None:
    await world.watch(1)
    first = [f"f{number}" for number in range(BURST)]
    for signature in first:
        world.pay(signature, WALLET)
        await _check(world)
    assert world.told() == [(1, signature) for signature in first]
    signatures = [f"s{number}" for number in range(4 * CHUNK_SIZE + 1)]
    for signature in signatures:
        world.pay(signature, WALLET)
    await _check(world)
    (account,) = await accounts_of(world.stores.watch)
    assert account.cursor.signature == signatures[-1]
    (due,) = world.queues.digests
    world.clock.moment = due.due_at
    await world.digesting.close(due)
    assert world.told()[BURST:] == [(1, " ".join(signatures))]


async def test_with_little_time_left_the_rest_is_queued(world: World) -> None:
    await world.watch(1)
    for number in range(CHUNK_SIZE + 1):
        world.pay(f"s{number}", WALLET)
    await world.checking.run(ALL, attempt=1, remaining=lambda: 1.0)
    assert world.queues.checks == [ALL]
    assert len(world.stores.tables.activities) == CHUNK_SIZE
    await _check(world, world.queues.checks[0])
    assert len(world.stores.tables.activities) == CHUNK_SIZE + 1


async def test_an_unreadable_transaction_is_told_as_such_and_blocks_nothing(world: World) -> None:
    await world.watch(1)
    world.chain.land("garbage", {"garbage": True}, WALLET)
    world.pay("after", WALLET)
    await _check(world)
    assert world.told() == [(1, "garbage after")]
    assert world.metrics.counts["UnreadableTransactions"] == 1


async def test_a_transaction_that_concerns_somebody_else_is_passed_over(world: World) -> None:
    await world.watch(1)
    world.pay("mentioned", OTHER, accounts=(WALLET,))
    await _check(world)
    assert world.told() == []
    (account,) = await accounts_of(world.stores.watch)
    assert account.cursor.signature == "mentioned"


async def test_a_node_that_is_behind_the_look_that_saw_the_change_is_not_believed(world: World) -> None:
    await world.watch(1)
    hint = AccountHint(WALLET, slot=world.chain.current_slot + 5, since_slot=START)
    with pytest.raises(ChainUnavailable):
        await _check(world, BalanceCheck(WALLET, CheckReason.CHANGED, (hint,)))


async def test_a_change_without_a_transaction_is_looked_at_again_and_then_accepted(world: World) -> None:
    await world.watch(1)
    check = BalanceCheck(WALLET, CheckReason.CHANGED, (AccountHint(WALLET, START, since_slot=START),))
    for attempt in range(1, UNEXPLAINED_TRIES):
        with pytest.raises(ChainUnavailable):
            await _check(world, check, attempt=attempt)
    await _check(world, check, attempt=UNEXPLAINED_TRIES)
    assert world.told() == []


async def test_a_watch_that_began_without_the_chain_starts_at_the_first_check(world: World) -> None:
    await world.watch(1, slot=None)
    world.pay("before", WALLET)
    await _check(world, BalanceCheck(WALLET, CheckReason.WATCH_STARTED))
    world.pay("after", WALLET)
    await _check(world)
    assert world.told() == [(1, "after")]


async def test_an_account_that_a_transaction_names_is_watched_without_a_call(world: World) -> None:
    await world.watch(1)
    result = {
        "signature": "a",
        "slot": START + 1,
        "wallets": [WALLET],
        "token_accounts": {WALLET: [OTHER], OTHER: ["not mine"]},
    }
    world.chain.land("a", result, WALLET)
    await _check(world)
    wallet = await world.stores.watch.wallet(WALLET)
    assert wallet is not None
    accounts = await world.stores.watch.wallet_accounts(wallet.id)
    assert {account.address: account.cursor for account in accounts} == {
        WALLET: Cursor(START + 1, "a"),
        OTHER: Cursor(START),
    }
    assert "token_accounts" not in world.chain.calls
    await _check(world)
    assert world.told() == [(1, "a")]


STARTED = BalanceCheck(WALLET, CheckReason.WATCH_STARTED)


async def test_a_watch_begins_with_all_the_accounts_of_the_wallet(world: World) -> None:
    await world.watch(1)
    world.chain.holdings[WALLET] = [TokenHolding(OTHER, AccountKind.TOKEN, "mint", 1, 0, 1)]
    world.chain.stakes[WALLET] = ["stake"]
    await _check(world, STARTED)
    (wallet,) = await world.stores.watch.swept_wallets(Shard(0, 1), after=None, limit=9)
    assert [account.address for account in wallet.accounts] == [WALLET, OTHER, "stake"]


async def test_a_node_that_does_not_tell_of_stakes_keeps_no_watch_from_beginning(world: World) -> None:
    await world.watch(1)
    world.chain.refuses_stakes = True
    world.pay("a", WALLET)
    await _check(world, STARTED)
    assert world.told() == [(1, "a")]
    assert world.metrics.counts["StakeSearchesFailed"] == 1


async def test_nobody_watching_costs_no_call(world: World) -> None:
    await world.watch(1)
    await world.stores.subscriptions.unsubscribe(1, WALLET)
    await _check(world)
    await _check(world, BalanceCheck(OTHER, CheckReason.CHANGED))
    assert world.chain.calls == []


async def test_a_failing_chain_is_an_error_that_is_tried_again(world: World) -> None:
    await world.watch(1)
    world.pay("a", WALLET)
    world.chain.down = True
    with pytest.raises(ChainUnavailable):
        await _check(world)


async def test_a_muted_chat_has_its_ledger_entry(world: World) -> None:
    await world.watch(1)
    chat = await world.stores.subscriptions.chat(1)
    assert chat is not None
    await world.stores.subscriptions.change_settings(1, replace(chat.settings, muted=True))
    world.pay("a", WALLET)
    await _check(world)
    assert world.told() == []
    counts = (await world.stores.subscriptions.service(1, world.clock.now())).deliveries
    assert counts[DeliveryStatus.SUPPRESSED] == 1


FAULTS = ["none", "queue", "store", "chain"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(FAULTS)), max_size=12))
def test_whatever_fails_in_between_everything_is_told_once(steps: list[tuple[int, str]]) -> None:
    async def scenario() -> None:
        world = World()
        await world.watch(1)
        await world.watch(2)
        expected: list[str] = []
        for payments, fault in [*steps, (0, "none")]:
            for _ in range(payments):
                signature = f"s{len(expected)}"
                expected.append(signature)
                world.pay(signature, WALLET)
            world.queues.down = fault == "queue"
            world.chain.down = fault == "chain"
            world.stores.outage.down = fault == "store"
            try:
                await _check(world)
            except TransientError:
                continue
        world.clock.advance(POLICY.interval.total_seconds())
        for due in world.queues.digests:
            await world.digesting.close(due)
        for chat in (1, 2):
            told = [name for chat_id, text in world.told() if chat_id == chat for name in text.split()]
            assert sorted(told) == sorted(expected)
        assert len(world.stores.tables.deliveries) >= 2 * len(expected)

    asyncio.run(scenario())


def _in_block(*signatures: str, slot: int = START + 1) -> BalanceCheck:
    infos = tuple(SignatureInfo(signature, slot, failed=False) for signature in signatures)
    return BalanceCheck(WALLET, CheckReason.IN_BLOCK, transactions=infos)


async def test_what_a_block_holds_is_told_without_asking_the_chain(world: World) -> None:
    await world.watch(1)
    await world.watch(2)
    result = {"signature": "a", "slot": START + 1, "wallets": [WALLET]}
    await world.transactions.share({"a": result})
    await _check(world, _in_block("a"))
    assert sorted(world.told()) == [(1, "a"), (2, "a")]
    assert world.chain.calls == []


async def test_what_nobody_shared_is_read_from_the_chain_once(world: World) -> None:
    await world.watch(1)
    await world.watch(1, OTHER)
    world.pay("a", WALLET, OTHER)
    await _check(world, _in_block("a"))
    await _check(world, BalanceCheck(OTHER, CheckReason.CHANGED))
    assert sorted(world.told()) == [(1, "a"), (1, "a")]
    assert world.chain.calls.count("transactions") == 1


async def test_a_block_moves_no_cursor_and_the_sweep_tells_nothing_again(world: World) -> None:
    await world.watch(1)
    world.pay("a", WALLET)
    await _check(world, _in_block("a"))
    (account,) = await accounts_of(world.stores.watch)
    assert account.cursor == Cursor(START)
    await _check(world)
    assert world.told() == [(1, "a")]


async def test_a_block_with_more_than_there_is_time_for_is_gone_on_with(world: World) -> None:
    await world.watch(1)
    signatures = [f"s{number}" for number in range(CHUNK_SIZE + 3)]
    for signature in signatures:
        world.pay(signature, WALLET)
    await world.checking.run(_in_block(*signatures), attempt=1, remaining=lambda: 1.0)
    (rest,) = world.queues.checks
    assert [info.signature for info in rest.transactions] == signatures[CHUNK_SIZE:]
    await _check(world, rest)
    assert len(world.stores.tables.deliveries) >= len(signatures)


async def test_after_a_gap_only_what_is_newer_is_read_of_a_node_that_has_seen_it(world: World) -> None:
    await world.watch(1)
    for signature in ("long ago", "in the gap"):
        world.pay(signature, WALLET)
    gap = BalanceCheck(WALLET, CheckReason.GAP, since_slot=START + 1)
    await world.stores.follow.take(1)
    await world.stores.follow.begin(START + 3, 1, None)
    with pytest.raises(ChainUnavailable):
        await _check(world, gap)
    world.pay("after it", OTHER)
    await _check(world, gap)
    assert world.told() == [(1, "in the gap")]


async def test_a_new_watch_reads_what_the_blocks_told_before_it_was_known(world: World) -> None:
    await world.watch(1)
    await world.stores.follow.take(1)
    await world.stores.follow.begin(START + 1, 1, None)
    started = BalanceCheck(WALLET, CheckReason.WATCH_STARTED)
    with pytest.raises(ChainUnavailable):
        await _check(world, started)
    world.pay("a", WALLET)
    await _check(world, started)
    assert world.told() == [(1, "a")]


def _reveals(world: World, signature: str, *accounts: str) -> None:
    """A transaction of the wallet that shows these token accounts to be its own."""
    slot = world.chain.current_slot + 1
    result = {
        "signature": signature, "slot": slot, "wallets": [WALLET], "token_accounts": {WALLET: accounts}
    }  # fmt: skip
    world.chain.land(signature, result, WALLET, *accounts)


async def test_a_token_account_that_a_transaction_reveals_is_watched_and_looked_at(world: World) -> None:
    await world.watch(1)
    world.pay("before", WALLET, accounts=("account",))
    _reveals(world, "a", "account")
    await _check(world)
    (_, found) = await accounts_of(world.stores.watch)
    assert (found.address, found.kind, found.state) == ("account", AccountKind.TOKEN, None)
    (follow_up,) = world.queues.checks
    assert follow_up.hints == (AccountHint("account", START + 2, START + 1),)
    await _check(world, follow_up)
    assert sorted(world.told()) == [(1, "a"), (1, "before")]
    assert len(world.queues.checks) == 1


async def test_an_account_that_looks_as_before_is_looked_at_if_a_transaction_names_it(world: World) -> None:
    """It was opened, filled and closed between two looks: its state has not changed."""
    await world.watch(1)
    _reveals(world, "a", "account")
    await _check(world)
    await _check(world, world.queues.checks.pop())
    world.pay("filled", WALLET, accounts=("account",))
    _reveals(world, "closed", "account")
    hint = AccountHint(WALLET, world.chain.current_slot, START)
    await _check(world, BalanceCheck(WALLET, CheckReason.CHANGED, (hint,)))
    assert sorted(world.told()) == [(1, "a"), (1, "closed")]
    await _check(world, world.queues.checks.pop())
    assert sorted(world.told()) == [(1, "a"), (1, "closed"), (1, "filled")]
    assert world.queues.checks == []


async def _follow_ups(world: World) -> None:
    while world.queues.checks:
        await _check(world, world.queues.checks.pop(0))


async def test_a_killed_check_leaves_nothing_untold_in_the_slot_of_a_cursor(world: World) -> None:
    """A transfer to a token account, and one of its owner, in the slot of a flood: only one names both."""
    await world.watch(1)
    _reveals(world, "opened", "account")
    await _check(world)
    await _follow_ups(world)
    slot = world.chain.current_slot + 1
    filled = {"signature": "filled", "slot": slot, "wallets": [WALLET]}
    world.chain.land("filled", filled, "account", slot=slot)
    world.chain.land("spent", {**filled, "signature": "spent"}, WALLET, "account", slot=slot)
    for number in range(CHUNK_SIZE):
        signature = f"s{number}"
        world.chain.land(signature, {**filled, "signature": signature}, WALLET, slot=slot)
    missing = world.chain.results.pop(f"s{CHUNK_SIZE - 1}")
    with pytest.raises(ChainUnavailable):
        await _check(world)
    world.chain.results[f"s{CHUNK_SIZE - 1}"] = missing
    await _check(world)
    told = {signature for _, signature in world.stores.tables.activities}
    assert told >= {"filled", "spent", "s0", f"s{CHUNK_SIZE - 1}"}


async def test_a_history_that_was_read_too_early_for_a_transaction_is_read_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both histories are read by one check, and the account is filled and emptied between the two reads."""
    await world.watch(1)
    _reveals(world, "opened", "account")
    await _check(world)
    await _follow_ups(world)
    read, is_read = world.chain.signatures, asyncio.Event()

    async def signatures(
        address: str, *, after: Cursor, min_context_slot: int | None
    ) -> Sequence[SignatureInfo]:
        if address == WALLET:
            await is_read.wait()
        found = await read(address, after=after, min_context_slot=min_context_slot)
        if not is_read.is_set():
            world.pay("filled", WALLET, accounts=("account",))
            _reveals(world, "emptied", "account")
            is_read.set()
        return found

    monkeypatch.setattr(world.chain, "signatures", signatures)
    hints = tuple(AccountHint(address, START + 1, START) for address in (WALLET, "account"))
    await _check(world, BalanceCheck(WALLET, CheckReason.CHANGED, hints))
    await _follow_ups(world)
    assert sorted(world.told()) == [(1, "emptied"), (1, "filled"), (1, "opened")]


async def test_an_account_whose_history_lags_behind_what_revealed_it_is_looked_at_again(world: World) -> None:
    await world.watch(1)
    _reveals(world, "opened", "account")
    lagging = world.chain.history.pop("account")
    await _check(world)
    (follow_up,) = world.queues.checks
    with pytest.raises(ChainUnavailable):
        await _check(world, follow_up)
    world.chain.history["account"] = lagging
    world.pay("filled", WALLET, accounts=("account",))
    await _check(world, follow_up)
    assert sorted(world.told()) == [(1, "filled"), (1, "opened")]


def _stake_hint(slot: int) -> BalanceCheck:
    return BalanceCheck(WALLET, CheckReason.CHANGED, (AccountHint("stake", slot, START),))


async def test_a_staking_reward_is_told_once_although_no_transaction_made_it(world: World) -> None:
    await world.watch(1)
    wallet = await world.stores.watch.wallet(WALLET)
    assert wallet is not None
    await world.stores.watch.add_accounts(wallet.id, [NewAccount("stake", AccountKind.STAKE)])
    world.chain.current_slot = START + 5
    world.chain.rewards = [StakingReward("stake", 41, START + 3, 123_456)]
    for _ in range(2):
        await _check(world, _stake_hint(START + 5))
    assert world.told() == [(1, "reward-41-stake")]
    (row,) = world.stores.tables.activities.values()
    told = stored(row)
    assert (told.kind, told.slot, told.legs[0].amount) == (ActivityKind.REWARD, START + 3, 123_456)
    assert not told.is_transaction
    stake = next(each for each in await accounts_of(world.stores.watch) if each.address == "stake")
    assert stake.cursor == Cursor(START + 3)


async def test_the_reward_of_an_earlier_epoch_explains_nothing(world: World) -> None:
    await world.watch(1)
    wallet = await world.stores.watch.wallet(WALLET)
    assert wallet is not None
    await world.stores.watch.add_accounts(wallet.id, [NewAccount("stake", AccountKind.STAKE)])
    world.chain.current_slot = START + 5
    world.chain.rewards = [StakingReward("stake", 40, START - 3, 123_456)]
    with pytest.raises(ChainUnavailable):
        await _check(world, _stake_hint(START + 5))
    assert world.told() == []

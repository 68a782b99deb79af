import asyncio
from datetime import timedelta

import pytest

from tests.contract.conftest import CHAT_BURST, GROUP_PER_MINUTE, OVERALL_PER_SECOND, Volatile
from walletwatch.domain.caching import CacheStats, Looked, escaped
from walletwatch.ports.volatile import Lease

SHORT = timedelta(milliseconds=200)
LONG = timedelta(seconds=30)
NOW = timedelta(0)
CHAT, OTHER_CHAT, GROUP = 11, 22, -33


async def acquired(volatile: Volatile, ttl: timedelta = LONG, patience: timedelta = NOW) -> Lease:
    lease = await volatile.leases.acquire("sweep", ttl, patience=patience)
    assert lease is not None
    return lease


async def places(volatile: Volatile, chat_id: int, tries: int) -> int:
    """How many of the tries get a place at once."""
    return sum([await volatile.send_limits.reserve(chat_id) == 0 for _ in range(tries)])


class TestCache:
    async def test_a_value_is_bytes(self, volatile: Volatile) -> None:
        value = bytes(range(256))
        await volatile.cache.set("key", value, LONG)
        assert await volatile.cache.get("key") == value

    async def test_an_unknown_key_is_none_and_an_empty_value_is_not(self, volatile: Volatile) -> None:
        await volatile.cache.set("empty", b"", LONG)
        assert await volatile.cache.get("empty") == b""
        assert await volatile.cache.get("unknown") is None

    async def test_a_value_ends(self, volatile: Volatile) -> None:
        await volatile.cache.set("key", b"1", SHORT)
        await volatile.elapse(0.3)
        assert await volatile.cache.get("key") is None

    async def test_the_last_value_and_its_time_count(self, volatile: Volatile) -> None:
        await volatile.cache.set("key", b"1", SHORT)
        await volatile.cache.set("key", b"2", LONG)
        await volatile.elapse(0.3)
        assert await volatile.cache.get("key") == b"2"

    async def test_a_time_of_nothing_is_a_millisecond(self, volatile: Volatile) -> None:
        await volatile.cache.set("key", b"1", NOW)
        await volatile.elapse(0.05)
        assert await volatile.cache.get("key") is None

    async def test_forgetting(self, volatile: Volatile) -> None:
        for key in ("a", "b", "c"):
            await volatile.cache.set(key, b"1", LONG)
        await volatile.cache.delete("a", "b", "unknown")
        await volatile.cache.delete()
        assert [await volatile.cache.get(key) for key in ("a", "b", "c")] == [None, None, b"1"]

    async def test_many_are_written_and_read_together(self, volatile: Volatile) -> None:
        await volatile.cache.set_many({"a": b"1", "b": b""}, LONG)
        await volatile.cache.set_many({"c": b"3"}, SHORT)
        await volatile.cache.set_many({}, LONG)
        await volatile.elapse(0.3)
        assert await volatile.cache.get_many(["a", "b", "c", "unknown"]) == {"a": b"1", "b": b""}
        assert await volatile.cache.get_many([]) == {}

    async def test_a_number_is_counted_up_and_ends_when_its_first_increment_said(
        self, volatile: Volatile
    ) -> None:
        cache = volatile.cache
        assert [await cache.increment("n", ttl=SHORT) for _ in range(2)] == [1, 2]
        assert await cache.increment("n", -5, ttl=LONG) == -3
        assert await cache.get("n") == b"-3"
        await volatile.elapse(0.3)
        assert await cache.increment("n", 10, ttl=LONG) == 10

    async def test_a_number_that_was_set_keeps_its_end(self, volatile: Volatile) -> None:
        await volatile.cache.set("n", b"5", SHORT)
        assert await volatile.cache.increment("n", ttl=LONG) == 6
        await volatile.elapse(0.3)
        assert await volatile.cache.get("n") is None

    async def test_no_increment_is_lost_at_once(self, volatile: Volatile) -> None:
        numbers = await asyncio.gather(*(volatile.cache.increment("n", ttl=LONG) for _ in range(50)))
        assert sorted(numbers) == list(range(1, 51))

    async def test_one_gets_what_is_taken_out(self, volatile: Volatile) -> None:
        await volatile.cache.set("key", b"", LONG)
        taken = await asyncio.gather(*(volatile.cache.pop("key") for _ in range(10)))
        assert sorted(value is None for value in taken) == [False, *[True] * 9]
        assert await volatile.cache.get("key") is None

    @pytest.mark.parametrize(
        ("pattern", "cleared"),
        [
            ("*", 9),
            ("a:*", 4),
            ("a:?", 3),
            ("a:[12]", 2),
            ("a:[^1]", 2),
            ("a:[1-9]*", 3),
            ("*:1", 2),
            ("*[*", 1),
            ("a:1", 1),
            ("", 0),
            ("a", 0),
            (r"a:\*", 1),
            ("*\nb", 1),
            (escaped("x*[^]-\\?"), 1),
            (escaped("*"), 0),
        ],
    )
    async def test_what_matches_is_cleared_and_nothing_else(
        self, volatile: Volatile, pattern: str, cleared: int
    ) -> None:
        keys = ["a:1", "a:2", "a:33", "a:*", "b:1", "b:22", "x*[^]-\\?", "ab", "a\nb"]
        await volatile.cache.set_many(dict.fromkeys(keys, b"1"), LONG)
        await volatile.marks.mark("a:1", 1)
        assert await volatile.cache.clear(pattern) == cleared
        assert len(await volatile.cache.get_many(keys)) == len(keys) - cleared
        assert await volatile.marks.marked(["a:1"]) == {"a:1": 1}

    async def test_thousands_are_cleared(self, volatile: Volatile) -> None:
        keys = [f"balance:{number}" for number in range(3000)]
        await volatile.cache.set_many(dict.fromkeys(keys, b"1"), LONG)
        await volatile.cache.set("token:1", b"1", LONG)
        assert await volatile.cache.clear("balance:*") == 3000
        assert await volatile.cache.get_many([*keys, "token:1"]) == {"token:1": b"1"}

    async def test_hits_and_misses_are_counted(self, volatile: Volatile) -> None:
        assert volatile.cache.stats().rate is None
        await volatile.cache.set_many({"a": b"1", "b": b"2"}, LONG)
        await volatile.cache.get("a")
        await volatile.cache.get_many(["a", "b", "c"])
        await volatile.cache.pop("a")
        await volatile.cache.pop("a")
        assert volatile.cache.stats() == CacheStats(hits=4, misses=2)
        assert volatile.cache.stats().rate == pytest.approx(2 / 3)
        assert volatile.metrics.counts == {"CacheHits": 4, "CacheMisses": 2}


class TestLoading:
    """Who loads a value that is missing: `look`, `fill` and `release`."""

    async def look(
        self, volatile: Volatile, holder: str, *, lock_for: timedelta = LONG, stale_for: timedelta = NOW
    ) -> Looked:
        found = await volatile.cache.look(["key"], holder=holder, lock_for=lock_for, stale_for=stale_for)
        assert found.keys() == {"key"}
        return found["key"]

    async def test_one_of_all_who_look_loads_what_is_missing(self, volatile: Volatile) -> None:
        looks = await asyncio.gather(*(self.look(volatile, f"holder {number}") for number in range(10)))
        assert sorted(looked.to_load for looked in looks) == [*[False] * 9, True]
        assert {looked.value for looked in looks} == {None}

    async def test_who_asks_again_still_has_it(self, volatile: Volatile) -> None:
        assert [(await self.look(volatile, "a")).to_load for _ in range(2)] == [True, True]

    async def test_what_was_loaded_is_there_for_all(self, volatile: Volatile) -> None:
        await self.look(volatile, "a")
        await volatile.cache.fill({"key": (b"1", LONG)}, holder="a")
        assert await self.look(volatile, "b") == Looked(b"1", to_load=False)
        assert await volatile.cache.get("key") == b"1"
        assert volatile.cache.stats() == CacheStats(hits=2, misses=1)

    async def test_several_at_once(self, volatile: Volatile) -> None:
        await volatile.cache.set("a", b"1", LONG)
        await volatile.cache.look(["b"], holder="other", lock_for=LONG, stale_for=NOW)
        looked = await volatile.cache.look(["a", "b", "c"], holder="me", lock_for=LONG, stale_for=NOW)
        assert looked == {"a": Looked(b"1", False), "b": Looked(None, False), "c": Looked(None, True)}
        assert await volatile.cache.look([], holder="me", lock_for=LONG, stale_for=NOW) == {}

    async def test_a_lock_that_is_given_up_is_free(self, volatile: Volatile) -> None:
        await self.look(volatile, "a")
        await volatile.cache.release(["key"], holder="another")
        assert not (await self.look(volatile, "b")).to_load
        await volatile.cache.release(["key"], holder="a")
        assert (await self.look(volatile, "b")).to_load

    async def test_what_is_gone_is_forgotten_and_its_lock_is_free(self, volatile: Volatile) -> None:
        await volatile.cache.set("key", b"stale", timedelta(seconds=5))
        assert (await self.look(volatile, "a", stale_for=LONG)).to_load
        await volatile.cache.fill({"other": (b"1", LONG)}, holder="a", gone=["key"])
        assert await self.look(volatile, "b") == Looked(None, to_load=True)
        assert await volatile.cache.get("other") == b"1"

    async def test_a_late_loader_does_not_forget_what_is_newer(self, volatile: Volatile) -> None:
        await self.look(volatile, "late", lock_for=SHORT)
        await volatile.elapse(0.3)
        await self.look(volatile, "b")
        await volatile.cache.fill({"key": (b"newer", LONG)}, holder="b")
        await volatile.cache.fill({}, holder="late", gone=["key"])
        assert await volatile.cache.get("key") == b"newer"

    async def test_a_loader_that_was_killed_does_not_block_for_long(self, volatile: Volatile) -> None:
        await self.look(volatile, "a", lock_for=SHORT)
        assert not (await self.look(volatile, "b")).to_load
        await volatile.elapse(0.3)
        assert (await self.look(volatile, "b")).to_load

    async def test_a_late_loader_does_not_replace_what_is_newer(self, volatile: Volatile) -> None:
        await self.look(volatile, "late", lock_for=SHORT)
        await volatile.elapse(0.3)
        await self.look(volatile, "b")
        await volatile.cache.fill({"key": (b"newer", LONG)}, holder="b")
        await volatile.cache.fill({"key": (b"older", LONG)}, holder="late")
        assert await volatile.cache.get("key") == b"newer"

    async def test_a_late_loader_fills_what_is_empty_and_leaves_the_lock(self, volatile: Volatile) -> None:
        await self.look(volatile, "late", lock_for=SHORT)
        await volatile.elapse(0.3)
        await self.look(volatile, "b")
        await volatile.cache.fill({"key": (b"older", LONG)}, holder="late")
        assert await volatile.cache.get("key") == b"older"
        await volatile.cache.fill({"key": (b"newer", LONG)}, holder="b")
        assert await volatile.cache.get("key") == b"newer"

    async def test_one_loads_what_is_stale_and_the_others_have_it_until_then(
        self, volatile: Volatile
    ) -> None:
        await volatile.cache.set("key", b"old", timedelta(seconds=1))
        stale_for = timedelta(seconds=0.8)
        assert await self.look(volatile, "a", stale_for=stale_for) == Looked(b"old", to_load=False)
        await volatile.elapse(0.3)
        assert await self.look(volatile, "a", stale_for=stale_for) == Looked(b"old", to_load=True)
        assert await self.look(volatile, "b", stale_for=stale_for) == Looked(b"old", to_load=False)
        await volatile.cache.fill({"key": (b"new", LONG)}, holder="a")
        assert await self.look(volatile, "b", stale_for=stale_for) == Looked(b"new", to_load=False)


class TestLeases:
    async def test_one_at_a_time(self, volatile: Volatile) -> None:
        lease = await acquired(volatile)
        assert await volatile.leases.acquire("sweep", LONG, patience=NOW) is None
        assert await volatile.leases.acquire("other", LONG, patience=NOW) is not None
        await lease.release()
        await acquired(volatile)

    async def test_at_once_one_gets_it(self, volatile: Volatile) -> None:
        answers = await asyncio.gather(
            *(volatile.leases.acquire("sweep", LONG, patience=NOW) for _ in range(10))
        )
        assert sum(answer is not None for answer in answers) == 1

    async def test_the_token_grows_with_each_holder(self, volatile: Volatile) -> None:
        tokens = []
        for _ in range(5):
            lease = await acquired(volatile)
            tokens.append(lease.token)
            await lease.release()
        assert tokens == sorted(set(tokens))

    async def test_a_killed_holder_blocks_nobody_for_long(self, volatile: Volatile) -> None:
        killed = await acquired(volatile, SHORT)
        await volatile.elapse(0.3)
        assert (await acquired(volatile)).token > killed.token

    async def test_a_lost_lease_is_noticed_and_cannot_harm_its_new_holder(self, volatile: Volatile) -> None:
        lost = await acquired(volatile, SHORT)
        await volatile.elapse(0.3)
        assert not await lost.renew()
        holder = await acquired(volatile)
        assert not await lost.renew()
        await lost.release()
        assert await holder.renew()

    async def test_renewing_gives_the_full_time_again(self, volatile: Volatile) -> None:
        lease = await acquired(volatile, SHORT)
        for _ in range(3):
            await volatile.elapse(0.12)
            assert await lease.renew()
        assert await volatile.leases.acquire("sweep", LONG, patience=NOW) is None

    async def test_a_released_lease_is_lost(self, volatile: Volatile) -> None:
        lease = await acquired(volatile)
        await lease.release()
        assert not await lease.renew()
        await lease.release()

    async def test_the_holder_sees_a_waiter_and_hands_over(self, volatile: Volatile) -> None:
        holder = await acquired(volatile)
        assert not await holder.wanted()
        waiting = asyncio.create_task(acquired(volatile, patience=timedelta(seconds=20)))
        while not await holder.wanted():  # noqa: ASYNC110 - that is how a holder learns of it
            await asyncio.sleep(0)
        await holder.release()
        successor = await waiting
        assert successor.token > holder.token
        assert not await successor.wanted()

    async def test_waiting_ends_with_the_patience(self, volatile: Volatile) -> None:
        holder = await acquired(volatile)
        assert await volatile.leases.acquire("sweep", LONG, patience=SHORT) is None
        assert await holder.wanted()

    async def test_a_waiter_that_is_gone_is_forgotten(self, volatile: Volatile) -> None:
        holder = await acquired(volatile)
        await volatile.leases.acquire("sweep", LONG, patience=NOW)
        await volatile.elapse(2.1)
        assert not await holder.wanted()

    async def test_waiting_outlasts_a_holder_that_was_killed(self, volatile: Volatile) -> None:
        killed = await acquired(volatile, SHORT)
        assert (await acquired(volatile, patience=timedelta(seconds=5))).token > killed.token

    async def test_what_is_free_can_be_adopted(self, volatile: Volatile) -> None:
        adopted = await volatile.leases.adopt("sweep", LONG)
        assert adopted is not None
        assert await adopted.renew()
        assert await volatile.leases.acquire("sweep", LONG, patience=NOW) is None
        await adopted.release()
        assert (await acquired(volatile)).token > adopted.token

    async def test_adopting_in_vain_is_not_seen_by_the_holder(self, volatile: Volatile) -> None:
        holder = await acquired(volatile)
        assert await volatile.leases.adopt("sweep", LONG) is None
        assert not await holder.wanted()

    async def test_what_another_waits_for_is_not_adopted(self, volatile: Volatile) -> None:
        holder = await acquired(volatile)
        await volatile.leases.acquire("sweep", LONG, patience=NOW)
        await holder.release()
        assert await volatile.leases.adopt("sweep", LONG) is None
        await volatile.elapse(2.1)
        assert await volatile.leases.adopt("sweep", LONG) is not None


class TestSendLimits:
    async def test_a_short_burst_to_one_chat(self, volatile: Volatile) -> None:
        assert await places(volatile, CHAT, CHAT_BURST + 2) == CHAT_BURST
        assert await places(volatile, OTHER_CHAT, 1) == 1

    async def test_the_wait_is_as_long_as_it_has_to_be(self, volatile: Volatile) -> None:
        await places(volatile, CHAT, CHAT_BURST)
        wait = await volatile.send_limits.reserve(CHAT)
        assert CHAT_BURST - 0.2 < wait <= CHAT_BURST
        await volatile.elapse(wait)
        assert await volatile.send_limits.reserve(CHAT) == 0

    async def test_refused_tries_cost_nothing(self, volatile: Volatile) -> None:
        await places(volatile, CHAT, CHAT_BURST)
        before = await volatile.send_limits.reserve(CHAT)
        for _ in range(5):
            assert await volatile.send_limits.reserve(CHAT) <= before
        assert await places(volatile, OTHER_CHAT, 1) == 1

    async def test_all_chats_together(self, volatile: Volatile) -> None:
        answers = [await volatile.send_limits.reserve(chat) for chat in range(100, 100 + OVERALL_PER_SECOND)]
        assert answers == [0] * OVERALL_PER_SECOND
        wait = await volatile.send_limits.reserve(CHAT)
        assert 0.7 < wait <= 1
        await volatile.elapse(wait)
        assert await volatile.send_limits.reserve(CHAT) == 0

    async def test_a_group_has_a_limit_of_its_own(self, volatile: Volatile) -> None:
        taken = 0
        while (wait := await volatile.send_limits.reserve(GROUP)) < CHAT_BURST + 0.1:
            taken += wait == 0
            await volatile.elapse(wait)
        assert taken == GROUP_PER_MINUTE
        assert 60 - 2 * CHAT_BURST < wait <= 60

    async def test_at_once_no_more_than_allowed_get_a_place(self, volatile: Volatile) -> None:
        answers = await asyncio.gather(*(volatile.send_limits.reserve(CHAT) for _ in range(10)))
        assert answers.count(0) == CHAT_BURST

    async def test_telegram_can_hold_a_chat(self, volatile: Volatile) -> None:
        await volatile.send_limits.hold(CHAT, 3.5)
        wait = await volatile.send_limits.reserve(CHAT)
        assert 3.2 < wait <= 3.5
        assert await volatile.send_limits.reserve(OTHER_CHAT) == 0

    async def test_a_shorter_wait_never_replaces_a_longer_one(self, volatile: Volatile) -> None:
        for seconds in (1.0, 8.0, 2.0):
            await volatile.send_limits.hold(CHAT, seconds)
        assert await volatile.send_limits.reserve(CHAT) > 7.5

    async def test_a_hold_ends(self, volatile: Volatile) -> None:
        await volatile.send_limits.hold(CHAT, 0.2)
        await volatile.elapse(0.25)
        assert await volatile.send_limits.reserve(CHAT) == 0


class TestRateLimits:
    async def test_what_was_counted_can_be_read(self, volatile: Volatile) -> None:
        limits = volatile.rate_limits
        for _ in range(3):
            await limits.allow(CHAT, "scans", limit=2, window=LONG)
        await limits.allow(CHAT, "exports", limit=2, window=SHORT)
        assert await limits.counts(CHAT, ["scans", "exports", "other"]) == [3, 1, 0]
        assert await limits.counts(OTHER_CHAT, ["scans"]) == [0]
        await volatile.elapse(0.3)
        assert await limits.counts(CHAT, ["exports", "scans"]) == [0, 3]

    async def test_one_too_many(self, volatile: Volatile) -> None:
        answers = [await volatile.rate_limits.allow(CHAT, "update", limit=3, window=LONG) for _ in range(5)]
        assert answers == [True, True, True, False, False]

    @pytest.mark.parametrize(("user", "action"), [(OTHER_CHAT, "update"), (CHAT, "scan")])
    async def test_each_user_and_action_by_itself(self, volatile: Volatile, user: int, action: str) -> None:
        await volatile.rate_limits.allow(CHAT, "update", limit=1, window=LONG)
        assert await volatile.rate_limits.allow(user, action, limit=1, window=LONG)

    async def test_the_window_begins_with_the_first_request(self, volatile: Volatile) -> None:
        for expected in (True, False):
            assert await volatile.rate_limits.allow(CHAT, "scan", limit=1, window=SHORT) is expected
            await volatile.elapse(0.12)
        await volatile.elapse(0.1)
        assert await volatile.rate_limits.allow(CHAT, "scan", limit=1, window=SHORT)

    async def test_what_comes_again_is_not_counted_again(self, volatile: Volatile) -> None:
        async def ask(request: str) -> bool:
            return await volatile.rate_limits.allow(CHAT, "scan", limit=2, window=SHORT, request=request)

        assert [await ask(request) for request in "aabacbca"] == [True] * 4 + [False, True, False, True]
        assert await volatile.rate_limits.counts(CHAT, ["scan"]) == [3]
        await volatile.elapse(0.3)
        assert await ask("c")

    async def test_what_was_not_needed_is_given_back_once(self, volatile: Volatile) -> None:
        limits = volatile.rate_limits

        async def ask(request: str) -> bool:
            return await limits.allow(CHAT, "scan", limit=2, window=SHORT, request=request)

        assert [await ask(request) for request in "abc"] == [True, True, False]
        for request in ("a", "a", "c", "unknown"):
            await limits.give_back(CHAT, "scan", request=request)
        assert await limits.counts(CHAT, ["scan"]) == [1]
        assert [await ask(request) for request in "bad"] == [True, True, False]
        await volatile.elapse(0.3)
        # A window that has ended counts nothing, and does not begin below it.
        await limits.give_back(CHAT, "scan", request="b")
        assert await limits.counts(CHAT, ["scan"]) == [0]
        assert [await ask(request) for request in "efg"] == [True, True, False]

    async def test_at_once_no_more_than_allowed(self, volatile: Volatile) -> None:
        answers = await asyncio.gather(
            *(volatile.rate_limits.allow(CHAT, "scan", limit=4, window=LONG) for _ in range(10))
        )
        assert sum(answers) == 4


class TestSentMarks:
    async def test_message_ids_of_the_marked_keys(self, volatile: Volatile) -> None:
        await volatile.marks.mark("a", 1)
        await volatile.marks.mark("b", 2**40)
        assert await volatile.marks.marked(["a", "b", "c"]) == {"a": 1, "b": 2**40}

    async def test_no_keys(self, volatile: Volatile) -> None:
        assert await volatile.marks.marked([]) == {}

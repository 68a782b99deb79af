import math

from hypothesis import given
from hypothesis import strategies as st

from tests.contract.things import address
from walletwatch.domain.sweep import BUCKETS, MERGE_BELOW, SPLIT_ABOVE, Shard, bucket_of, planned_shards

counts = st.integers(0, 6).map(lambda power: 2**power)
accounts = st.integers(0, 10**7)


@given(count=counts, wallet=st.text(alphabet="123456789ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=32, max_size=44))
def test_every_wallet_is_in_exactly_one_shard(count: int, wallet: str) -> None:
    homes = [index for index in range(count) if bucket_of(wallet) in Shard(index, count).buckets]
    assert len(homes) == 1


@given(count=counts)
def test_the_shards_are_all_buckets_in_order_and_equally_many(count: int) -> None:
    shards = [Shard(index, count).buckets for index in range(count)]
    assert [bucket for buckets in shards for bucket in buckets] == list(range(BUCKETS))
    assert len({len(buckets) for buckets in shards}) == 1


def test_the_bucket_of_a_wallet_never_changes() -> None:
    # Stored in wallets.bucket: another formula would need a migration.
    assert bucket_of("9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU") == 63
    assert bucket_of("So11111111111111111111111111111111111111112") == 23


def test_wallets_are_spread_evenly() -> None:
    wallets = 10_000
    sizes = [0] * 8
    for name in range(wallets):
        sizes[bucket_of(address(name)) * 8 // BUCKETS] += 1
    expected = wallets / 8
    assert all(abs(size - expected) < 5 * math.sqrt(expected) for size in sizes)


@given(count=counts, accounts=accounts)
def test_no_shard_is_planned_larger_than_it_may_be(count: int, accounts: int) -> None:
    planned = planned_shards(count, accounts)
    assert planned.bit_count() == 1
    assert 1 <= planned <= BUCKETS
    assert accounts <= planned * SPLIT_ABOVE or planned == BUCKETS
    assert accounts >= planned * MERGE_BELOW or planned == 1


@given(count=counts, accounts=accounts)
def test_a_plan_stays_while_the_accounts_are_a_third_more_or_less(count: int, accounts: int) -> None:
    planned = planned_shards(count, accounts)
    if planned == count:
        return
    assert planned_shards(planned, accounts) == planned
    for drifted in (accounts * 3 // 4, accounts * 4 // 3):
        if planned > count:
            # Just split: at least half of what a shard may hold, and not merged before that is halved.
            assert planned_shards(planned, drifted) >= planned
        else:
            # Just merged: at most half of what a shard may hold.
            assert planned_shards(planned, drifted) <= planned

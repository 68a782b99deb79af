from decimal import Decimal, localcontext
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from walletwatch.chain.prices.consensus import Agreed, Quote, agree

MINIMUM = Decimal(1000)
amounts = st.integers(1, 2**64 - 1)
decimals = st.integers(0, 12)
dollars = st.decimals("1e-12", "1e9", allow_nan=False, allow_infinity=False)
close = Fraction(1, 10**45)


def pool(tokens: str, usd: str) -> Quote:
    return Quote.of_reserves(Decimal(tokens), Decimal(usd))


def known(agreed: Agreed | None) -> Agreed:
    assert agreed is not None
    return agreed


def near(actual: Decimal, expected: Fraction) -> bool:
    return abs(Fraction(actual) / expected - 1) < close


@given(tokens=amounts, token_decimals=decimals, usd=amounts, usd_decimals=decimals)
def test_a_price_is_the_quotient_of_the_reserves_to_45_digits(
    tokens: int, token_decimals: int, usd: int, usd_decimals: int
) -> None:
    reserves = Decimal(tokens).scaleb(-token_decimals), Decimal(usd).scaleb(-usd_decimals)
    with localcontext() as context:
        context.prec = 5
        quote = Quote.of_reserves(*reserves)
        alone = known(agree([quote], Decimal(0)))
    price = Fraction(usd, 10**usd_decimals) / Fraction(tokens, 10**token_decimals)
    assert near(quote.usd, price)
    assert near(alone.usd, price)
    assert near(alone.liquidity_usd, 2 * Fraction(usd, 10**usd_decimals))


@given(usd=dollars, value=dollars)
def test_a_pool_of_a_known_value_is_that_of_its_reserves(usd: Decimal, value: Decimal) -> None:
    agreed = known(agree([Quote.of_value(usd, value)], Decimal(0)))
    assert near(agreed.usd, Fraction(usd))
    assert near(agreed.liquidity_usd, Fraction(value))


@given(usd=dollars, tokens=dollars, push=st.decimals("0.001", "1000"))
def test_a_swap_moves_the_price_and_not_the_weight(usd: Decimal, tokens: Decimal, push: Decimal) -> None:
    before = Quote.of_reserves(tokens, usd)
    with localcontext() as context:
        context.prec = 100
        after = Quote.of_reserves(tokens / push, usd * push)
        assert abs(after.usd / before.usd / push**2 - 1) < Decimal("1e-45")
        assert abs(after.depth / before.depth - 1) < Decimal("1e-45")


class TestThinPools:
    def test_a_thin_pool_alone_sets_no_price(self) -> None:
        assert agree([pool("1", "499.99")], MINIMUM) is None
        assert near(known(agree([pool("1", "500.01")], MINIMUM)).usd, Fraction("500.01"))

    def test_many_thin_pools_set_none_either(self) -> None:
        assert agree([pool("100", "40")] * 50, MINIMUM) is None

    def test_no_pool_says_nothing(self) -> None:
        assert agree([], MINIMUM) is None

    @given(
        tokens=st.decimals("10", "1e9"),
        usd=st.decimals("500", "1e9"),
        thin=st.decimals("0.001", "0.999"),
        push=st.decimals("0.0001", "10000"),
    )
    def test_beside_a_deep_pool_it_changes_nothing_however_it_is_pushed(
        self, tokens: Decimal, usd: Decimal, thin: Decimal, push: Decimal
    ) -> None:
        """Even where the push makes it look the richest of all."""
        deep = Quote.of_reserves(tokens, usd)
        part = thin * min(Decimal(1), 500 / usd)
        pushed = Quote.of_reserves(tokens * part / push, usd * part * push)
        assert agree([pushed, deep], MINIMUM) == agree([deep], MINIMUM)


class TestDisagreement:
    def test_pools_that_agree_are_weighted_by_depth(self) -> None:
        agreed = known(agree([pool("10000", "10000"), pool("1000", "1100")], MINIMUM))
        assert Decimal("1.0") < agreed.usd < Decimal("1.01")
        assert Decimal(22_200) < agreed.liquidity_usd < Decimal(22_210)

    def test_a_pool_that_is_far_off_is_not_listened_to(self) -> None:
        honest, off = pool("10000", "10000"), pool("1000", "3000")
        assert agree([honest, off], MINIMUM) == agree([honest], MINIMUM)

    def test_the_deepest_pool_does_not_overrule_the_others(self) -> None:
        pushed = pool("5000", "20000")
        agreed = known(agree([pushed, *[pool("9000", "9000")] * 3], MINIMUM))
        assert agreed.usd == 1

    def test_where_halves_disagree_nobody_is_believed(self) -> None:
        assert agree([pool("10000", "10000"), pool("5000", "20000")], MINIMUM) is None

    @given(
        st.lists(st.tuples(st.decimals("100", "1e6"), st.decimals("500", "1e6")), min_size=1, max_size=6),
        st.randoms(use_true_random=False),
    )
    def test_a_price_is_between_those_of_the_pools_in_any_order(self, reserves, random) -> None:  # type: ignore[no-untyped-def] # hypothesis's own types
        quotes = [Quote.of_reserves(tokens, usd) for tokens, usd in reserves]
        agreed = agree(quotes, MINIMUM)
        assume(agreed is not None)
        assert agreed is not None
        lowest, highest = min(quote.usd for quote in quotes), max(quote.usd for quote in quotes)
        slack = Decimal(1) + Decimal("1e-27")
        assert lowest / slack <= agreed.usd <= highest * slack
        random.shuffle(quotes)
        again = known(agree(quotes, MINIMUM))
        assert abs(again.usd / agreed.usd - 1) < Decimal("1e-26")

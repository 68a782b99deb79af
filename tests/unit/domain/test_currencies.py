"""What dollars are in other currencies, by day."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.contract.things import WALLET
from tests.lives import DAY, MINT, T0, XNT, received, sent
from walletwatch.domain.carrying import CarriedFlow, Nature
from walletwatch.domain.currencies import DOLLARS, FIAT, KEPT, Currency, Exchange, Rates
from walletwatch.domain.flows import flows_of
from walletwatch.domain.money import NATIVE
from walletwatch.domain.prices import Price, PriceSource
from walletwatch.domain.reckoning import reckoned

TODAY = datetime.fromtimestamp(T0, UTC).date()
QUOTES = ((TODAY - timedelta(days=5), Decimal("0.8")), (TODAY - timedelta(days=1), Decimal("0.9")))


def exchange(currency: Currency = Currency.EUR) -> Exchange:
    rates = Rates("XNT")
    rates.learn({currency: QUOTES}, TODAY)
    return rates.exchange(currency)


def test_the_newest_rate_that_is_not_later_counts() -> None:
    eur = exchange()
    assert [eur.rate(TODAY - timedelta(days=days)) for days in (0, 1, 2, 5, 6, 400)] == [
        Decimal("0.9"), Decimal("0.9"), Decimal("0.8"), Decimal("0.8"), Decimal("0.8"), Decimal("0.8"),
    ]  # fmt: skip
    assert eur.rate() == Decimal("0.9")
    assert eur.of(Decimal(10)) == 9
    assert DOLLARS.rate(TODAY) == DOLLARS.rate() == 1


def test_a_rate_that_nobody_renews_is_none_of_today() -> None:
    late = Exchange(FIAT[Currency.EUR], QUOTES, QUOTES[-1][0] + KEPT + timedelta(days=1))
    assert late.rate() is None
    assert late.of(Decimal(1)) is None
    assert late.rate(QUOTES[-1][0] + KEPT) == Decimal("0.9")


def test_the_price_of_a_token_is_of_its_day_or_of_the_day_before() -> None:
    native = exchange(Currency.NATIVE)
    assert [native.rate(TODAY - timedelta(days=days)) for days in (0, 1, 3, 4, 5, 6)] == [
        Decimal("0.9"), Decimal("0.9"), None, Decimal("0.8"), Decimal("0.8"), None,
    ]  # fmt: skip


def test_what_has_no_rate_is_not_offered() -> None:
    rates = Rates("XNT")
    assert [each.code for each in rates.offered] == ["USD", "XNT"]
    rates.learn({Currency.RUB: QUOTES, Currency.EUR: QUOTES}, TODAY)
    assert [each.title for each in rates.offered] == ["$ USD", "€ EUR", "₽ RUB", "XNT"]
    rates.learn({Currency.RUB: QUOTES}, TODAY + KEPT)
    assert [each.code for each in rates.offered] == ["USD", "XNT"]
    assert rates.exchange(Currency.EUR).rate() is None


def test_symbols_are_of_one_currency_each() -> None:
    assert len({each.symbol for each in FIAT.values()}) == len(FIAT) == len(Currency) - 1


def test_each_value_is_reckoned_at_the_rate_of_its_day() -> None:
    lives = [
        received(XNT, usd={NATIVE: "2"}, at=T0 - 3 * DAY),
        sent(XNT, usd={NATIVE: "3"}, at=T0),
        received(5, MINT, at=T0),
    ]
    carried = CarriedFlow(
        1, WALLET, TODAY - timedelta(days=400), NATIVE, "", Nature.MARKET,
        received=1, received_priced=1, received_usd=Decimal(10),
    )  # fmt: skip
    told = reckoned(exchange(), lives, [carried])
    total = flows_of(told.activities, {WALLET}, UTC).total
    assert (total.received_worth, total.sent_worth) == (Decimal("1.6"), Decimal("2.7"))
    assert total.unpriced == 1
    assert told.carried[0].received_usd == 8
    price = told.price(
        Price(NATIVE, Decimal(2), datetime(2026, 11, 1, tzinfo=UTC), PriceSource.POOLS, Decimal(50))
    )
    assert (price.usd, price.liquidity_usd) == (Decimal("1.8"), Decimal(45))


def test_the_tokens_own_price_at_the_time_counts_before_that_of_the_day() -> None:
    lives = [received(3 * XNT, usd={NATIVE: "7"}, at=T0 - 3 * DAY)]
    told = reckoned(exchange(Currency.NATIVE), lives)
    assert told.exchange.currency is Currency.NATIVE
    assert round(flows_of(told.activities, {WALLET}, UTC).total.received_worth, 20) == 3


def test_a_sum_of_which_a_part_has_no_rate_is_told_in_dollars() -> None:
    lives = [received(10, MINT, usd={MINT: "7"}, at=T0 - 3 * DAY), received(10, MINT, usd={MINT: "7"}, at=T0)]
    told = reckoned(exchange(Currency.NATIVE), lives)
    assert told.exchange is DOLLARS
    assert told.activities is lives
    assert reckoned(Exchange(FIAT[Currency.EUR]), lives).exchange is DOLLARS


@given(
    days=st.sets(st.dates(date(2020, 1, 1), date(2026, 11, 1)), min_size=1, max_size=20),
    day=st.dates(date(2019, 1, 1), date(2027, 1, 1)),
)
def test_a_known_rate_is_of_the_nearest_day_before_or_the_first(days: set[date], day: date) -> None:
    quotes = [(each, Decimal(number)) for number, each in enumerate(sorted(days), 1)]
    today = date(2026, 11, 1)
    rate = Exchange(FIAT[Currency.GBP], quotes, today).rate(day)
    before = [(each, units) for each, units in quotes if each <= min(day, today)]
    if not before:
        assert rate == 1
    elif min(day, today) - before[-1][0] <= KEPT:
        assert rate == before[-1][1]
    else:
        assert rate is None

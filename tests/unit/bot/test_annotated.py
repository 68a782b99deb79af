"""Messages with names, values and warnings, as a person reads them."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telegram_double.html_mode import parse_html
from tests.unit.bot.test_rendering import PEER, RENDERER, SUBSCRIPTION, USDC, WALLET, activity, render
from walletwatch.bot.formatting import money
from walletwatch.bot.html_length import MAX_UNITS, units
from walletwatch.bot.texts import texts
from walletwatch.domain.activities import Activity, ActivityKind, Held, Leg
from walletwatch.domain.annotations import Annotation, AssetNote, Flag, Lookalike
from walletwatch.domain.chats import ChatSettings
from walletwatch.domain.currencies import DOLLARS, Currency
from walletwatch.domain.delivery import DeliveryKind, PendingDelivery

MINT = "Fmxzgey1Bpo8PMSfEEASC9FtFGFm9bN1omqxNkkpBnTk"
POISON = PEER[:4] + "1" * (len(PEER) - 8) + PEER[-4:]
XNT = AssetNote("XNT", None, 9, listed=True, usd=Decimal("0.5"))
TOLL = AssetNote("TOLL", "Toll Token", 6, listed=False)
WHEN = "🕒 26 Oct 2026, 07:33:20 UTC"
NAME = "👛 <b>Savings</b> · <code>9Dpj…CoaU</code>"


def noted(what: Activity, *flags: Flag, lookalike: Lookalike | None = None, **notes: AssetNote) -> Activity:
    assets = {{"native": "native", "usdc": USDC, "token": MINT}[name]: note for name, note in notes.items()}
    return replace(what, annotation=Annotation(assets, flags, lookalike))


RECEIVED = activity(ActivityKind.TRANSFER_IN, Leg("native", 5 * 10**9, 9, PEER), fee=0)
DUST = activity(ActivityKind.TRANSFER_IN, Leg("native", 1, 9, POISON), fee=0)
TOKENS = activity(ActivityKind.TRANSFER_IN, Leg(MINT, 2_500_000, 6, PEER), fee=0)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (
            noted(RECEIVED, Flag.UNKNOWN_SENDER, native=XNT),
            ["<b>📥 Received 5 XNT (≈ $2.50)</b>", NAME, "👤 From <code>B69c…m9Tq</code>", WHEN],
        ),
        (
            noted(
                activity(
                    ActivityKind.SWAP, Leg("native", -4000 * 10**9, 9), Leg(USDC, 1_990_123_456, 6), fee=0
                ),
                native=XNT, usdc=AssetNote("USDC.x", None, 6, listed=True, usd=Decimal(1)),
            ),
            [
                "<b>🔄 Swapped</b>", NAME, "− 4,000 XNT (≈ $2,000)", "+ 1,990.12 USDC.x (≈ $1,990)", WHEN,
            ],
        ),
        (
            noted(TOKENS, token=TOLL),
            [
                "<b>📥 Received 2.5 TOLL <i>(<code>Fmxz…BnTk</code>)</i></b>", NAME,
                "👤 From <code>B69c…m9Tq</code>", WHEN,
            ],
        ),
        (
            noted(TOKENS, Flag.IMPOSTOR_TOKEN, token=replace(TOLL, symbol="USDС.x", impostor_of=USDC,
                                                             usd=Decimal(1))),
            [
                "⚠️ <b><code>Fmxz…BnTk</code> is not USDC.x.</b> It is another token that bears its name.",
                "<b>📥 Received 2.5 USDС.x <i>(<code>Fmxz…BnTk</code>)</i></b>", NAME,
                "👤 From <code>B69c…m9Tq</code>", WHEN,
            ],
        ),
        (
            noted(DUST, Flag.LOOKALIKE_ADDRESS, Flag.DUST, Flag.UNKNOWN_SENDER,
                  lookalike=Lookalike(POISON, PEER), native=XNT),
            [
                (f"⚠️ <b>Careful.</b> <code>{POISON}</code> imitates an address you dealt with before,"
                f" <code>{PEER}</code>. It hopes that you copy it from your history one day. Never do."),
                "<b>📥 Received 0.000000001 XNT (&lt; $0.01)</b>", NAME,
                "👤 From <code>B69c…m9Tq</code>", WHEN,
            ],
        ),
        (
            noted(activity(ActivityKind.TRANSFER_OUT, Leg("native", -(10**9), 9, POISON), fee=0),
                  Flag.LOOKALIKE_ADDRESS, lookalike=Lookalike(POISON, PEER), native=XNT),
            [
                ("🚨 <b>You paid an address that only looks like one you know.</b> It went to"
                f" <code>{POISON}</code>; the one you dealt with before is <code>{PEER}</code>."),
                "<b>📤 Sent 1 XNT (≈ $0.50)</b>", NAME, "👤 To <code>B69c…m9Tq</code>", WHEN,
            ],
        ),
        (
            noted(replace(TOKENS, details={"recipients": 21}), Flag.MASS_AIRDROP, Flag.UNKNOWN_SENDER,
                  token=TOLL),
            [
                "🗑 A stranger scattered this to 21 others. Don't open any site it names.",
                "<b>📥 Received 2.5 TOLL <i>(<code>Fmxz…BnTk</code>)</i></b>", NAME,
                "👤 From <code>B69c…m9Tq</code>", WHEN,
            ],
        ),
        (
            noted(DUST, Flag.DUST, Flag.UNKNOWN_SENDER),
            [
                "🗑 A stranger sent next to nothing. You can ignore it; don't open any site it names.",
                "<b>📥 Received 0.000000001 XNT</b>", NAME, "👤 From <code>B69c…m9Tq</code>", WHEN,
            ],
        ),
    ],
)  # fmt: skip
def test_a_message_as_it_is_read(told: Activity, expected: list[str]) -> None:
    assert render(told).split("\n") == expected


def test_whose_addresses_are_and_what_is_left() -> None:
    burn = "1nc1nerator11111111111111111111111111111111"
    sent = noted(
        activity(
            ActivityKind.TRANSFER_OUT,
            Leg("native", -(10**9), 9, PEER),
            Leg(MINT, -1_000_000, 6, burn),
            fee=5000,
        ),
        Flag.FIRST_TIME,
        native=XNT,
        token=TOLL,
    )
    sent = replace(sent, after={"native": Held(4 * 10**9, 0), MINT: Held(0, 1)})
    now = datetime(2026, 11, 1, tzinfo=UTC)
    known = replace(
        SUBSCRIPTION, chat=replace(SUBSCRIPTION.chat, settings=ChatSettings(currency=Currency.NATIVE))
    )
    delivery = PendingDelivery(
        "0" * 32, DeliveryKind.ACTIVITY, known, (sent,), now, {PEER: "Trading <b>", known.address: None}
    )
    message = RENDERER.delivery(delivery)
    assert message.html.split("\n") == [
        "<b>📤 Sent</b>",
        NAME,
        "− 1 XNT",
        "👤 To your wallet <b>Trading &lt;b&gt;</b>",
        "− 1 TOLL <i>(<code>Fmxz…BnTk</code>)</i>",
        "👤 To Incinerator",
        "✨ The first time you deal with each other",
        "💼 Balance 4 XNT",
        "💼 Balance 0 TOLL <i>(<code>Fmxz…BnTk</code>)</i>",
        "⛽ Fee 0.000005 XNT",
        WHEN,
    ]
    assert [button.callback_data for button in message.keyboard[0]] == [f"1:td:{'0' * 32}", None]


def test_values_in_the_chains_own_token() -> None:
    told = noted(TOKENS, native=XNT, token=replace(TOLL, usd=Decimal(3)))
    chat = replace(SUBSCRIPTION.chat, settings=ChatSettings(currency=Currency.NATIVE))
    assert "2.5 TOLL <i>(<code>Fmxz…BnTk</code>)</i> (≈ 15 XNT)" in render(
        told, subscription=replace(SUBSCRIPTION, chat=chat)
    )


def test_the_sender_of_what_came_in_can_be_scanned() -> None:
    now = datetime(2026, 11, 1, tzinfo=UTC)
    delivery = PendingDelivery("0" * 32, DeliveryKind.ACTIVITY, SUBSCRIPTION, (RECEIVED,), now)
    data = [button.callback_data for row in RENDERER.delivery(delivery).keyboard for button in row]
    assert f"1:sa:{PEER}" in data


def test_a_digest_knows_names_and_values_and_warns_of_what_it_holds() -> None:
    told = [
        noted(RECEIVED, native=XNT),
        noted(TOKENS, token=TOLL),
        noted(TOKENS, Flag.IMPOSTOR_TOKEN, token=replace(TOLL, impostor_of=USDC)),
        *[noted(DUST, Flag.LOOKALIKE_ADDRESS, lookalike=Lookalike(POISON, PEER), native=XNT)] * 3,
        noted(
            activity(ActivityKind.TRANSFER_OUT, Leg("native", -(10**9), 9, POISON), fee=0),
            Flag.LOOKALIKE_ADDRESS, lookalike=Lookalike(POISON, PEER), native=XNT,
        ),
    ]  # fmt: skip
    lines = render(*told).split("\n")
    assert lines[3].startswith("🚨 <b>You paid an address that only looks like one you know.</b>")
    assert (
        lines[4] == "⚠️ <b><code>Fmxz…BnTk</code> is not USDC.x.</b> It is another token that bears its name."
    )
    assert lines[5].startswith(f"⚠️ <b>Careful.</b> <code>{POISON}</code> imitates an address")
    assert lines[6] == "📥 Received × 6"
    assert "+ 4 XNT (≈ $2.00) <i>(+ 5, − 1)</i>" in lines
    assert "+ 5 TOLL <i>(<code>Fmxz…BnTk</code>)</i>" in lines


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("0", "$0"), ("0.0099", "< $0.01"), ("0.01", "$0.01"), ("12.345", "$12.34"),
        ("999.999", "$1,000.00"),
        ("1234567.8", "$1,234,568"), ("1e15", None), ("1e40", None), ("1e-40", "< $0.01"),
    ],
)  # fmt: skip
def test_dollars_as_people_say_them(value: str, said: str | None) -> None:
    assert money(Decimal(value), DOLLARS.denomination, texts("en")) == said


notes = st.builds(
    AssetNote,
    st.none() | st.text(max_size=20),
    st.none() | st.text(max_size=50),
    st.none() | st.integers(0, 255),
    st.booleans(),
    st.none() | st.sampled_from([USDC, "native"]),
    st.none() | st.decimals(0, 10**60, allow_nan=False, allow_infinity=False),
)


@given(
    st.lists(st.tuples(st.integers(-(2**64), 2**64), st.none() | st.integers(0, 255)), max_size=20),
    notes,
    st.sampled_from(ActivityKind),
    st.lists(st.sampled_from(Flag)).map(tuple),
    st.none() | st.just(Lookalike(POISON, PEER)),
    st.none() | st.integers(-1, 10**9),
)
def test_no_strangers_text_breaks_a_message(
    legs: list[tuple[int, int | None]],
    note: AssetNote,
    kind: ActivityKind,
    flags: tuple[Flag, ...],
    lookalike: Lookalike | None,
    recipients: int | None,
) -> None:
    what = activity(kind, *(Leg(MINT, amount, decimals, WALLET) for amount, decimals in legs))
    html = render(
        replace(
            what,
            details={} if recipients is None else {"recipients": recipients},
            annotation=Annotation({MINT: note}, flags, lookalike),
        )
    )
    parse_html(html)
    assert units(html) <= MAX_UNITS

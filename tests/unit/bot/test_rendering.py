import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telegram_double.html_mode import parse_html
from walletwatch.bot.commands.__main__ import document as commands_document
from walletwatch.bot.formatting import number
from walletwatch.bot.html_length import MAX_UNITS, cut, units
from walletwatch.bot.rendering import HtmlRenderer
from walletwatch.bot.texts import PLURALS, Html, entries, texts
from walletwatch.bot.views.activity import sender_of
from walletwatch.bot.views.powers import AUTHORITIES
from walletwatch.chain.decoding import decode_transaction
from walletwatch.domain.activities import Activity, ActivityKind, Leg
from walletwatch.domain.chats import Chat, ChatKind, Subscription
from walletwatch.domain.delivery import DeliveryKind, PendingDelivery
from walletwatch.domain.profile import PROFILES
from walletwatch.domain.work import Notification
from walletwatch.queueing.notification import decode_notification, encode_notification

WALLET = "9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU"
PEER = "B69chRzqzDCmdB5WYB8NRu5Yv5ZA95ABiZcdzCgGm9Tq"
USDC = PEER
SUBSCRIPTION = Subscription(1, Chat(5, ChatKind.PRIVATE), 1, WALLET, "Savings", from_slot=1)
RENDERER = HtmlRenderer(PROFILES["x1-mainnet"])
TRANSACTIONS = Path(__file__).parents[2] / "fixtures/transactions"
BOT = Path(__file__).parents[3] / "layers/common/walletwatch/bot"


def activity(kind: ActivityKind, *legs: Leg, **changes: object) -> Activity:
    base = Activity(
        "5" * 88, 9, 1_793_000_000, WALLET, True, None, kind, legs, 5000, 0, None, (),
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


def render(*activities: Activity, subscription: Subscription = SUBSCRIPTION) -> str:
    kind = DeliveryKind.ACTIVITY if len(activities) == 1 else DeliveryKind.DIGEST
    now = datetime(2026, 11, 1, tzinfo=UTC)
    return RENDERER.delivery(PendingDelivery("0" * 32, kind, subscription, activities, now)).html


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (
            activity(ActivityKind.TRANSFER_IN, Leg("native", 5 * 10**9, 9, PEER), fee=0),
            [
                "<b>📥 Received 5 XNT</b>",
                "👛 <b>Savings</b> · <code>9Dpj…CoaU</code>",
                "👤 From <code>B69c…m9Tq</code>",
                "🕒 26 Oct 2026, 07:33:20 UTC",
            ],
        ),
        (
            activity(ActivityKind.TRANSFER_OUT, Leg(USDC, -1_234_567_890, 6, None), rent=2_039_280),
            [
                "<b>📤 Sent 1,234.56 USDC.x</b>",
                "👛 <b>Savings</b> · <code>9Dpj…CoaU</code>",
                "Account deposits 0.002039 XNT",
                "⛽ Fee 0.000005 XNT",
                "🕒 26 Oct 2026, 07:33:20 UTC",
            ],
        ),
        (
            activity(ActivityKind.SWAP, Leg("native", -(10**9), 9), Leg("mint", 7, 0), program="XDEX", fee=0),
            [
                "<b>🔄 Swapped</b>",
                "👛 <b>Savings</b> · <code>9Dpj…CoaU</code>",
                "− 1 XNT",
                "+ 7 of token <code>mint</code>",
                "With XDEX",
                "🕒 26 Oct 2026, 07:33:20 UTC",
            ],
        ),
        (
            activity(
                ActivityKind.REWARD,
                Leg("native", 123_456_789, 9),
                signature=f"reward-41-{PEER}",
                fee=0,
                program="Stake",
                details={"stake_account": PEER, "epoch": 41},
            ),
            [
                "<b>🎁 Reward 0.1234 XNT</b>",
                "👛 <b>Savings</b> · <code>9Dpj…CoaU</code>",
                "With Stake",
                "Stake account <code>B69c…m9Tq</code>",
                "For epoch 41",
                "🕒 26 Oct 2026, 07:33:20 UTC",
            ],
        ),
        (
            activity(ActivityKind.FAILED, success=False, error="instruction 0: Custom 1 <b>"),
            [
                "<b>❌ Transaction failed</b>",
                "👛 <b>Savings</b> · <code>9Dpj…CoaU</code>",
                "Reason: instruction 0: Custom 1 &lt;b&gt;",
                "⛽ Fee 0.000005 XNT",
                "🕒 26 Oct 2026, 07:33:20 UTC",
            ],
        ),
        (
            activity(ActivityKind.APPROVE, details={"delegate": PEER, "amount": 1500}, fee=0),
            [
                "<b>✋ Approved a spender</b>",
                "👛 <b>Savings</b> · <code>9Dpj…CoaU</code>",
                "<code>B69c…m9Tq</code> may spend 1,500 base units",
                "🕒 26 Oct 2026, 07:33:20 UTC",
            ],
        ),
        (
            activity(
                ActivityKind.APPROVE,
                details={"delegate": PEER, "amount": 1_500_000, "mint": USDC, "decimals": 6},
                fee=0,
            ),
            [
                "<b>✋ Approved a spender</b>",
                "👛 <b>Savings</b> · <code>9Dpj…CoaU</code>",
                "<code>B69c…m9Tq</code> may spend 1.5 USDC.x",
                "🕒 26 Oct 2026, 07:33:20 UTC",
            ],
        ),
        (
            activity(
                ActivityKind.APPROVE, details={"delegate": PEER, "amount": 2**64 - 1, "mint": USDC}, fee=0
            ),
            [
                "<b>✋ Approved a spender</b>",
                "👛 <b>Savings</b> · <code>9Dpj…CoaU</code>",
                "⚠️ <code>B69c…m9Tq</code> may spend all USDC.x, without a limit",
                "🕒 26 Oct 2026, 07:33:20 UTC",
            ],
        ),
        (
            activity(
                ActivityKind.PROGRAM_CALL,
                details={"approvals": [{"delegate": PEER, "amount": 2**64 - 1}, {"delegate": PEER}]},
                fee=0,
            ),
            [
                "<b>⚙️ Called a program</b>",
                "👛 <b>Savings</b> · <code>9Dpj…CoaU</code>",
                "⚠️ <b>It also lets somebody spend your tokens:</b>",
                "⚠️ <code>B69c…m9Tq</code> may spend all of it, without a limit",
                "<code>B69c…m9Tq</code> may spend from it",
                "🕒 26 Oct 2026, 07:33:20 UTC",
            ],
        ),
        (
            activity(ActivityKind.PROGRAM_CALL, details={"unreadable": True}, fee=0, block_time=None),
            [
                "<b>⚙️ Called a program</b>",
                "👛 <b>Savings</b> · <code>9Dpj…CoaU</code>",
                "There was a transaction I could not read. Please look at it yourself.",
                "🕒 unknown",
            ],
        ),
    ],
)
def test_a_person_reads(told: Activity, expected: list[str]) -> None:
    assert render(told).split("\n") == expected


@pytest.mark.parametrize(
    ("wallet", "expected"),
    [
        (
            "8wytzyCBXco7yqgrLDiecpEt452MSuNWRe7xsLgAAX1H",
            ("<b>🖼 Sent an NFT</b>", "👤 To <code>G7B1…2VdR</code>"),
        ),
        (
            "G7B17AigRCGvwnxFc5U8zY5T3NBGduLzT7KYApNU2VdR",
            ("<b>🖼 Received an NFT</b>", "👤 From <code>8wyt…AX1H</code>"),
        ),
    ],
)
def test_an_asset_that_is_no_token_is_named_with_who_gave_and_got_it(
    wallet: str, expected: tuple[str, str]
) -> None:
    recorded = json.loads((TRANSACTIONS / "nft_core_out.json").read_text())["result"]
    told = decode_transaction(recorded, wallet)
    assert told is not None
    shown = render(told).split("\n")
    assert set(expected) <= set(shown)
    assert any(
        line.startswith("🖼 Asset <a href=") and "JATWmjADckr2M7TX5xMfo1HNfYS66DKot15fJ4hVLrVE" in line
        for line in shown
    )
    assert (sender_of(told) is None) is (told.kind is ActivityKind.NFT_OUT)


def test_a_token_that_keeps_a_fee_says_so() -> None:
    told = activity(
        ActivityKind.TRANSFER_IN, Leg(USDC, 198 * 10**6, 6, PEER), details={"withheld": {USDC: 2 * 10**6}}
    )
    assert "Received 198 USDC.x" in render(told)
    assert "The token kept 2 USDC.x as its fee" in render(told)


def test_a_digest_counts_and_adds_up() -> None:
    told = [
        *[activity(ActivityKind.TRANSFER_IN, Leg("native", 10**9, 9, PEER), fee=0) for _ in range(12)],
        activity(ActivityKind.TRANSFER_OUT, Leg("native", -2 * 10**9, 9), block_time=None),
        activity(
            ActivityKind.SWAP,
            Leg("native", -(10**9), 9),
            Leg(USDC, 5 * 10**6, 6),
            rent=2_039_280,
            block_time=1_793_000_060,
        ),
    ]
    assert render(*told).split("\n") == [
        "📚 <b>14 activities</b> of <b>Savings</b> · <code>9Dpj…CoaU</code>",
        "🕒 26 Oct 2026, 07:33:20 UTC to 26 Oct 2026, 07:34:20 UTC",
        "All of them are in the explorer.",
        "📥 Received × 12",
        "📤 Sent × 1",
        "🔄 Swapped × 1",
        "",
        "In total:",
        "+ 9 XNT <i>(+ 12, − 3)</i>",
        "+ 5 USDC.x",
        "Account deposits 0.002039 XNT",
        "Fees 0.00001 XNT",
        "",
        "It began with:",
        *["• 📥 Received 1 XNT"] * 5,
        "… and 9 more",
    ]


def test_a_digest_says_what_came_and_went_where_nothing_is_left() -> None:
    both = [
        activity(ActivityKind.SWAP, Leg("native", sign * 10**9, 9), fee=0) for sign in (1, -1, -1, 1, -1, 1)
    ]
    assert "± 0 XNT <i>(+ 3, − 3)</i>" in render(*both)
    assert "− 1 XNT <i>(+ 3, − 4)</i>" in render(*both, both[1])
    assert "• 🔄 Swapped + 1 XNT" in render(*both)


def test_a_few_that_came_together_are_told_one_after_the_other() -> None:
    told = [
        activity(ActivityKind.TRANSFER_IN, Leg("native", 5 * 10**9, 9, PEER), fee=0, signature="5" * 87),
        activity(ActivityKind.SWAP, Leg("native", -(10**9), 9), Leg(USDC, 5 * 10**6, 6), signature="not one"),
    ]
    link = "https://explorer.mainnet.x1.xyz/tx/" + "5" * 87
    assert render(*told).split("\n") == [
        "📚 <b>2 activities</b> of <b>Savings</b> · <code>9Dpj…CoaU</code>",
        "",
        f'<b>1. 📥 Received 5 XNT</b> <a href="{link}">↗</a>',
        "👤 From <code>B69c…m9Tq</code>",
        "",
        "<b>2. 🔄 Swapped</b>",
        "− 1 XNT",
        "+ 5 USDC.x",
        "⛽ Fee 0.000005 XNT",
        "",
        "🕒 26 Oct 2026, 07:33:20 UTC",
    ]
    later = replace(told[1], block_time=1_793_000_060)
    assert render(told[0], later).endswith("🕒 26 Oct 2026, 07:33:20 UTC to 26 Oct 2026, 07:34:20 UTC")


def test_a_few_whose_tale_is_too_long_are_added_up() -> None:
    long = activity(
        ActivityKind.BURN,
        Leg("native", -1, 9),
        error="e" * 300,
        program="p" * 300,
        details={"memo": "m" * 300},
    )
    assert "In total:" not in render(*[long] * 2)
    assert "In total:" in render(*[long] * 5)


def test_the_fullest_digest_still_fits() -> None:
    told = [
        activity(
            kind,
            *(
                Leg(f"{number:044d}", sign * 2**63, decimals, PEER)
                for number in range(40)
                for sign in (1, -1)
                for decimals in (None, 9)
            ),
            rent=-(2**63),
        )
        for kind in ActivityKind
        for _ in range(50)
    ]
    html = render(*told, subscription=replace(SUBSCRIPTION, label="😀" * 48))
    assert units(html) <= MAX_UNITS
    assert html.endswith(f"… and {len(told) - 5} more")


@pytest.mark.parametrize("kind", list(ActivityKind))
def test_every_kind_has_a_title(kind: ActivityKind) -> None:
    assert "{" not in render(activity(kind, Leg("native", 1, 9)))


hostile = st.text(max_size=400) | st.sampled_from(["<b>", "</code>", "&amp;", "\u202e" * 50, "x" * 9000])
legs = st.builds(
    Leg,
    st.sampled_from(["native", USDC]) | hostile.filter(bool),
    st.integers(-(2**64), 2**64).filter(bool),
    st.none() | st.integers(0, 255),
    st.none() | hostile,
)
details = st.dictionaries(
    st.sampled_from(
        ["memo", "delegate", "amount", "withheld", "authority_type", "new_authority", "stake_account"]
    ),
    hostile | st.integers() | st.none() | st.dictionaries(hostile, st.integers(), max_size=3),
    max_size=7,
)
activities = st.builds(
    activity,
    st.sampled_from(ActivityKind),
    error=st.none() | hostile,
    program=st.none() | hostile,
    rent=st.integers(-(2**63), 2**63),
    details=details,
    legs=st.lists(legs, max_size=30).map(tuple),
    block_time=st.none() | st.integers(0, 2**32),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(activities, min_size=1, max_size=4), st.none() | st.text(min_size=1, max_size=48))
def test_whatever_the_chain_holds_the_message_is_valid(told: list[Activity], label: str | None) -> None:
    html = render(*told, subscription=replace(SUBSCRIPTION, label=label))
    parsed = parse_html(html)
    assert len(parsed.text.encode("utf-16-le")) // 2 <= MAX_UNITS
    assert units(html) <= MAX_UNITS


def test_a_rendered_message_goes_through_the_queue() -> None:
    delivery = PendingDelivery(
        "0" * 32,
        DeliveryKind.ACTIVITY,
        SUBSCRIPTION,
        (activity(ActivityKind.VOTE),),
        datetime(2026, 11, 1, tzinfo=UTC),
    )
    message = RENDERER.delivery(delivery)
    body = encode_notification(Notification("0" * 32, 5, message, delivery.created_at))
    assert decode_notification(body).message.html == message.html


class TestNumbers:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ("0", "0"),
            ("1234567.891", "1,234,567.89"),
            ("1.25", "1.25"),
            ("-0.5", "-0.5"),
            ("0.000005", "0.000005"),
            ("0.00203928", "0.002039"),
            ("0.0000000001", "< 0.000000001"),
            ("1e30", "1.000e+30"),
        ],
    )
    def test_numbers_are_readable(self, value: str, expected: str) -> None:
        assert number(Decimal(value), texts("en")) == expected

    @given(st.integers(1, 2**64), st.integers(0, 30))
    def test_what_is_there_is_never_shown_as_nothing_or_as_more(self, amount: int, decimals: int) -> None:
        value = Decimal(amount).scaleb(-decimals)
        shown = number(value, texts("en"))
        assert re.search("[1-9]", shown)
        assert sum(character.isdigit() for character in shown) <= 18
        if not shown.startswith("<") and "e" not in shown:
            assert Decimal(shown.replace(",", "")) <= value


def test_an_authority_is_called_by_what_it_is_for() -> None:
    def told(kind: str) -> str:
        details = {"authority_type": kind, "old_authority": PEER, "new_authority": None}
        return render(activity(ActivityKind.AUTHORITY_CHANGE, details=details))

    assert "Minting: <code>B69c…m9Tq</code> → nobody" in told("mintTokens")
    assert "a new &lt;one: <code>B69c…m9Tq</code> → nobody" in told("a new <one")
    named = {key.removeprefix("authority.") for key in entries("en") if key.startswith("authority.")}
    assert named == AUTHORITIES


class TestLocales:
    def _keys(self, language: str) -> Mapping[str, str]:
        return entries(language)

    def test_every_text_is_used(self) -> None:
        source = "\n".join(path.read_text() for path in BOT.rglob("*.py"))
        prefixes = set(re.findall(r"""f["']([a-z_.]+\.)(?:no_)?\{""", source))
        quoted = set(re.findall(r"""["']([a-z_]+(?:\.[a-z_]+)+)["']""", source))
        for key in self._keys("en"):
            base = key.rsplit(".", 1)[0] if key.rsplit(".", 1)[-1] in {"one", "few", "many", "other"} else key
            assert base in quoted or any(base.startswith(prefix) for prefix in prefixes), key

    def test_every_text_that_is_used_exists(self) -> None:
        source = "\n".join(path.read_text() for path in BOT.rglob("*.py"))
        known = self._keys("en")
        tables = {key.rsplit(".", 1)[0] for key in known}
        for key in re.findall(r'say\(\s*"([a-z_.]+)"', source):
            assert key in known or key in tables, key

    def test_values_are_escaped_and_html_is_not(self) -> None:
        say = texts("en")
        assert say("activity.line.program", name="<b>&") == "With &lt;b&gt;&amp;"
        assert say("activity.line.gave", amount=Html("<i>1</i>")) == "− <i>1</i>"
        assert texts("xx-XX").language == "en"

    def test_plurals_follow_the_language(self) -> None:
        assert [PLURALS["ru"](count) for count in (1, 2, 5, 11, 21, 22)] == [
            "one",
            "few",
            "many",
            "many",
            "one",
            "few",
        ]
        assert [PLURALS["hi"](count) for count in (0, 1, 2)] == ["one", "one", "other"]
        assert PLURALS["zh"](1) == "other"


def test_the_documentation_lists_the_commands_there_are() -> None:
    document = (Path(__file__).parents[3] / "docs" / "commands.md").read_text()
    assert document == commands_document()


@given(st.text(st.sampled_from("ab🦊\u202e"), max_size=30), st.integers(2, 12))
def test_a_text_is_cut_between_characters(text: str, limit: int) -> None:
    shown = cut(text, limit)
    assert len(shown.encode("utf-16-le")) // 2 <= limit
    assert shown == text or (shown.endswith("…") and text.startswith(shown[:-1]))

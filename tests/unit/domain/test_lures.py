"""Names that lead people somewhere, in whatever alphabet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walletwatch.domain.lures import Lure, lures


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Claim your reward", {Lure.PROMISE}), ("CLAIM", {Lure.PROMISE}), ("\u0441la\u0456m", {Lure.PROMISE}),
        ("C1AIM!", {Lure.PROMISE}), ("#airdrop", {Lure.PROMISE}), ("re-claim", {Lure.PROMISE}),
        ("https://a.b", {Lure.LINK}), ("hxxps://a.b", {Lure.LINK}), ("HTTP://a", {Lure.LINK}),
        ("t.me/abc", {Lure.LINK}), ("www.abc.com", {Lure.LINK, Lure.DOMAIN}),
        ("abc.com", {Lure.DOMAIN}), ("go to a-b.xyz/now", {Lure.DOMAIN}), ("abc\uff0ecom", {Lure.DOMAIN}),
        ("abc\u3002io", {Lure.DOMAIN}), ("abc.\u0441om", {Lure.DOMAIN}), ("sub.abc.app", {Lure.DOMAIN}),
        ("claim at abc.com", {Lure.PROMISE, Lure.DOMAIN}),
        ("", set()), ("USDC.x", set()), ("Mr.Smith", set()), ("v1.0", set()), ("a.com", set()),
        ("...com", set()),
        ("disclaimer", set()), ("Acclaimed", set()), ("https", set()), ("wwwabc", set()), ("com", set()),
    ],
)  # fmt: skip
def test_what_a_text_leads_by(text: str, found: set[Lure]) -> None:
    assert lures(text) == found


@given(st.text())
def test_any_text_is_looked_at(text: str) -> None:
    assert lures(text) <= set(Lure)
    assert lures(f"claim {text}") >= {Lure.PROMISE}

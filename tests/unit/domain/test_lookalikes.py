"""What of a stranger's text is shown, and which texts look the same."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walletwatch.domain.lookalikes import MAX_MARKS, hidden, readable, skeleton

LIMIT = 16
XNT = [
    "XNT", "xnt", "X N T", "X.N.T", "X-N-T", "$XNT", " xNt ", "ХNТ", "ХNT", "\u03a7\u039d\u03a4",
    "\uff38\uff2e\uff34", "X\u200bN\u200bT", "\u202eXNT", "X\u0301N\u0301T\u0301", "𝐗𝐍𝐓", "Ⓧⓝⓣ", "🅇🄽🅃", "🆇🅽🆃",
    "ꓫꓠꓔ", "×NT", "X\ufeffNT", "xɴᴛ", "X\u00adNT", "X\u034fNT",
]  # fmt: skip


@pytest.mark.parametrize("text", XNT)
def test_what_looks_the_same_has_the_same_shape(text: str) -> None:
    assert skeleton(text) == skeleton("XNT")


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("USDC.x", "USDС.x"), ("USDC.x", "USDCx"), ("USDC.x", "U5DC.X"), ("USDC.x", "UЅDC.х"),
        ("USDC.x", "USÐC.x"),
        ("BONK", "BΟNK"), ("BONK", "B0NK"), ("JitoSOL", "JlTOSOL"), ("WIF", "W1F"), ("WIF", "WlF"),
    ],
)  # fmt: skip
def test_shapes_of_known_tricks(text: str, other: str) -> None:
    assert skeleton(text) == skeleton(other)


@pytest.mark.parametrize("text", ["pXNT", "XNT2", "XN", "TNX", "XMT", "", "...", "🚀", "\u200b"])
def test_what_looks_different_has_another_shape(text: str) -> None:
    assert skeleton(text) != skeleton("XNT")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("USDC.x", "USDC.x"),
        ("  two \t words\n", "two words"),
        ("<b>&</b>", "<b>&</b>"),
        ("\u202eCDSU\u202c", "CDSU"),
        ("a\u200bb\ufeffc\u2060", "abc"),
        ("x\x00\x1b[31m", "x[31m"),
        ("日本語🚀", "日本語🚀"),
        ("e" + "\u0301\u0302\u0303\u0304\u0305" * 50 + "x", "é\u0302\u0303x"),
        ("x" * 10_000, "x" * (LIMIT - 1) + "…"),
        ("\ud800bad", "bad"),
        ("", None),
        (" \u200b\u2800\u3164 ", None),
        ("\u0301\u0301", None),
    ],
)
def test_only_what_can_be_read_is_shown(text: str, shown: str | None) -> None:
    assert readable(text, LIMIT) == shown


@given(st.text(max_size=200), st.integers(1, 60))
def test_whatever_is_shown_is_one_short_line(text: str, limit: int) -> None:
    shown = readable(text, limit)
    if shown is None:
        return
    assert shown == shown.strip()
    assert "\n" not in shown
    assert sum(not unicodedata.combining(character) for character in shown) <= limit + 1
    assert all(unicodedata.category(character)[0] != "C" for character in shown)
    marks = 0
    for character in shown:
        marks = marks + 1 if unicodedata.category(character)[0] == "M" else 0
        assert marks <= MAX_MARKS + 1


@given(st.text(max_size=100))
def test_a_shape_is_that_of_itself(text: str) -> None:
    assert skeleton(skeleton(text)) == skeleton(text)
    assert skeleton(text) == skeleton(f" {text} ")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("US\u200bDC", ("U+200B",)), ("\u202eCDSU", ("U+202E",)), ("\u2066USDC\u2069", ("U+2066", "U+2069")),
        ("US\u200dDC", ("U+200D",)), ("USDC\u200d", ("U+200D",)), ("U\u00adSDC", ("U+00AD",)),
        ("USDC\u3164", ("U+3164",)), ("US\0DC", ("U+0000",)), ("\U000e0041USDC", ("U+E0041",)),
        ("\u200bU\u200bSDC\ufeff", ("U+200B", "U+FEFF")),
        ("USDC", ()), ("US DC\n", ()), ("USD\u0421", ()), ("Z\u0351algo", ()), ("\ufffd", ()), ("", ()),
        # A family, a heart on fire, the flag of Wales, Persian and Hindi as they are written
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467", ()), ("\u2764\ufe0f\u200d\U0001f525", ()),
        ("\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f", ()),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", ()), ("\u0915\u094d\u200d\u0937", ()),
    ],
)  # fmt: skip
def test_what_a_text_hides(text: str, found: tuple[str, ...]) -> None:
    assert hidden(text) == found


@given(st.text())
def test_what_is_readable_and_hides_nothing_is_shown_as_it_is(text: str) -> None:
    shown = readable(text, len(text) + 1)
    if shown is not None:
        assert hidden(shown) == ()

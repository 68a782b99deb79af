"""Telegram's HTML: what is accepted, what it becomes, and how it is refused."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telegram_double.errors import ApiError
from telegram_double.html_mode import normalised_url, parse_html
from telegram_double.texts import Entity, FormattedText, utf16_length, utf16_slice
from telegram_double.views import as_html

# Any text a person could write: no lone surrogates, and no NUL, which Telegram's parser takes for the end.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def refusal(source: str) -> str:
    with pytest.raises(ApiError) as caught:
        parse_html(source)
    assert caught.value.code == 400
    return caught.value.description.removeprefix("Bad Request: can't parse entities: ")


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("", "", []),
        ("plain ➡️", "plain ➡️", []),
        ("<b>x</b>", "x", [Entity("bold", 0, 1)]),
        ("<strong>x</strong>", "x", [Entity("bold", 0, 1)]),
        ("<i>x</i><em>y</em>", "xy", [Entity("italic", 0, 1), Entity("italic", 1, 1)]),
        ("<u>x</u><ins>y</ins>", "xy", [Entity("underline", 0, 1), Entity("underline", 1, 1)]),
        (
            "<s>x</s><strike>y</strike><del>z</del>",
            "xyz",
            [Entity("strikethrough", 0, 1), Entity("strikethrough", 1, 1), Entity("strikethrough", 2, 1)],
        ),
        (
            "<tg-spoiler>x</tg-spoiler><span class='tg-spoiler'>y</span>",
            "xy",
            [Entity("spoiler", 0, 1), Entity("spoiler", 1, 1)],
        ),
        ("<blockquote>q</blockquote>", "q", [Entity("blockquote", 0, 1)]),
        ("<blockquote expandable>q</blockquote>", "q", [Entity("expandable_blockquote", 0, 1)]),
        ("<blockquote expandable=no>q</blockquote>", "q", [Entity("expandable_blockquote", 0, 1)]),
        ("<pre>x</pre><code>y</code>", "xy", [Entity("pre", 0, 1), Entity("code", 1, 1)]),
        (
            '<pre><code class="language-python">x = 1</code></pre>',
            "x = 1",
            [Entity("pre", 0, 5, language="python")],
        ),
        # The language only counts where both tags cover the same text.
        (
            '<pre> <code class="language-python">x</code></pre>',
            " x",
            [Entity("pre", 0, 2), Entity("code", 1, 1)],
        ),
        (
            '<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>',
            "👍",
            [Entity("custom_emoji", 0, 2, custom_emoji_id="5368324170671202286")],
        ),
        (
            '<a href="https://x1.xyz?a=1&amp;b=2">link</a>',
            "link",
            [Entity("text_link", 0, 4, url="https://x1.xyz/?a=1&b=2")],
        ),
        ("<a href=x1.xyz>link</a>", "link", [Entity("text_link", 0, 4, url="http://x1.xyz/")]),
        ("<a>x1.xyz</a>", "x1.xyz", [Entity("text_link", 0, 6, url="http://x1.xyz/")]),
        # A link that is none leaves its text.
        ("<a href='javascript:alert(1)'>link</a>", "link", []),
        ("<a href='tg://user?id=42'>Ana</a>", "Ana", [Entity("text_mention", 0, 3, user={"id": 42})]),
        # Offsets and lengths count UTF-16 units.
        ("🏟<b>🏟x</b>", "🏟🏟x", [Entity("bold", 2, 3)]),
        # The longer of two that begin together comes first.
        ("<i><b>x</b>y</i>", "xy", [Entity("italic", 0, 2), Entity("bold", 0, 1)]),
        # Nothing inside, no entity.
        ("x<b></b>", "x", []),
        # Upper case, spaces and unknown attributes do no harm; </> closes what is open.
        ("<B  foo=bar baz>x</>", "x", [Entity("bold", 0, 1)]),
        ("<b>x</b   >", "x", [Entity("bold", 0, 1)]),
        # References: four names and numbers, with or without a semicolon; the rest stays as it is.
        ("&lt;&gt;&amp;&quot;", '<>&"', []),
        ("&lt;b&gt", "<b>", []),
        ("&#65;&#x42;&#67", "ABC", []),
        ("&nbsp;&laquo;&apos;&", "&nbsp;&laquo;&apos;&", []),
        ("&#0;&#12345678;", "&#0;&#12345678;", []),
        ("a > b", "a > b", []),
    ],
)
def test_what_html_becomes(source: str, text: str, entities: list[Entity]) -> None:
    assert parse_html(source) == FormattedText(text, tuple(entities))


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("<p>x</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("<script>x</script>", 'Unsupported start tag "script" at byte offset 0'),
        ("ä <br/>", 'Unsupported start tag "br/" at byte offset 3'),
        ("a <5 XNT>", 'Unsupported start tag "5" at byte offset 2'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("a <b", "Unclosed start tag at byte offset 2"),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b></b>", "Unexpected end tag at byte offset 8"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<b>x</b  ", "Unclosed end tag at byte offset 4"),
        ("<i =x>y</i>", 'Empty attribute name in the tag "i" at byte offset 0'),
        ("<i a = ", 'Unclosed start tag "i" at byte offset 0'),
        ("<i a=b.c,d>x</i>", "Unexpected end of name token at byte offset 5"),
        ('<i a="b>x</i>', "Unclosed start tag at byte offset 0"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<span class='red'>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<tg-emoji emoji-id='x'>y</tg-emoji>", "Invalid custom emoji identifier specified"),
        (
            "<tg-emoji emoji-id='9999999999999999999'>y</tg-emoji>",
            "Invalid custom emoji identifier specified",
        ),
        (
            "&#xD83D;",
            (
                "Text contains invalid Unicode characters after decoding HTML entities,"
                " check for unmatched surrogate code units"
            ),
        ),
    ],
)
def test_how_html_is_refused(source: str, complaint: str) -> None:
    assert refusal(source) == complaint


@given(TEXT)
def test_escaped_text_comes_back_unchanged(text: str) -> None:
    assert parse_html(html.escape(text)) == FormattedText(text, ())
    assert parse_html(html.escape(text, quote=False)) == FormattedText(text, ())


@given(
    TEXT.filter(bool), st.sampled_from(["b", "i", "u", "s", "code", "pre", "blockquote", "tg-spoiler"]), TEXT
)
def test_an_entity_covers_its_text(inside: str, tag: str, before: str) -> None:
    parsed = parse_html(f"{html.escape(before)}<{tag}>{html.escape(inside)}</{tag}>")
    (entity,) = parsed.entities
    assert entity.offset == utf16_length(before)
    assert utf16_slice(parsed.text, entity.offset, entity.length) == inside


@given(st.text(alphabet="<>/&;#= \"'abipretgx-😀\n", max_size=60))
def test_any_input_is_parsed_or_refused(source: str) -> None:
    try:
        parsed = parse_html(source)
    except ApiError:
        return
    for entity in parsed.entities:
        assert 0 <= entity.offset < entity.end <= parsed.units


_MARKED = st.recursive(
    TEXT.map(html.escape),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>",
        st.sampled_from(["b", "i", "u", "s", "tg-spoiler", "blockquote"]),
        st.lists(inner, max_size=3),
    ),
    max_leaves=8,
)


@given(_MARKED)
def test_html_made_of_entities_gives_the_same_entities(source: str) -> None:
    parsed = parse_html(source)
    assert set(parse_html(as_html(parsed)).entities) == set(parsed.entities)
    assert parse_html(as_html(parsed)).text == parsed.text


@pytest.mark.parametrize(
    ("given_url", "kept"),
    [
        ("https://Explorer.X1.xyz/Tx/1?a#b", "https://explorer.x1.xyz/Tx/1?a#b"),
        ("x1.xyz", "http://x1.xyz/"),
        ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x"),
        ("tg://resolve?domain=x", "tg://resolve?domain=x"),
        ("not-a-url", None),
        ("ftp://x1.xyz", None),
        ("javascript:alert(1)", None),
        ("https://", None),
        ("https://a b.xyz", None),
        ("http://x1.xyz:port/", None),
        ("", None),
    ],
)
def test_which_links_are_links(given_url: str, kept: str | None) -> None:
    assert normalised_url(given_url) == kept

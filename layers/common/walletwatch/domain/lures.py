"""Names that lead people somewhere: a spam token's name is its advertisement."""

import re
from enum import StrEnum
from typing import Final

from walletwatch.domain.lookalikes import skeleton


class Lure(StrEnum):
    """What a name leads by."""

    LINK = "link"
    """An address on the web, as such."""
    DOMAIN = "domain"
    """A name of a site, which honest projects have in their names, too."""
    PROMISE = "promise"
    """Something to be had, or to be done for it."""


_LINK: Final = re.compile(r"\b(h(tt|xx)ps?\s*:\s*/|www\.|t\.me/|discord\.gg/)", re.IGNORECASE)
_DOTS: Final = str.maketrans(dict.fromkeys("\u3002\uff0e\uff61\u2024", "."))
"""What browsers take for a dot in a host's name (UTS 46), and what merely looks like one."""
_WORD: Final = re.compile(r"[^\W_]+")
_NAME: Final = re.compile(r"[\w-]+(\.[\w-]+)+")

_PROMISES: Final = frozenset(
    map(
        skeleton,
        (
            "airdrop", "airdrops", "bonus", "claim", "claimed", "claims", "eligible", "giveaway", "gift",
            "mystery", "prize", "redeem", "redeemable", "reward", "rewards", "visit", "voucher", "winner",
        ),
    )
)  # fmt: skip
_ENDS: Final = frozenset(
    map(
        skeleton,
        (
            "app", "art", "biz", "bond", "cash", "cc", "click", "club", "co", "com", "dev", "digital",
            "events", "exchange", "finance", "foundation", "fun", "gg", "gift", "gifts", "info", "ink",
            "io", "lat", "link", "live", "lol", "me", "money", "net", "network", "one", "online", "org",
            "page", "pro", "promo", "quest", "ru", "sbs", "shop", "site", "space", "store", "support",
            "team", "tech", "to", "today", "top", "us", "vip", "website", "win", "world", "wtf", "xyz",
        ),
    )
)  # fmt: skip
"""Top-level domains of sites that people are led to. Not all there are: `USDC.x` and `Mr.Smith` are none."""


def lures(text: str) -> frozenset[Lure]:
    """By what a text leads people, whatever alphabet it is written in."""
    plain = text.translate(_DOTS)
    found = set()
    if _LINK.search(plain):
        found.add(Lure.LINK)
    if any(_is_domain(match[0]) for match in _NAME.finditer(plain)):
        found.add(Lure.DOMAIN)
    if any(skeleton(word) in _PROMISES for word in _WORD.findall(plain)):
        found.add(Lure.PROMISE)
    return frozenset(found)


def _is_domain(text: str) -> bool:
    label, end = text.rsplit(".", 2)[-2:]
    return skeleton(end) in _ENDS and len(skeleton(label)) > 1

"""The terms of an alert: what is asked of each, and what is made of the words that answer."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Final

from walletwatch.bot.commands.alert_words import (
    number_of,
    time_of,
    units_of,
    usd_of,
    whole_of,
)
from walletwatch.bot.commands.dialogue import Complaint, Dialogue, address_of, called, not_watched, watched_by
from walletwatch.bot.formatting import lasting, series, short
from walletwatch.bot.talk import Talk
from walletwatch.bot.texts import Html, Texts, escape
from walletwatch.bot.views.paging import age
from walletwatch.bot.views.rule_words import usd
from walletwatch.bot.views.wallets import PAGE_SIZE
from walletwatch.domain.addresses import is_address
from walletwatch.domain.alert_rules.rule import (
    MAX_DAYS,
    MAX_PERCENT,
    MAX_WINDOW,
    TRAITS,
    AlertKind,
    Family,
    Need,
    Terms,
)
from walletwatch.domain.chats import Subscription
from walletwatch.domain.money import NATIVE, NATIVE_DECIMALS
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT, ChainProfile

ALL: Final = "all"
ANY: Final = "any"
PERCENTS: Final = (5, 10, 25, 50)
WINDOWS: Final = ("15m", "1h", "4h", "1d")
BOUNDS: Final = {
    Need.DAYS: (1, MAX_DAYS, (3, 7, 14, 30)),
    Need.COUNT: (2, 25, (2, 3, 5)),
    Need.POINTS: (1, 100, (10, 25, 50)),
}
"""Least, most, and what the buttons offer."""
NAMED_DECIMALS: Final = frozenset({Family.BALANCE, Family.EVENT})
"""Whose amounts are told in whole tokens."""


@dataclass
class Draft:
    """An alert in the making.

    Attributes:
        said: What is settled, in words that mean the same wherever they are said again.
        rest: What was said behind that.
        wallet: That it is about; None for all, or for none.
        asset: What the asset is called.
    """

    kind: AlertKind
    rest: list[str]
    said: list[str] = field(default_factory=list)
    terms: Terms = field(default_factory=Terms)
    wallet: Subscription | None = None
    asset: Html = field(default_factory=lambda: Html(""))

    def settle(self, taken: int, word: str) -> None:
        """So many of the words mean this one."""
        self.rest = self.rest[taken:]
        self.said.append(word)


@dataclass(frozen=True, slots=True)
class Question:
    """What has to be asked of a need.

    Attributes:
        answers: What a button shows, and the word that it says.
        row: How many buttons stand beside each other.
    """

    text: Html
    answers: Sequence[tuple[str, str]] = ()
    row: int = 3


async def settle(talk: Talk, dialogue: Dialogue, draft: Draft, need: Need) -> Question | None:
    """Take what the words say of a need; the question, where they say nothing of it, or several things.

    Raises:
        Complaint: They say what cannot be.
    """
    if need in {Need.WALLET, Need.WALLETS}:
        watched = await watched_by(talk, dialogue)
        if not draft.rest:
            return _which_wallet(talk, need, watched)
        several = _take_wallet(draft, need, watched)
        return _which_wallet(talk, need, several) if several else None
    if not draft.rest:
        question = _question(dialogue.views.profile, draft, need, talk.say)
        if need is Need.USD:
            return await _with_price(talk, dialogue, draft, question)
        return question
    await _take(talk, dialogue, draft, need)
    return None


async def _with_price(talk: Talk, dialogue: Dialogue, draft: Draft, question: Question) -> Question:
    """The question for a price, with the one of not long ago where it is known."""
    rules, say = dialogue.desk.rules, talk.say
    lately = None if draft.terms.asset is None else await rules.price_lately(draft.terms.asset)
    if lately is None:
        return question
    at, price = lately
    ago = age(at, rules.now(), say)
    told = say("addalert.price_lately", asset=draft.asset, price=usd(price, say), ago=ago)
    return replace(question, text=Html(f"{question.text}\n{told}"))


def _which_wallet(talk: Talk, need: Need, watched: Sequence[Subscription]) -> Question:
    if not watched and need is Need.WALLET:
        raise Complaint("addalert.no_wallet")
    labels = Counter(each.label for each in watched)
    answers = [
        (_name_of(each, is_alone=labels[each.label] == 1), f"#{each.id}") for each in watched[: 4 * PAGE_SIZE]
    ]
    if need is Need.WALLETS:
        answers.insert(0, (talk.say("button.alert.all_wallets"), ALL))
    return Question(talk.say(f"addalert.{need.value}"), answers, row=1)


def _name_of(subscription: Subscription, *, is_alone: bool) -> str:
    if subscription.label is None:
        return subscription.address[:16] + "…"
    return subscription.label if is_alone else f"{subscription.label} · {short(subscription.address)}"


def _take_wallet(draft: Draft, need: Need, watched: Sequence[Subscription]) -> Sequence[Subscription]:
    """Take the wallet that the first words mean; several where they mean several.

    Raises:
        Complaint: They mean none.
    """
    first = draft.rest[0]
    if need is Need.WALLETS and first.lower() == ALL:
        draft.settle(1, ALL)
        return ()
    for taken in range(len(draft.rest), 0, -1):
        name = " ".join(draft.rest[:taken])
        found = [each for each in watched if name == f"#{each.id}"] or called(name, watched)
        if len(found) > 1:
            return found
        if found:
            draft.wallet = found[0]
            draft.settle(taken, f"#{found[0].id}")
            return ()
    raise not_watched(first)


def _question(profile: ChainProfile, draft: Draft, need: Need, say: Texts) -> Question:
    key = f"addalert.{need.value}"
    match need:
        case Need.ASSET | Need.MINT:
            names = _listed(profile, with_native=need is Need.ASSET)
            if draft.kind is AlertKind.TRANSFER_OVER:
                names = [(say("button.alert.any_token"), ANY), *names]
            return Question(say(key), names)
        case Need.AMOUNT | Need.AMOUNT_OR_USD if draft.terms.asset is None:
            return Question(say("addalert.worth"))
        case Need.AMOUNT | Need.AMOUNT_OR_USD:
            return Question(say(key, asset=draft.asset))
        case Need.PERCENT:
            return Question(say(key), [(say("format.percent", number=each), str(each)) for each in PERCENTS])
        case Need.WINDOW:
            return Question(
                say(key), [(lasting(time_of(each) or timedelta(), say), each) for each in WINDOWS]
            )
        case Need.DAYS | Need.COUNT | Need.POINTS:
            return Question(say(key), [(str(each), str(each)) for each in BOUNDS[need][2]])
        case _:
            return Question(say(key))


async def _take(talk: Talk, dialogue: Dialogue, draft: Draft, need: Need) -> None:
    """Take what the words say of a need.

    Raises:
        Complaint: They say nothing of it.
    """
    match need:
        case Need.ASSET | Need.MINT:
            await _take_asset(talk, dialogue, draft, need)
        case Need.AMOUNT | Need.AMOUNT_OR_USD:
            _take_amount(draft, dialogue.views.profile, may_be_usd=need is Need.AMOUNT_OR_USD)
        case Need.USD:
            _take_usd(draft)
        case Need.PERCENT:
            _take_percent(draft)
        case Need.WINDOW:
            _take_window(draft, talk.say)
        case Need.ADDRESS:
            draft.terms = replace(draft.terms, address=address_of(draft.rest[0]))
            draft.settle(1, draft.rest[0])
        case _:
            least, most, _offered = BOUNDS[need]
            number = whole_of(draft.rest[0], least, most)
            draft.terms = replace(draft.terms, **{need.value: number})  # type: ignore[arg-type]
            draft.settle(1, str(number))


async def _take_asset(talk: Talk, dialogue: Dialogue, draft: Draft, need: Need) -> None:
    profile, word = dialogue.views.profile, draft.rest[0]
    if draft.kind is AlertKind.TRANSFER_OVER and word.lower() == ANY:
        draft.settle(1, ANY)
        return
    asset = asset_of(word, profile)
    if asset is None or (asset == NATIVE and need is Need.MINT):
        listed = _listed(profile, with_native=need is Need.ASSET)
        known = series((escape(name) for name, _ in listed), talk.say)
        raise Complaint("addalert.unknown_token", known=known)
    decimals = decimals_of(asset, profile)
    if decimals is None and TRAITS[draft.kind].family in NAMED_DECIMALS:
        identity = await dialogue.desk.rules.token(asset)
        if identity is None:
            raise Complaint("addalert.no_decimals")
        decimals = identity.decimals
    draft.terms = replace(draft.terms, asset=asset, decimals=decimals)
    draft.asset = dialogue.views.alerts.symbol(asset, talk.say)
    draft.settle(1, asset)


def asset_of(word: str, profile: ChainProfile) -> str | None:
    """The asset that a word means: a symbol that the profile knows, or a mint."""
    name = word.casefold()
    if name in {NATIVE, profile.native_symbol.casefold()} or word == WRAPPED_NATIVE_MINT:
        return NATIVE
    for mint, token in profile.tokens.items():
        if token.symbol.casefold() == name:
            return mint
    return word if is_address(word) else None


def decimals_of(asset: str, profile: ChainProfile) -> int | None:
    """Of the chain's own token, or of one that the profile knows."""
    if asset == NATIVE:
        return NATIVE_DECIMALS
    listed = profile.tokens.get(asset)
    return listed.decimals if listed else None


def _take_amount(draft: Draft, profile: ChainProfile, *, may_be_usd: bool) -> None:
    rest, terms = draft.rest, draft.terms
    if may_be_usd:
        for taken in (2, 1):
            worth = usd_of(rest[:taken]) if len(rest) >= taken else None
            if worth is not None:
                draft.terms = replace(terms, usd=worth)
                draft.settle(taken, f"${worth:f}")
                return
    value = number_of(rest[0])
    if value is None or terms.asset is None or terms.decimals is None:
        raise Complaint("addalert.bad_number")
    units = units_of(value, terms.decimals)
    if units is None:
        raise Complaint("addalert.bad_number")
    draft.terms = replace(terms, amount=units)
    # People write the unit behind the number.
    with_unit = len(rest) > 1 and asset_of(rest[1], profile) == terms.asset
    draft.settle(2 if with_unit else 1, f"{value:f}")


def _take_usd(draft: Draft) -> None:
    for taken in (2, 1):
        words = draft.rest[:taken]
        value = usd_of(words) if len(words) == taken else None
        if value is not None:
            break
    else:
        taken, value = 1, number_of(draft.rest[0])
    if value is None:
        raise Complaint("addalert.bad_number")
    draft.terms = replace(draft.terms, usd=value)
    draft.settle(taken, f"{value:f}")


def _take_percent(draft: Draft) -> None:
    value = number_of(draft.rest[0].removesuffix("%"))
    if value is None or not Decimal("0.1") <= value <= MAX_PERCENT:
        raise Complaint("addalert.bad_percent", limit=MAX_PERCENT)
    draft.terms = replace(draft.terms, percent=value)
    draft.settle(2 if draft.rest[1:2] == ["%"] else 1, f"{value:f}")


def _take_window(draft: Draft, say: Texts) -> None:
    time = time_of(draft.rest[0])
    if time is None or not timedelta(minutes=1) <= time <= MAX_WINDOW:
        raise Complaint("addalert.bad_window", limit=lasting(MAX_WINDOW, say))
    draft.terms = replace(draft.terms, minutes=round(time.total_seconds() / 60))
    draft.settle(1, draft.rest[0])


def _listed(profile: ChainProfile, *, with_native: bool) -> list[tuple[str, str]]:
    """Tokens that go by a name, and the word for each."""
    tokens = [
        (token.symbol, token.symbol) for mint, token in profile.tokens.items() if mint != WRAPPED_NATIVE_MINT
    ]
    return [(profile.native_symbol, NATIVE), *tokens] if with_native else tokens

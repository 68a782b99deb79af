"""Alerts as messages, and the rules behind them in words."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, localcontext
from types import MappingProxyType
from typing import Final

from walletwatch.bot.formatting import Amounts, percent, series, short, unit_price, wallet, when
from walletwatch.bot.html_length import MAX_UNITS, join_lines, units
from walletwatch.bot.keyboards import Action, button
from walletwatch.bot.texts import Html, Texts, escape, texts_for
from walletwatch.bot.views.activity import kind_title
from walletwatch.bot.views.powers import authority_name
from walletwatch.bot.views.rule_words import RuleWords, usd
from walletwatch.domain.activities import ActivityKind
from walletwatch.domain.addresses import is_address
from walletwatch.domain.alert_rules.clusters import SEPARATOR
from walletwatch.domain.alert_rules.firing import Firing, PendingAlert
from walletwatch.domain.alert_rules.rule import AlertKind, Family, NewRule, Rule
from walletwatch.domain.annotations import AssetNote
from walletwatch.domain.currencies import Rates
from walletwatch.domain.money import NATIVE
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.work import Button, RenderedMessage

SAMPLE_WALLET: Final = "11111111111111111111111111111111"
MAX_TOGETHER: Final = 15
ROOM_FOR_MORE: Final = 100
"""For the words that there are more."""
DEEDS: Final = frozenset({"got", "sent", "bought", "sold"})
type Teller = Callable[[Firing, Html, Texts], Html]
"""Makes the sentence of what happened, of a firing and its wallet."""

_TITLES: Final = frozenset(ActivityKind)


class AlertView:
    """Renders for one chain profile, with the rates that are known."""

    def __init__(self, profile: ChainProfile, rates: Rates | None = None) -> None:
        self._profile = profile
        self._rates = rates or Rates(profile.native_symbol)
        self._amounts = Amounts(profile)
        self._words = RuleWords(profile)
        self._tellers: Mapping[AlertKind, Teller] = MappingProxyType(
            {
                AlertKind.BALANCE_ABOVE: self._balance,
                AlertKind.BALANCE_BELOW: self._balance,
                AlertKind.BALANCE_MOVED: self._balance,
                AlertKind.TRANSFER_OVER: self._transfer,
                AlertKind.TOKEN_NEW: self._amount,
                AlertKind.TOKEN_SOLD: self._amount,
                AlertKind.TOKEN_BOUGHT: self._amount,
                AlertKind.COUNTERPARTY: self._dealing,
                AlertKind.PROGRAM: self._dealing,
                AlertKind.INACTIVE: _inactive,
                AlertKind.CLUSTER: self._alike,
                AlertKind.PRICE_ABOVE: self._price,
                AlertKind.PRICE_BELOW: self._price,
                AlertKind.PRICE_MOVED: self._price_moved,
                AlertKind.APPROVAL: _approval,
                AlertKind.AUTHORITY: _authority,
                AlertKind.STAKE_DEACTIVATED: _stake,
                AlertKind.RISK_WORSE: _risk,
            }
        )

    def symbol(self, asset: str, say: Texts) -> Html:
        """What an asset is called."""
        return self._amounts.symbol(asset, say)

    def message(self, alert: PendingAlert, *, test: bool = False) -> RenderedMessage:
        """What one alert says, or all that were held."""
        say = texts_for(alert.chat, self._rates)
        zone = alert.chat.settings.timezone
        if len(alert.firings) == 1:
            (firing,) = alert.firings
            lines = [*([say("alert.test")] if test else []), *self._firing(firing, say, zone)]
            return RenderedMessage(join_lines(lines), self._keyboard(firing, say))
        lines = [say("alert.together", count=len(alert.firings))]
        left = len(alert.firings)
        for firing in alert.firings[:MAX_TOGETHER]:
            told = [*lines, Html(""), *self._firing(firing, say, zone)]
            if units("\n".join(told)) > MAX_UNITS - ROOM_FOR_MORE:
                break
            lines, left = told, left - 1
        if left:
            lines += [Html(""), say("activity.line.more", count=left)]
        return RenderedMessage(join_lines(lines), ((button(say("button.alert.back"), Action.AM_LIST, 0),),))

    def rule(self, rule: Rule | NewRule, say: Texts) -> Html:
        """What a rule waits for, as the end of a sentence."""
        address, label = (rule.wallet, rule.label) if isinstance(rule, Rule) else (None, None)
        return self._words.rule(rule.kind, rule.terms, address, label, say)

    def _firing(self, firing: Firing, say: Texts, zone: str) -> list[Html]:
        title = firing.name or say(f"alert.kind.{firing.kind.value}")
        if firing.is_expiry:
            fired = say("alert.times", count=_whole(firing, "fired") or 0)
            return [say("alert.expired", title=title, fired=fired)]
        # Of a rule for all wallets the firing names the one; the rule itself is about any.
        rule = self._words.rule(firing.kind, firing.terms, firing.wallet, firing.label, say)
        return [
            say("alert.title_urgent" if firing.urgent else "alert.title", title=title),
            *self._happened(firing, say),
            say("alert.number", number=firing.number, rule=rule),
            say("alert.at", time=when(firing.at, say, zone)),
        ]

    def _keyboard(self, firing: Firing, say: Texts) -> Sequence[Sequence[Button]]:
        rows: list[tuple[Button, ...]] = []
        signature = firing.values.get("signature")
        url = self._profile.transaction_url(signature) if isinstance(signature, str) else None
        # Nobody wants to look at the wallet of a test.
        address = None if firing.wallet == SAMPLE_WALLET else firing.wallet
        if url is None and address is not None:
            url = self._profile.address_url(address)
        links = [Button(say("button.explorer"), url=url)] if url else []
        if address is not None:
            links.append(Button(say("button.copy_address"), copy_text=address))
        if links:
            rows.append(tuple(links))
        edit = button(say("button.alert.edit"), Action.AM_CARD, firing.number)
        if firing.is_expiry:
            rows.append((edit,))
        else:
            rows.append((edit, button(say("button.alert.pause"), Action.AM_PAUSE, firing.number)))
        return tuple(rows)

    def _happened(self, firing: Firing, say: Texts) -> list[Html]:
        shown = Html("") if firing.wallet is None else wallet(firing.wallet, firing.label, say)
        say = say.on(firing.at)
        told = self._tellers[firing.kind](firing, shown, say)
        return [told, *self._counterparty(firing, say), *_others(firing, say)]

    def _counterparty(self, firing: Firing, say: Texts) -> list[Html]:
        address = firing.values.get("counterparty")
        # Whose dealings an alert is about stands in its sentence.
        if firing.kind is AlertKind.COUNTERPARTY or not isinstance(address, str):
            return []
        known = self._profile.labels.get(address)
        if known is not None:
            return [say("alert.from_to_known", name=known.name)]
        return [say("alert.from_to", address=address)]

    def _balance(self, firing: Firing, shown: Html, say: Texts) -> Html:
        amount = self._held(firing, "amount", say)
        if firing.kind is not AlertKind.BALANCE_MOVED:
            return say(f"alert.fired.{firing.kind.value}", wallet=shown, amount=amount)
        before = self._held(firing, "before", say)
        return say("alert.fired.balance_moved", wallet=shown, amount=amount, before=before)

    def _transfer(self, firing: Firing, shown: Html, say: Texts) -> Html:
        gone = (_whole(firing, "amount") or 0) < 0
        key = "alert.fired.sent" if gone else "alert.fired.received"
        return say(key, wallet=shown, amount=self._moved(firing, say))

    def _amount(self, firing: Firing, shown: Html, say: Texts) -> Html:
        return say(f"alert.fired.{firing.kind.value}", wallet=shown, amount=self._moved(firing, say))

    def _dealing(self, firing: Firing, shown: Html, say: Texts) -> Html:
        done = self._activity(firing, say)
        return say(
            f"alert.fired.{firing.kind.value}", wallet=shown, activity=done, address=firing.terms.address
        )

    def _held(self, firing: Firing, name: str, say: Texts) -> Html:
        terms = firing.terms
        return self._amounts.asset(terms.asset or NATIVE, _whole(firing, name) or 0, terms.decimals, say)

    def _moved(self, firing: Firing, say: Texts) -> Html:
        """What a leg moved, with its worth where that was known."""
        asset, amount = str(firing.values.get("asset", NATIVE)), abs(_whole(firing, "amount") or 0)
        decimals, symbol, worth = (firing.values.get(name) for name in ("decimals", "symbol", "usd"))
        places = decimals if isinstance(decimals, int) else None
        each = None
        if isinstance(worth, str) and places is not None and amount:
            with localcontext(prec=60):
                each = Decimal(worth) / Decimal(amount).scaleb(-places)
        name = symbol if isinstance(symbol, str) else None
        notes = MappingProxyType({asset: AssetNote(name, None, places, listed=False, usd=each)})
        return self._amounts.asset(asset, amount, places, say, notes)

    def _price(self, firing: Firing, _shown: Html, say: Texts) -> Html:
        asset = self._amounts.symbol(firing.terms.asset or NATIVE, say)
        return say("alert.fired.price", asset=asset, price=_told(_decimal(firing, "price"), say))

    def _price_moved(self, firing: Firing, _shown: Html, say: Texts) -> Html:
        price, before = _decimal(firing, "price"), _decimal(firing, "before")
        with localcontext(prec=60):
            moved = (price - before) / before if before else Decimal(0)
        return say(
            "alert.fired.price_moved",
            asset=self._amounts.symbol(firing.terms.asset or NATIVE, say),
            price=_told(price, say),
            before=_told(before, say),
            percent=percent(moved, say),
        )

    def _activity(self, firing: Firing, say: Texts) -> Html:
        kind = str(firing.values.get("activity"))
        if kind not in _TITLES:
            return say("common.unknown")
        amount = self._moved(firing, say) if "amount" in firing.values else Html("")
        return kind_title(kind, say, amount)

    def _alike(self, firing: Firing, shown: Html, say: Texts) -> Html:
        deed, asset = str(firing.values.get("deed")), firing.values.get("asset")
        if deed in DEEDS:
            done: Html = say(f"alert.deed.{deed}")
        elif deed in _TITLES:
            done = kind_title(deed, say)
        else:
            done = say("alert.deed.alike")
        count = _whole(firing, "count") or 0
        if not isinstance(asset, str):
            return say("alert.fired.cluster", count=count, wallet=shown, deed=done)
        symbol = self._amounts.symbol(asset, say)
        return say("alert.fired.cluster_asset", count=count, wallet=shown, deed=done, asset=symbol)


def _inactive(firing: Firing, shown: Html, say: Texts) -> Html:
    return say("alert.fired.inactive", wallet=shown, count=_whole(firing, "days") or 0)


def _told(price: Decimal, say: Texts) -> str:
    return unit_price(price, say) or usd(price, say)


def _approval(firing: Firing, shown: Html, say: Texts) -> Html:
    return say("alert.fired.approval", wallet=shown, address=_text(firing, "delegate", say))


def _authority(firing: Firing, shown: Html, say: Texts) -> Html:
    new = firing.values.get("new_authority") or say("alert.fired.nobody")
    kind = authority_name(_text(firing, "authority_type", say), say)
    return say("alert.fired.authority", wallet=shown, kind=kind, address=new)


def _stake(firing: Firing, shown: Html, say: Texts) -> Html:
    return say("alert.fired.stake_deactivated", wallet=shown, address=_text(firing, "stake_account", say))


def _risk(firing: Firing, shown: Html, say: Texts) -> Html:
    score, before = _whole(firing, "score"), _whole(firing, "before")
    return say("alert.fired.risk_worse", wallet=shown, score=score, before=before)


def _others(firing: Firing, say: Texts) -> list[Html]:
    """The other wallets of a cluster, as many as it names."""
    named = firing.values.get("others")
    if not isinstance(named, str):
        return []
    names = [
        say("common.address", address=short(name)) if is_address(name) else Html(f"<b>{escape(name)}</b>")
        for name in named.split(SEPARATOR)
    ]
    return [say("alert.alike", wallets=series(names, say))]


def _whole(firing: Firing, name: str) -> int | None:
    value = firing.values.get(name)
    return None if value is None else int(value)


def _decimal(firing: Firing, name: str) -> Decimal:
    return Decimal(str(firing.values.get(name, 0)))


def _text(firing: Firing, name: str, say: Texts) -> str:
    return str(firing.values.get(name) or say("common.unknown"))


def sample(rule: Rule, at: datetime) -> Firing:
    """What the rule may say one day, with values that are made up: a little beyond what it waits for."""
    terms = rule.terms
    beyond = (
        Decimal("0.95") if rule.kind in {AlertKind.BALANCE_BELOW, AlertKind.PRICE_BELOW} else Decimal("1.05")
    )
    moved = 1 + (terms.percent or Decimal(5)) / 100
    amount = int((terms.amount or 10**9) * (moved if rule.kind is AlertKind.BALANCE_MOVED else beyond))
    values: dict[str, str | int] = {
        "activity": ActivityKind.TRANSFER_IN.value,
        "asset": terms.asset or NATIVE,
        "amount": str(amount),
        "decimals": terms.decimals if terms.decimals is not None else 9,
        "before": str(10**9),
        "days": terms.days or 1,
        "deed": "bought",
        "count": terms.count or 2,
        "score": 75,
        "delegate": SAMPLE_WALLET,
        "authority_type": "accountOwner",
        "new_authority": SAMPLE_WALLET,
        "stake_account": SAMPLE_WALLET,
    }
    if rule.kind is AlertKind.TOKEN_NEW:
        values |= {"asset": SAMPLE_WALLET, "symbol": "TOKEN"}
    if rule.family is Family.PRICE:
        price = moved if rule.kind is AlertKind.PRICE_MOVED else (terms.usd or Decimal(1)) * beyond
        values |= {"price": str(price), "before": "1"}
    elif terms.usd is not None:
        values["usd"] = str(terms.usd * beyond)
    if rule.kind is AlertKind.RISK_WORSE:
        values["before"] = 75 - (terms.points or 1)
    return Firing(
        rule.kind,
        rule.number,
        rule.name,
        terms,
        rule.urgent,
        "test",
        at,
        rule.wallet or (None if rule.family is Family.PRICE else SAMPLE_WALLET),
        rule.label,
        values,
    )

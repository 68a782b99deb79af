"""An activity as a message."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from walletwatch.bot.formatting import NO_NAMES, NO_NOTES, Amounts, Names, short, wallet, when, whole
from walletwatch.bot.html_length import join_lines, plain
from walletwatch.bot.keyboards import Action, button
from walletwatch.bot.links import address_buttons, linked
from walletwatch.bot.texts import Html, Texts, texts_for
from walletwatch.bot.views.parties import transaction_link
from walletwatch.bot.views.powers import authority_name
from walletwatch.domain.activities import Activity, ActivityKind, Leg
from walletwatch.domain.addresses import is_address
from walletwatch.domain.annotations import AssetNote, Flag
from walletwatch.domain.chats import Subscription
from walletwatch.domain.currencies import Rates
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.work import Button, RenderedMessage

MAX_LEGS: Final = 12
MAX_PROGRAMS: Final = 8
MAX_MUTED: Final = 4
MAX_BLOCKED: Final = 2
MAX_AFTER: Final = 4
MAX_DETAIL: Final = 300
UNLIMITED: Final = 2**64 - 1
"""What wallets approve when they approve without a limit."""
_WITH_AMOUNT: Final = frozenset(
    {
        ActivityKind.TRANSFER_IN,
        ActivityKind.TRANSFER_OUT,
        ActivityKind.REWARD,
        ActivityKind.MINT,
        ActivityKind.BURN,
    }
)
NO_AMOUNT: Final = Html("")
RECEIPTS: Final = frozenset({ActivityKind.TRANSFER_IN, ActivityKind.NFT_IN})
PAYMENTS: Final = frozenset({ActivityKind.TRANSFER_OUT, ActivityKind.NFT_OUT})


class ActivityView:
    """Renders for one chain profile, with the rates that are known."""

    def __init__(self, profile: ChainProfile, rates: Rates | None = None) -> None:
        self._profile = profile
        self._rates = rates or Rates(profile.native_symbol)
        self._amounts = Amounts(profile)

    def activity(
        self,
        activity: Activity,
        subscription: Subscription,
        names: Mapping[str, str | None] = NO_NAMES,
        key: str = "",
    ) -> RenderedMessage:
        """What happened, at a glance: what, how much, who, what is left, fee, time.

        Args:
            activity: What happened.
            subscription: Whose chat is told.
            names: The labels of the chat's wallets by address.
            key: Of the ledger entry, for the buttons; empty where there is none.
        """
        say = texts_for(subscription.chat, self._rates).on(activity.block_time)
        who = Names(self._profile, names)
        lines = [
            *self._warnings(activity, say),
            Html(f"<b>{self._title(activity, say)}</b>"),
            say("activity.line.wallet", wallet=wallet(subscription.address, subscription.label, say)),
        ]
        lines += self._legs(activity, say, who)
        lines += self._details(activity, say, who)
        lines += self._after(activity, say)
        lines += self._costs(activity, say)
        time = when(activity.block_time, say, subscription.chat.settings.timezone)
        lines.append(say("activity.line.time", time=time))
        return RenderedMessage(join_lines(lines), self._keyboard(activity, key, say))

    def details(
        self, activity: Activity, subscription: Subscription, names: Mapping[str, str | None], key: str
    ) -> RenderedMessage:
        """Everything that is known of an activity, with whole addresses, and no button that leads here."""
        say = texts_for(subscription.chat, self._rates).on(activity.block_time)
        message = self.activity(activity, subscription, names, key)
        others = dict.fromkeys(leg.counterparty for leg in activity.legs if leg.counterparty)
        mints = dict.fromkeys(leg.asset for leg in activity.legs if not leg.is_native)
        lines = [
            Html(message.html),
            Html(""),
            say("activity.whole.wallet", address=activity.wallet),
            *(say("activity.whole.party", address=other) for other in list(others)[:MAX_LEGS]),
            *(say("activity.whole.mint", address=mint) for mint in list(mints)[:MAX_LEGS]),
            *(say("activity.whole.program", address=program) for program in activity.programs[:MAX_PROGRAMS]),
            say("activity.whole.slot", slot=whole(activity.slot, say)),
            *([say("activity.whole.signature", text=activity.signature)] if activity.is_transaction else []),
        ]
        return RenderedMessage(join_lines(lines), self._keyboard(activity, key, say, look=False))

    def story(self, activity: Activity, names: Mapping[str, str | None], say: Texts) -> list[Html]:
        """What happened to a wallet that is named already, without fee and time."""
        who = Names(self._profile, names)
        say = say.on(activity.block_time)
        return [
            *self._warnings(activity, say),
            Html(f"<b>{self._title(activity, say)}</b>"),
            *self._legs(activity, say, who),
            *self._details(activity, say, who),
        ]

    def part(
        self, activity: Activity, number: int, names: Mapping[str, str | None], say: Texts
    ) -> list[Html]:
        """One of several that a message tells of the same wallet: all but the wallet and the time."""
        who = Names(self._profile, names)
        say = say.on(activity.block_time)
        link = transaction_link(self._profile, activity.signature)
        return [
            *self._warnings(activity, say),
            Html(f"<b>{number}. {self._title(activity, say)}</b>{link}"),
            *self._legs(activity, say, who),
            *self._details(activity, say, who),
            *self._after(activity, say),
            *self._costs(activity, say),
        ]

    def ways_to_less(
        self, activities: Sequence[Activity], subscription: Subscription, say: Texts
    ) -> Sequence[Sequence[Button]]:
        """The ways to hear less like these, what is most frequent among them first."""
        mints: Counter[str] = Counter()
        senders: Counter[str] = Counter()
        notes: dict[str, AssetNote] = {}
        for activity in activities:
            mints.update(dict.fromkeys((leg.asset for leg in activity.legs if is_address(leg.asset)), 1))
            senders.update(filter(None, [sender_of(activity)]))
            notes |= notes_of(activity)
        rows = [
            (button(self._mute_token(mint, notes, say), Action.AM_MUTE_TOKEN, mint),)
            for mint, _ in mints.most_common(MAX_MUTED)
        ]
        rows.append((button(say("button.mute_this_wallet"), Action.AM_MUTE_WALLET, subscription.id),))
        rows += [
            (button(say("button.block_sender", sender=short(sender)), Action.AM_BLOCK_SENDER, sender),)
            for sender, _ in senders.most_common(MAX_BLOCKED)
        ]
        return rows

    def _mute_token(self, mint: str, notes: Mapping[str, AssetNote], say: Texts) -> str:
        return plain(say("button.mute_token", token=self._amounts.symbol(mint, say, notes)))

    def headline(self, activity: Activity, say: Texts) -> Html:
        """What happened in one line: the title, and the first amounts where it has none."""
        say = say.on(activity.block_time)
        title = self._title(activity, say)
        if activity.kind in _WITH_AMOUNT and len({leg.asset for leg in activity.legs}) == 1:
            return title
        amounts = (self._amount(leg, say, notes_of(activity)) for leg in activity.legs[:2])
        return Html(" ".join([title, *amounts]))

    def alarms(self, activity: Activity, say: Texts) -> list[Html]:
        """What may cost the reader money, the gravest first."""
        annotation = activity.annotation
        if annotation is None:
            return []
        lines: list[Html] = []
        if annotation.lookalike is not None:
            paid = activity.kind in PAYMENTS
            key = "activity.warning.paid_lookalike" if paid else "activity.warning.lookalike"
            lookalike = annotation.lookalike
            lines.append(say(key, suspicious=lookalike.suspicious, known=lookalike.known))
        lines += [
            say("activity.warning.impostor", mint=short(mint), symbol=self._symbol(note.impostor_of))
            for mint, note in annotation.assets.items()
            if note.impostor_of is not None
        ]
        return lines

    def _warnings(self, activity: Activity, say: Texts) -> list[Html]:
        """Reasons to look twice, the gravest first."""
        lines = self.alarms(activity, say)
        annotation = activity.annotation
        if annotation is not None and annotation.is_spam and not lines:
            recipients = activity.details.get("recipients")
            if Flag.MASS_AIRDROP in annotation.flags and isinstance(recipients, int):
                lines.append(say("activity.warning.airdrop", count=recipients))
            else:
                lines.append(say("activity.warning.crumbs"))
        return lines

    def _symbol(self, asset: str) -> str:
        """Of a token that the chain profile vouches for, or of the chain itself."""
        listed = self._profile.tokens.get(asset)
        return listed.symbol if listed else self._profile.native_symbol

    def _title(self, activity: Activity, say: Texts) -> Html:
        amount = Html("")
        if activity.kind in _WITH_AMOUNT and len({leg.asset for leg in activity.legs}) == 1:
            leg = activity.legs[0]
            total = sum(leg.amount for leg in activity.legs)
            amount = self._amounts.asset(leg.asset, abs(total), leg.decimals, say, notes_of(activity))
        return kind_title(activity.kind.value, say, amount)

    def _legs(self, activity: Activity, say: Texts, who: Names) -> list[Html]:
        legs = activity.legs
        if activity.kind in _WITH_AMOUNT and len(legs) == 1:
            lines = _counterparty(legs[0], say, who)
        else:
            lines = self._signed(legs, say, who, notes_of(activity))
        if activity.annotation is not None and Flag.FIRST_TIME in activity.annotation.flags:
            lines.append(say("activity.line.first_time"))
        return lines

    def _signed(
        self, legs: Sequence[Leg], say: Texts, who: Names, notes: Mapping[str, AssetNote]
    ) -> list[Html]:
        lines: list[Html] = []
        for leg in legs[:MAX_LEGS]:
            lines.append(self._amount(leg, say, notes))
            lines += _counterparty(leg, say, who)
        if len(legs) > MAX_LEGS:
            lines.append(say("activity.line.more", count=len(legs) - MAX_LEGS))
        return lines

    def _amount(self, leg: Leg, say: Texts, notes: Mapping[str, AssetNote]) -> Html:
        key = "activity.line.got" if leg.amount > 0 else "activity.line.gave"
        return say(key, amount=self._amounts.leg(leg, say, notes))

    def _after(self, activity: Activity, say: Texts) -> list[Html]:
        notes = notes_of(activity)
        decimals = {leg.asset: leg.decimals for leg in activity.legs}
        shown = [
            self._amounts.asset(asset, held.amount, decimals.get(asset), say, notes)
            for asset, held in activity.after.items()
        ]
        return [say("activity.line.after", amount=amount) for amount in shown[:MAX_AFTER]]

    def _details(self, activity: Activity, say: Texts, who: Names) -> list[Html]:
        details = activity.details
        lines: list[Html] = []
        if details.get("unreadable"):
            lines.append(say("activity.line.unreadable"))
        if activity.error:
            lines.append(say("activity.line.error", reason=activity.error[:MAX_DETAIL]))
        if activity.program:
            lines.append(say("activity.line.program", name=activity.program[:MAX_DETAIL]))
        lines += self._asset(activity, say, who)
        lines += self._withheld(activity, say)
        lines += self._approvals(activity, say, who)
        for field, key in (
            ("stake_account", "stake_account"),
            ("vote_account", "validator"),
            ("paid_by", "paid_by"),
        ):
            if isinstance(details.get(field), str):
                lines.append(say(f"activity.line.{key}", who=who.who(details[field], say)))
        if activity.kind is ActivityKind.REWARD and isinstance(details.get("epoch"), int):
            lines.append(say("activity.line.epoch", epoch=details["epoch"]))
        if isinstance(details.get("authority_type"), str):
            lines.append(
                say(
                    "activity.line.authority",
                    kind=authority_name(details["authority_type"], say),
                    old=_authority(details.get("old_authority"), say, who),
                    new=_authority(details.get("new_authority"), say, who),
                )
            )
        if isinstance(details.get("memo"), str):
            lines.append(say("activity.line.memo", text=" ".join(details["memo"].split())[:MAX_DETAIL]))
        return lines

    def _asset(self, activity: Activity, say: Texts, who: Names) -> list[Html]:
        """What changed hands without being a token, and between whom."""
        asset, giver, receiver = (activity.details.get(field) for field in ("asset", "from", "to"))
        lines = []
        if isinstance(asset, str) and is_address(asset):
            lines.append(say("activity.line.asset", asset=linked(self._profile, asset, say)))
        if not any(leg.counterparty for leg in activity.legs):
            if isinstance(giver, str) and giver != activity.wallet:
                lines.append(say("activity.line.from", who=who.who(giver, say)))
            if isinstance(receiver, str) and receiver != activity.wallet:
                lines.append(say("activity.line.to", who=who.who(receiver, say)))
        return lines

    def _withheld(self, activity: Activity, say: Texts) -> list[Html]:
        withheld = activity.details.get("withheld")
        if not isinstance(withheld, Mapping):
            return []
        decimals = {leg.asset: leg.decimals for leg in activity.legs}
        return [
            say(
                "activity.line.withheld",
                amount=self._amounts.asset(mint, amount, decimals[mint], say, notes_of(activity)),
            )
            for mint, amount in withheld.items()
            if mint in decimals and isinstance(amount, int)
        ]

    def _approvals(self, activity: Activity, say: Texts, who: Names) -> list[Html]:
        details = activity.details
        own = [details] if isinstance(details.get("delegate"), str) else []
        lines = [self._approval(each, activity, say, who) for each in own]
        beside = details.get("approvals") or ()
        if beside:
            lines.append(say("activity.line.also_approved"))
        return [*lines, *(self._approval(each, activity, say, who) for each in beside)]

    def _approval(self, approval: Mapping[str, object], activity: Activity, say: Texts, who: Names) -> Html:
        amount, mint, decimals = approval.get("amount"), approval.get("mint"), approval.get("decimals")
        delegate = who.who(str(approval["delegate"]), say)
        if not isinstance(amount, int):
            return say("activity.line.delegate_unknown", who=delegate)
        if amount >= UNLIMITED and isinstance(mint, str):
            token = self._amounts.symbol(mint, say, notes_of(activity))
            return say("activity.line.delegate_unlimited_of", who=delegate, token=token)
        if amount >= UNLIMITED:
            return say("activity.line.delegate_unlimited", who=delegate)
        if isinstance(mint, str):
            known = decimals if isinstance(decimals, int) else None
            shown = self._amounts.asset(mint, amount, known, say, notes_of(activity))
        else:
            shown = say("common.units", amount=whole(amount, say))
        return say("activity.line.delegate", who=delegate, amount=shown)

    def _costs(self, activity: Activity, say: Texts) -> list[Html]:
        lines = []
        if activity.rent > 0:
            lines.append(say("activity.line.rent_paid", amount=self._amounts.native(activity.rent, say)))
        elif activity.rent < 0:
            lines.append(say("activity.line.rent_returned", amount=self._amounts.native(-activity.rent, say)))
        if activity.fee:
            lines.append(say("activity.line.fee", amount=self._amounts.native(activity.fee, say)))
        return lines

    def _keyboard(
        self, activity: Activity, key: str, say: Texts, *, look: bool = True
    ) -> Sequence[Sequence[Button]]:
        if not activity.is_transaction:
            return address_buttons(self._profile, str(activity.details["stake_account"]), say)
        first = [button(say("button.details"), Action.DETAILS, key)] if key and look else []
        url = self._profile.transaction_url(activity.signature)
        if url:
            first.append(Button(say("button.explorer"), url=url))
        else:
            first.append(Button(say("button.copy_signature"), copy_text=activity.signature))
        rows = [tuple(first)]
        if key:
            act = [button(say("button.less"), Action.LESS, key)]
            sender = sender_of(activity)
            if sender is not None:
                act.append(button(say("button.scan_sender"), Action.SCAN_ADDRESS, sender))
            rows.append(tuple(act))
        return tuple(rows)


def kind_title(kind: str, say: Texts, amount: Html = NO_AMOUNT) -> Html:
    """What a kind of activity is called; a colon stands only before an amount."""
    return Html(say(f"activity.title.{kind}", amount=amount).rstrip().removesuffix(":"))


def sender_of(activity: Activity) -> str | None:
    """Who sent what came in, where it is one address."""
    senders = {leg.counterparty for leg in activity.legs if leg.amount > 0 and leg.counterparty is not None}
    # An asset without a token has no leg.
    giver = activity.details.get("from")
    if not activity.legs and isinstance(giver, str):
        senders.add(giver)
    if len(senders) != 1 or activity.kind not in RECEIPTS:
        return None
    sender = senders.pop()
    return sender if is_address(sender) else None


def _counterparty(leg: Leg, say: Texts, who: Names) -> list[Html]:
    if leg.counterparty is None:
        return []
    key = "activity.line.from" if leg.amount > 0 else "activity.line.to"
    return [say(key, who=who.who(leg.counterparty, say))]


def _authority(address: object, say: Texts, who: Names) -> Html:
    return who.who(address, say) if isinstance(address, str) else say("activity.line.nobody")


def notes_of(activity: Activity) -> Mapping[str, AssetNote]:
    """What is known of its assets."""
    return NO_NOTES if activity.annotation is None else activity.annotation.assets

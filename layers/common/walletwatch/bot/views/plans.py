"""Plans: what somebody uses of theirs, what there is to buy, receipts and refunds."""

from collections.abc import Sequence
from typing import Final

from walletwatch.bot.formatting import day, when, whole
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import Action, button
from walletwatch.bot.texts import Html, Texts, texts
from walletwatch.domain.plans import NEVER, Ending, Offer, Payment, Plan, Quota, Settled, Usage
from walletwatch.domain.work import Button, RenderedMessage

BAR: Final = 10

type Rows = tuple[tuple[Button, ...], ...]


class PlansView:
    """Renders what people pay for."""

    def plan(self, usage: Usage, offers: Sequence[Offer], zone: str, say: Texts) -> RenderedMessage:
        """What somebody has and uses, and what there is to buy."""
        lines = [self._title(usage, zone, say), Html("")]
        lines += [_used(quota, usage, say) for quota in Quota if quota is not Quota.DIGEST_SECONDS]
        seconds = say("format.seconds", count=usage.limits[Quota.DIGEST_SECONDS])
        lines.append(say("plan.digests", time=seconds))
        if usage.plan is Plan.FREE and offers:
            values = {quota.value: whole(limit, say) for quota, limit in usage.premium.items()}
            values["time"] = say("format.seconds", count=usage.premium[Quota.DIGEST_SECONDS])
            lines += [Html(""), say("plan.premium_has", **values)]
        endless = usage.premium_until is not None and usage.premium_until >= NEVER
        rows = () if endless else _to_buy(offers, say)
        return RenderedMessage(join_lines(lines), (*rows, (button(say("button.menu"), Action.MENU),)))

    def offers(self, offers: Sequence[Offer], say: Texts) -> RenderedMessage:
        """What there is to buy."""
        return RenderedMessage(
            say("buy.choose"), (*_to_buy(offers, say), (button(say("button.plan"), Action.PLAN),))
        )

    def receipt(self, settled: Settled, zone: str, say: Texts) -> RenderedMessage:
        """That Stars came, and what they gave."""
        payment, stars = settled.payment, whole(settled.payment.offer.stars, say)
        if not payment.offer.days or settled.premium_until is None:
            return RenderedMessage(say("buy.unmatched", stars=stars))
        text = say(
            "buy.receipt",
            stars=stars,
            time=say("format.days", count=payment.offer.days),
            day=_end(settled, zone, say),
        )
        copy = Button(say("button.copy_receipt"), copy_text=payment.charge_id[:256])
        return RenderedMessage(text, ((copy,), (button(say("button.plan"), Action.PLAN),)))

    def refund_question(self, payment: Payment, say: Texts) -> RenderedMessage:
        """Whether it is meant."""
        rows = (
            (button(say("button.refund"), Action.REFUND_CONFIRMED, payment.tag),),
            (button(say("button.keep_premium"), Action.PLAN),),
        )
        stars = whole(payment.offer.stars, say)
        if not payment.offer.days:
            return RenderedMessage(say("refund.question_unmatched", stars=stars), rows)
        time = say("format.days", count=payment.offer.days)
        return RenderedMessage(say("refund.question", stars=stars, time=time), rows)

    def refunded(self, offer: Offer, say: Texts) -> RenderedMessage:
        """That the Stars are back."""
        key = "refund.done" if offer.days else "refund.done_unmatched"
        row = (button(say("button.plan"), Action.PLAN),)
        return RenderedMessage(say(key, stars=whole(offer.stars, say)), (row,))

    def payments(self, user_id: int, payments: Sequence[Payment], zone: str, say: Texts) -> RenderedMessage:
        """What somebody paid, for administrators."""
        lines = [say("payments.title", user=user_id)]
        for payment in payments:
            state = "refunded" if payment.refunded_at else "begun" if payment.refund_by else "kept"
            lines.append(
                say(
                    f"payments.{state}",
                    at=when(payment.paid_at, say, zone),
                    stars=whole(payment.offer.stars, say),
                    time=say("format.days", count=payment.offer.days),
                    charge=payment.charge_id,
                )
            )
        if not payments:
            lines.append(say("payments.none"))
        buttons = [
            button(
                say(
                    "button.refund_payment",
                    stars=whole(each.offer.stars, say),
                    at=when(each.paid_at, say, zone),
                ),
                Action.REFUND_PAYMENT,
                f"{user_id}.{each.tag}",
            )
            for each in payments
            if each.refunded_at is None
        ]
        rows = (*((each,) for each in buttons), (button(say("button.person"), Action.PERSON, user_id),))
        return RenderedMessage(join_lines(lines), rows)

    def refund_payment_question(self, payment: Payment, zone: str, say: Texts) -> RenderedMessage:
        """Whether an administrator means to give it back."""
        text = say(
            "people.ask_refund" if payment.offer.days else "people.ask_refund_unmatched",
            user=payment.user_id,
            stars=whole(payment.offer.stars, say),
            at=when(payment.paid_at, say, zone),
            time=say("format.days", count=payment.offer.days),
        )
        argument = f"{payment.user_id}.{payment.tag}"
        rows = (
            (button(say("button.confirm_refund"), Action.REFUND_PAYMENT_CONFIRMED, argument),),
            (button(say("button.leave"), Action.PAYMENTS, payment.user_id),),
        )
        return RenderedMessage(text, rows)

    def _title(self, usage: Usage, zone: str, say: Texts) -> Html:
        if usage.plan is Plan.FREE or usage.premium_until is None:
            return say("plan.free")
        if usage.premium_until >= NEVER:
            return say("plan.endless")
        return say("plan.premium", day=day(usage.premium_until, say, zone))


def plan_ending(ending: Ending, ended: bool) -> RenderedMessage:
    """That a premium ends soon, or has ended."""
    say = texts(ending.language)
    if ended:
        text = say("plan.has_ended")
    else:
        text = say("plan.ends_soon", time=when(ending.premium_until, say, ending.timezone))
    return RenderedMessage(text, ((button(say("button.plan"), Action.PLAN),),))


def _end(settled: Settled, zone: str, say: Texts) -> str:
    assert settled.premium_until is not None
    return say("plan.never") if settled.premium_until >= NEVER else day(settled.premium_until, say, zone)


def _used(quota: Quota, usage: Usage, say: Texts) -> Html:
    limit, used = usage.limits[quota], usage.used.get(quota)
    name = say(f"plan.{quota.value}")
    if used is None:
        return say("plan.up_to", name=name, limit=whole(limit, say))
    filled = min(BAR, -(-BAR * used // limit)) if limit else BAR
    bar = "▰" * filled + "▱" * (BAR - filled)
    return say("plan.used", name=name, bar=bar, used=whole(used, say), limit=whole(limit, say))


def _to_buy(offers: Sequence[Offer], say: Texts) -> Rows:
    return tuple(
        (
            button(
                say(
                    "button.buy",
                    time=say("format.days", count=offer.days),
                    stars=whole(offer.stars, say),
                ),
                Action.BUY,
                offer.days,
            ),
        )
        for offer in offers
    )

"""From the balance queue: reads and decodes the history of wallets, and queues what is to be told.

Digests come to their end here too, and broadcasts go on.
"""

from functools import cache
from typing import Any

from walletwatch import observability
from walletwatch.bootstrap.balance import Balance, balance
from walletwatch.domain.work import Backfill, BalanceCheck, BroadcastStep, DigestDue
from walletwatch.invocation import perform
from walletwatch.queueing.consumer import QueueRecord
from walletwatch.queueing.messages import decode_balance_work

observability.configure_logging("balance")


@cache
def _balance() -> Balance:
    return balance()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Handle an SQS batch; the answer names the records to be shown again."""
    balance = _balance()

    def remaining() -> float:
        return observability.remaining_seconds(context)

    async def handle(record: QueueRecord) -> None:
        match decode_balance_work(record.body):
            case BalanceCheck() as work:
                with observability.correlated(wallet=work.wallet, reason=work.reason.value):
                    await balance.checking.run(work, attempt=record.attempt, remaining=remaining)
            case Backfill() as work:
                with observability.correlated(wallet=work.wallet):
                    await balance.backfilling.run(work, remaining=remaining)
            case DigestDue() as work:
                with observability.correlated(ledger_key=work.digest_key):
                    await balance.digesting.close(work)
            case BroadcastStep() as work:
                with observability.correlated(broadcast=work.broadcast_id):
                    await balance.broadcasting.run(work)

    return perform(balance.telemetry, balance.consumer.each(event, remaining(), handle), context)

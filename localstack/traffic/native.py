"""Actions with native tokens."""

from solana.rpc.commitment import Confirmed
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from spl.memo.constants import MEMO_PROGRAM_ID
from spl.memo.instructions import create_memo
from spl.memo.models import MemoParams
from spl.token import instructions as token
from spl.token import models
from spl.token.constants import TOKEN_PROGRAM_ID, WRAPPED_SOL_MINT

from traffic.instructions import associated_account, close, create_account_if_missing, pay
from traffic.session import NATIVE, OVER_ANY_BALANCE, Action, Movement, Session


class NativeActions(Session):
    """Transfers of native tokens, wrapping them, and memos."""

    async def airdrop(self, wallet: Pubkey, lamports: int) -> Action:
        """Take lamports from the faucet of a test chain."""
        signature = str((await self.client.request_airdrop(wallet, lamports, Confirmed)).value)
        confirmation = await self.confirm(signature) if self._wait else None
        moved = Movement(NATIVE, lamports, lamports, None, str(wallet))
        return Action("airdrop", signature, (moved,), {}, confirmation)

    async def transfer_native(self, source: Keypair, destination: Pubkey, lamports: int) -> Action:
        """Send native tokens."""
        return await self.transfer_native_to_many(source, {destination: lamports}, kind="transfer_native")

    async def transfer_native_to_many(
        self, source: Keypair, amounts: dict[Pubkey, int], *, kind: str = "transfer_native_to_many"
    ) -> Action:
        """Send native tokens to many in one transaction."""
        sender = source.pubkey()
        return await self.run(
            kind,
            [pay(sender, destination, lamports) for destination, lamports in amounts.items()],
            [source],
            movements=[
                Movement(NATIVE, lamports, lamports, str(sender), str(destination))
                for destination, lamports in amounts.items()
            ],
        )

    async def transfer_native_in_vain(self, source: Keypair, destination: Pubkey) -> Action:
        """Try to send more than there is: lands as failed and costs the fee."""
        over = pay(source.pubkey(), destination, OVER_ANY_BALANCE)
        return await self.run("transfer_native_in_vain", [over], [source], fails=True)

    async def wrap_native(self, owner: Keypair, lamports: int) -> Action:
        """Turn native tokens into wrapped ones."""
        wallet = owner.pubkey()
        account = associated_account(wallet, WRAPPED_SOL_MINT, TOKEN_PROGRAM_ID)
        return await self.run(
            "wrap_native",
            [
                create_account_if_missing(wallet, wallet, WRAPPED_SOL_MINT, TOKEN_PROGRAM_ID),
                pay(wallet, account, lamports),
                token.sync_native(models.SyncNativeParams(program_id=TOKEN_PROGRAM_ID, account=account)),
            ],
            [owner],
            created={"account": str(account)},
        )

    async def unwrap_native(self, owner: Keypair) -> Action:
        """Turn all wrapped native tokens back, by closing their account."""
        wallet = owner.pubkey()
        account = associated_account(wallet, WRAPPED_SOL_MINT, TOKEN_PROGRAM_ID)
        return await self.run("unwrap_native", [close(account, wallet, TOKEN_PROGRAM_ID)], [owner])

    async def memo(self, author: Keypair, text: str) -> Action:
        """Write a text into the chain."""
        params = MemoParams(program_id=MEMO_PROGRAM_ID, signer=author.pubkey(), message=text.encode())
        return await self.run("memo", [create_memo(params)], [author])

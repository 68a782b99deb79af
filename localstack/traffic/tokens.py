"""Actions with tokens of both token programs."""

from solders.keypair import Keypair
from solders.pubkey import Pubkey
from spl.token import instructions as token
from spl.token import models

from traffic.instructions import associated_account, close, create_account_if_missing, pay
from traffic.mints import Mint, transfer
from traffic.session import NATIVE, OVER_ANY_BALANCE, Action, Movement, Session


class TokenActions(Session):
    """Transfers, swaps, approvals, and the end of token accounts."""

    async def ensure_account(self, mint: Mint, payer: Keypair, owner: Pubkey) -> Action:
        """Make a wallet's associated token account, if it has none."""
        create = create_account_if_missing(payer.pubkey(), owner, mint.address, mint.program)
        account = associated_account(owner, mint.address, mint.program)
        return await self.run("ensure_account", [create], [payer], created={"account": str(account)})

    async def transfer_token(
        self, mint: Mint, source: Keypair, destination: Pubkey, amount: int, *, creates_account: bool = False
    ) -> Action:
        """Send tokens to a wallet.

        Args:
            mint: The token.
            source: Who sends.
            destination: The wallet that receives.
            amount: Base units, before a transfer fee.
            creates_account: Make the destination's token account in the same transaction. Without that the
                account must exist, and the destination's own address is *not* part of the transaction.
        """
        sender = source.pubkey()
        instructions = [transfer(mint, sender, destination, amount)]
        if creates_account:
            instructions.insert(0, create_account_if_missing(sender, destination, mint.address, mint.program))
        return await self.run(
            "transfer_token",
            instructions,
            [source],
            movements=[_token_movement(mint, sender, destination, amount)],
        )

    async def transfer_token_in_vain(self, mint: Mint, source: Keypair, destination: Pubkey) -> Action:
        """Try to send more tokens than there are: lands as failed and costs the fee."""
        over = transfer(mint, source.pubkey(), destination, OVER_ANY_BALANCE)
        return await self.run("transfer_token_in_vain", [over], [source], fails=True)

    async def burn(self, mint: Mint, owner: Keypair, amount: int) -> Action:
        """Destroy tokens."""
        wallet = owner.pubkey()
        params = models.BurnParams(
            program_id=mint.program,
            account=associated_account(wallet, mint.address, mint.program),
            mint=mint.address,
            owner=wallet,
            amount=amount,
        )
        burned = Movement(str(mint.address), amount, 0, str(wallet), None)
        return await self.run("burn", [token.burn(params)], [owner], movements=[burned])

    async def approve(self, mint: Mint, owner: Keypair, delegate: Pubkey, amount: int) -> Action:
        """Let a delegate spend tokens."""
        params = models.ApproveParams(
            program_id=mint.program,
            source=associated_account(owner.pubkey(), mint.address, mint.program),
            delegate=delegate,
            owner=owner.pubkey(),
            amount=amount,
        )
        return await self.run("approve", [token.approve(params)], [owner])

    async def revoke(self, mint: Mint, owner: Keypair) -> Action:
        """Take the delegate's right back."""
        account = associated_account(owner.pubkey(), mint.address, mint.program)
        params = models.RevokeParams(program_id=mint.program, account=account, owner=owner.pubkey())
        return await self.run("revoke", [token.revoke(params)], [owner])

    async def give_account(self, mint: Mint, owner: Keypair, new: Pubkey) -> Action:
        """Make somebody else the owner of a wallet's token account, with all that is in it."""
        params = models.SetAuthorityParams(
            program_id=mint.program,
            account=associated_account(owner.pubkey(), mint.address, mint.program),
            authority=models.AuthorityType.ACCOUNT_OWNER,
            current_authority=owner.pubkey(),
            new_authority=new,
        )
        return await self.run("give_account", [token.set_authority(params)], [owner])

    async def close_account(self, mint: Mint, owner: Keypair) -> Action:
        """Close an empty token account and get its rent back."""
        wallet = owner.pubkey()
        account = associated_account(wallet, mint.address, mint.program)
        return await self.run("close_account", [close(account, wallet, mint.program)], [owner])

    async def swap(
        self,
        trader: Keypair,
        pool: Keypair,
        *,
        gives: tuple[Mint, int],
        gets: tuple[Mint, int],
        gets_lamports: int = 0,
    ) -> Action:
        """Exchange in one transaction: a token for another one and native tokens, signed by both.

        Args:
            trader: Who pays the fee.
            pool: The other side.
            gives: Token and base units that the trader gives.
            gets: Token and base units that the trader gets.
            gets_lamports: Native tokens that the trader gets besides.
        """
        us, them = trader.pubkey(), pool.pubkey()
        (given, given_amount), (gotten, gotten_amount) = gives, gets
        instructions = [
            create_account_if_missing(us, them, given.address, given.program),
            create_account_if_missing(us, us, gotten.address, gotten.program),
            transfer(given, us, them, given_amount),
            transfer(gotten, them, us, gotten_amount),
        ]
        movements = [
            _token_movement(given, us, them, given_amount),
            _token_movement(gotten, them, us, gotten_amount),
        ]
        if gets_lamports:
            instructions.append(pay(them, us, gets_lamports))
            movements.append(Movement(NATIVE, gets_lamports, gets_lamports, str(them), str(us)))
        return await self.run("swap", instructions, [trader, pool], movements=movements)


def _token_movement(mint: Mint, source: Pubkey, destination: Pubkey, amount: int) -> Movement:
    return Movement(str(mint.address), amount, amount - mint.fee(amount), str(source), str(destination))

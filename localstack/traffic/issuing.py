"""Actions of those who issue tokens."""

from solders.keypair import Keypair
from solders.pubkey import Pubkey
from spl.token import instructions as token
from spl.token import models
from spl.token.constants import TOKEN_2022_PROGRAM_ID, TOKEN_PROGRAM_ID

from traffic import instructions as extra
from traffic.instructions import associated_account, create_account_if_missing
from traffic.mints import Extensions, Mint, plan_mint
from traffic.session import Action, Movement, Session


class IssuerActions(Session):
    """Making mints and tokens, and the powers of their authorities."""

    async def create_mint(
        self,
        authority: Keypair,
        *,
        decimals: int = 6,
        freeze_authority: Pubkey | None = None,
        extensions: Extensions | None = None,
    ) -> tuple[Mint, Action]:
        """Make a token: of the classic program, or of Token-2022 if it has extensions."""
        program = TOKEN_PROGRAM_ID if extensions is None else TOKEN_2022_PROGRAM_ID
        key, creator = Keypair(), authority.pubkey()
        plan = plan_mint(
            key.pubkey(),
            creator,
            program=program,
            decimals=decimals,
            freeze_authority=freeze_authority,
            extensions=extensions,
        )
        create = await self.new_account(creator, key.pubkey(), plan.size, program, plan.rent_size)
        action = await self.run(
            "create_mint",
            [create, *plan.before, *plan.after],
            [authority, key],
            created={"mint": str(key.pubkey())},
        )
        basis_points, maximum = (extensions.transfer_fee if extensions else None) or (0, 0)
        return Mint(key.pubkey(), program, decimals, basis_points, maximum), action

    async def mint_to(self, mint: Mint, authority: Keypair, owner: Pubkey, amount: int) -> Action:
        """Make tokens for a wallet, and its token account if it has none."""
        account = associated_account(owner, mint.address, mint.program)
        params = models.MintToParams(
            program_id=mint.program,
            mint=mint.address,
            dest=account,
            mint_authority=authority.pubkey(),
            amount=amount,
        )
        create = create_account_if_missing(authority.pubkey(), owner, mint.address, mint.program)
        return await self.run(
            "mint_to",
            [create, token.mint_to(params)],
            [authority],
            movements=[Movement(str(mint.address), amount, amount, None, str(owner))],
        )

    async def set_mint_authority(self, mint: Mint, authority: Keypair, new: Pubkey | None) -> Action:
        """Give the right to mint away, or up for good."""
        params = models.SetAuthorityParams(
            program_id=mint.program,
            account=mint.address,
            authority=models.AuthorityType.MINT_TOKENS,
            current_authority=authority.pubkey(),
            new_authority=new,
        )
        return await self.run("set_mint_authority", [token.set_authority(params)], [authority])

    async def set_paused(self, mint: Mint, authority: Keypair, *, paused: bool) -> Action:
        """Stop all transfers of a pausable token, or let them go on."""
        instruction = extra.set_paused(mint.address, authority.pubkey(), paused=paused)
        return await self.run("pause" if paused else "resume", [instruction], [authority])

    async def set_transfer_fee(
        self, mint: Mint, authority: Keypair, basis_points: int, maximum: int
    ) -> Action:
        """Charge another fee from the epoch after the next one on."""
        instruction = extra.set_transfer_fee(mint.address, authority.pubkey(), basis_points, maximum)
        return await self.run("set_transfer_fee", [instruction], [authority])

    async def close_mint(self, mint: Mint, authority: Keypair) -> Action:
        """Close a mint of which there is nothing, by its close authority."""
        instruction = extra.close(mint.address, authority.pubkey(), mint.program)
        return await self.run("close_mint", [instruction], [authority])

    async def seize(self, mint: Mint, delegate: Keypair, owner: Pubkey, amount: int) -> Action:
        """Take a holder's tokens, as the mint's permanent delegate."""
        params = models.TransferCheckedParams(
            program_id=mint.program,
            source=associated_account(owner, mint.address, mint.program),
            mint=mint.address,
            dest=associated_account(delegate.pubkey(), mint.address, mint.program),
            owner=delegate.pubkey(),
            amount=amount,
            decimals=mint.decimals,
        )
        return await self.run("seize", [token.transfer_checked(params)], [delegate])

    async def freeze(self, mint: Mint, authority: Keypair, owner: Pubkey) -> Action:
        """Freeze a wallet's token account."""
        account = associated_account(owner, mint.address, mint.program)
        params = models.FreezeAccountParams(
            program_id=mint.program, account=account, mint=mint.address, authority=authority.pubkey()
        )
        return await self.run("freeze", [token.freeze_account(params)], [authority])

    async def thaw(self, mint: Mint, authority: Keypair, owner: Pubkey) -> Action:
        """Thaw a wallet's token account."""
        account = associated_account(owner, mint.address, mint.program)
        params = models.ThawAccountParams(
            program_id=mint.program, account=account, mint=mint.address, authority=authority.pubkey()
        )
        return await self.run("thaw", [token.thaw_account(params)], [authority])

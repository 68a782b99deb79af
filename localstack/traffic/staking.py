"""Actions with stake."""

from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.system_program import CreateAccountParams, create_account

from traffic import instructions as extra
from traffic.session import NATIVE, Action, Movement, Session


class StakeActions(Session):
    """Validators, and staking for them."""

    async def create_validator(self, payer: Keypair, *, commission: int = 5) -> tuple[Pubkey, Action]:
        """Make a vote account to stake for."""
        vote, node = Keypair(), Keypair()
        create = await self.new_account(
            payer.pubkey(), vote.pubkey(), extra.VOTE_ACCOUNT_SIZE, extra.VOTE_PROGRAM
        )
        initialize = extra.initialize_vote(vote.pubkey(), node.pubkey(), payer.pubkey(), commission)
        created = {"vote": str(vote.pubkey()), "node": str(node.pubkey())}
        action = await self.run(
            "create_validator", [create, initialize], [payer, vote, node], created=created
        )
        return vote.pubkey(), action

    async def stake(self, owner: Keypair, vote: Pubkey, lamports: int) -> tuple[Pubkey, Action]:
        """Make a stake account with so many lamports, rent included, and delegate it."""
        stake, wallet = Keypair(), owner.pubkey()
        create = create_account(
            CreateAccountParams(
                from_pubkey=wallet,
                to_pubkey=stake.pubkey(),
                lamports=lamports,
                space=extra.STAKE_ACCOUNT_SIZE,
                owner=extra.STAKE_PROGRAM,
            )
        )
        instructions = [
            create,
            extra.initialize_stake(stake.pubkey(), wallet),
            extra.delegate_stake(stake.pubkey(), vote, wallet),
        ]
        created = {"stake": str(stake.pubkey())}
        action = await self.run("stake", instructions, [owner, stake], created=created)
        return stake.pubkey(), action

    async def deactivate_stake(self, owner: Keypair, stake: Pubkey) -> Action:
        """End a delegation."""
        return await self.run("deactivate_stake", [extra.deactivate_stake(stake, owner.pubkey())], [owner])

    async def withdraw_stake(self, owner: Keypair, stake: Pubkey, lamports: int) -> Action:
        """Take lamports out of a stake account; all of them close it."""
        wallet = owner.pubkey()
        instruction = extra.withdraw_stake(stake, wallet, wallet, lamports)
        moved = Movement(NATIVE, lamports, lamports, str(stake), str(wallet))
        return await self.run("withdraw_stake", [instruction], [owner], movements=[moved])

    async def authorize_stake(
        self, owner: Keypair, stake: Pubkey, new: Pubkey, *, withdrawer: bool
    ) -> Action:
        """Give away the right to manage a stake account, or to take the lamports out of it."""
        instruction = extra.authorize_stake(stake, owner.pubkey(), new, withdrawer=withdrawer)
        return await self.run("authorize_stake", [instruction], [owner])

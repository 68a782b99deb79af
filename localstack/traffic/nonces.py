"""Actions with durable nonces."""

from solders import system_program as system
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from traffic.session import Action, Session

NONCE_ACCOUNT_SIZE = 80


class NonceActions(Session):
    """The life of nonce accounts."""

    async def create_nonce(self, payer: Keypair, authority: Pubkey) -> tuple[Pubkey, Action]:
        """Make a nonce account that somebody, perhaps another one, has the say about."""
        nonce = Keypair()
        create = await self.new_account(
            payer.pubkey(), nonce.pubkey(), NONCE_ACCOUNT_SIZE, Pubkey.from_string(str(system.ID))
        )
        initialize = system.initialize_nonce_account(
            system.InitializeNonceAccountParams(nonce_pubkey=nonce.pubkey(), authority=authority)
        )
        action = await self.run(
            "create_nonce", [create, initialize], [payer, nonce], created={"nonce": str(nonce.pubkey())}
        )
        return nonce.pubkey(), action

    async def authorize_nonce(self, nonce: Pubkey, authority: Keypair, new: Pubkey) -> Action:
        """Give somebody else the say about a nonce account."""
        instruction = system.authorize_nonce_account(
            system.AuthorizeNonceAccountParams(
                nonce_pubkey=nonce, authorized_pubkey=authority.pubkey(), new_authority=new
            )
        )
        return await self.run("authorize_nonce", [instruction], [authority])

    async def pay_on_nonce(
        self, nonce: Pubkey, authority: Keypair, source: Keypair, destination: Pubkey, lamports: int
    ) -> Action:
        """Send lamports in a transaction that begins by advancing a nonce, as a durable one has to."""
        advance = system.advance_nonce_account(
            system.AdvanceNonceAccountParams(nonce_pubkey=nonce, authorized_pubkey=authority.pubkey())
        )
        transfer = system.transfer(
            system.TransferParams(from_pubkey=source.pubkey(), to_pubkey=destination, lamports=lamports)
        )
        signers = [source] if source == authority else [source, authority]
        return await self.run("pay_on_nonce", [advance, transfer], signers)

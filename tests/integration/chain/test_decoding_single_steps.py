"""Random transactions of one step each, of Stake and of Token-2022's extensions: each has one name."""

import json
import random
import struct
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from solders import system_program as system
from solders.address_lookup_table_account import AddressLookupTableAccount
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from spl.token import instructions as token
from spl.token import models
from spl.token.constants import TOKEN_2022_PROGRAM_ID

from svm_node.testing import running_node
from traffic.actions import Chain
from traffic.instructions import (
    STAKE_ACCOUNT_SIZE,
    STAKE_PROGRAM,
    associated_account,
    deactivate_stake,
    delegate_stake,
    initialize_stake,
    pay,
    withdraw_stake,
)
from traffic.mints import Extensions, Metadata, Mint, transfer
from traffic.session import OVER_ANY_BALANCE
from walletwatch.chain.decoding import decode_transaction
from walletwatch.domain.activities import Activity, ActivityKind
from walletwatch.domain.money import NATIVE

pytestmark = pytest.mark.integration

STEPS = 80
FAILING = 0.15
WHOLE = 10**9
ENCODINGS = ("json", "jsonParsed", "base64")
CLOCK = Pubkey.from_string("SysvarC1ock11111111111111111111111111111111")
STAKE_HISTORY = Pubkey.from_string("SysvarStakeHistory1111111111111111111111111")


@dataclass
class Outcome:
    """What one wallet has to be told."""

    kind: ActivityKind
    gains: Counter[str] = field(default_factory=Counter)
    rent: int = 0
    details: dict[str, Any] = field(default_factory=dict)


@dataclass
class Step:
    """One thing that somebody does; `done` keeps the books once it is on the chain."""

    instructions: list[Instruction]
    signers: list[Keypair]
    outcomes: dict[Pubkey, Outcome]
    done: Callable[[], None] = lambda: None


def _meta(address: Pubkey, *, signs: bool = False, writable: bool = True) -> AccountMeta:
    return AccountMeta(address, is_signer=signs, is_writable=writable)


def _stake_instruction(tag: int, body: bytes, *metas: AccountMeta) -> Instruction:
    return Instruction(STAKE_PROGRAM, struct.pack("<I", tag) + body, list(metas))


def _extension(data: bytes, *metas: AccountMeta) -> Instruction:
    return Instruction(TOKEN_2022_PROGRAM_ID, data, list(metas))


class Staking:
    """Stake accounts of one owner, in the state that the instructions left them in."""

    def __init__(self, owner: Keypair, vote: Pubkey, reserve: int, dice: random.Random) -> None:
        self._owner, self._vote, self._reserve, self._dice = owner, vote, reserve, dice
        self._staked: dict[Pubkey, int] = {}
        self._ended: dict[Pubkey, int] = {}

    @property
    def _wallet(self) -> Pubkey:
        return self._owner.pubkey()

    def steps(self) -> list[Callable[[], Step]]:
        found = [self._open]
        if self._staked:
            found += [self._end, self._authorize, self._split]
        if self._ended:
            found += [self._take_some, self._take_all]
        if len(self._ended) > 1:
            found.append(self._merge)
        return found

    def _step(
        self,
        instructions: Sequence[Instruction],
        outcome: Outcome,
        done: Callable[[], None] = lambda: None,
        *others: Keypair,
    ) -> Step:
        return Step([*instructions], [self._owner, *others], {self._wallet: outcome}, done)

    def _create(self, account: Keypair, lamports: int) -> Instruction:
        return system.create_account(
            system.CreateAccountParams(
                from_pubkey=self._wallet,
                to_pubkey=account.pubkey(),
                lamports=lamports,
                space=STAKE_ACCOUNT_SIZE,
                owner=STAKE_PROGRAM,
            )
        )

    def _open(self) -> Step:
        account, amount = Keypair(), self._dice.randint(2 * WHOLE, 9 * WHOLE)
        stake = account.pubkey()
        instructions = [
            self._create(account, amount + self._reserve),
            initialize_stake(stake, self._wallet),
            delegate_stake(stake, self._vote, self._wallet),
        ]
        details = {"stake_account": str(stake), "vote_account": str(self._vote)}
        outcome = Outcome(ActivityKind.STAKE, Counter({NATIVE: -amount}), self._reserve, details)
        return self._step(instructions, outcome, lambda: self._staked.update({stake: amount}), account)

    def _end(self) -> Step:
        stake = self._dice.choice(list(self._staked))
        outcome = Outcome(ActivityKind.STAKE_DEACTIVATE, details={"stake_account": str(stake)})
        return self._step(
            [deactivate_stake(stake, self._wallet)],
            outcome,
            lambda: self._ended.update({stake: self._staked.pop(stake)}),
        )

    def _authorize(self) -> Step:
        stake = self._dice.choice(list(self._staked))
        instruction = _stake_instruction(
            1,
            bytes(self._wallet) + struct.pack("<I", self._dice.randint(0, 1)),
            _meta(stake),
            _meta(CLOCK, writable=False),
            _meta(self._wallet, signs=True, writable=False),
        )
        outcome = Outcome(ActivityKind.STAKE_CHANGE, details={"new_authority": str(self._wallet)})
        return self._step([instruction], outcome)

    def _split(self) -> Step:
        stake, account = self._dice.choice(list(self._staked)), Keypair()
        part = WHOLE if self._staked[stake] >= 2 * WHOLE else self._staked[stake] + self._reserve
        whole = part != WHOLE
        instruction = _stake_instruction(
            3,
            struct.pack("<Q", part),
            _meta(stake),
            _meta(account.pubkey()),
            _meta(self._wallet, signs=True, writable=False),
        )
        lamports = 0 if whole else self._reserve

        def done() -> None:
            self._staked[account.pubkey()] = part - (self._reserve if whole else 0)
            self._staked[stake] -= part
            if whole:
                del self._staked[stake]

        details = {"stake_account": str(stake), "new_stake_account": str(account.pubkey()), "lamports": part}
        outcome = Outcome(ActivityKind.STAKE_CHANGE, rent=lamports, details=details)
        return self._step([self._create(account, lamports), instruction], outcome, done, account)

    def _merge(self) -> Step:
        into, source = self._dice.sample(list(self._ended), 2)
        instruction = _stake_instruction(
            7,
            b"",
            _meta(into),
            _meta(source),
            _meta(CLOCK, writable=False),
            _meta(STAKE_HISTORY, writable=False),
            _meta(self._wallet, signs=True, writable=False),
        )

        def done() -> None:
            self._ended[into] += self._ended.pop(source) + self._reserve

        details = {"stake_account": str(into), "merged_account": str(source)}
        return self._step([instruction], Outcome(ActivityKind.STAKE_CHANGE, details=details), done)

    def _take_some(self) -> Step:
        stake = self._dice.choice(list(self._ended))
        amount = self._dice.randint(1, self._ended[stake] - 1)
        outcome = Outcome(ActivityKind.STAKE_WITHDRAW, Counter({NATIVE: amount}))
        return self._step(
            [withdraw_stake(stake, self._wallet, self._wallet, amount)],
            outcome,
            lambda: self._ended.update({stake: self._ended[stake] - amount}),
        )

    def _take_all(self) -> Step:
        stake = self._dice.choice(list(self._ended))
        amount = self._ended[stake]
        outcome = Outcome(ActivityKind.STAKE_WITHDRAW, Counter({NATIVE: amount}), -self._reserve)
        instruction = withdraw_stake(stake, self._wallet, self._wallet, amount + self._reserve)

        def done() -> None:
            del self._ended[stake]

        return self._step([instruction], outcome, done)


class Issuing:
    """A Token-2022 mint with every extension that can be had together, its issuer, and two holders."""

    def __init__(
        self,
        issuer: Keypair,
        holders: Sequence[Keypair],
        mint: Mint,
        dice: random.Random,
        *,
        bears_interest: bool,
    ) -> None:
        self._issuer, self._holders, self._mint, self._dice = issuer, holders, mint, dice
        self._bears_interest = bears_interest
        self._withheld: Counter[Pubkey] = Counter()
        self._frozen = self._approved = False

    @property
    def _asset(self) -> str:
        return str(self._mint.address)

    def _account(self, owner: Pubkey) -> Pubkey:
        return associated_account(owner, self._mint.address, self._mint.program)

    def steps(self) -> list[Callable[[], Step]]:
        found = [
            self._administer, self._seize, self._destroy, self._mint_for, self._set_fee,
            self._toggle_approval, self._toggle_freeze, self._keep_minting, self._keep_freezing,
        ]  # fmt: skip
        if not self._frozen:
            found += [self._send, self._send]
        if any(self._withheld.values()):
            found += [self._collect]
        return found

    def _by_issuer(self, instruction: Instruction, outcome: Outcome) -> Step:
        return Step([instruction], [self._issuer], {self._issuer.pubkey(): outcome})

    def _send(self) -> Step:
        source, receiver = self._holders
        destination, amount = receiver.pubkey(), self._dice.randint(1, 10**5)
        fee = self._mint.fee(amount)
        outcomes = {
            source.pubkey(): Outcome(ActivityKind.TRANSFER_OUT, Counter({self._asset: -amount})),
            destination: Outcome(ActivityKind.TRANSFER_IN, Counter({self._asset: amount - fee})),
        }
        return Step(
            [transfer(self._mint, source.pubkey(), destination, amount)],
            [source],
            outcomes,
            lambda: self._withheld.update({destination: fee}),
        )

    def _collect(self) -> Step:
        """Fees that were withheld in accounts."""
        sources = [owner for owner, fee in self._withheld.items() if fee]
        issuer = self._issuer.pubkey()
        instruction = _extension(
            bytes([26, 3, len(sources)]),
            _meta(self._mint.address),
            _meta(self._account(issuer)),
            _meta(issuer, signs=True, writable=False),
            *(_meta(self._account(owner)) for owner in sources),
        )
        gained = sum(self._withheld.values())
        step = self._by_issuer(instruction, Outcome(ActivityKind.REWARD, Counter({self._asset: gained})))
        step.done = self._withheld.clear
        return step

    def _administer(self) -> Step:
        issuer, mint = self._issuer.pubkey(), self._mint.address
        authority = _meta(issuer, signs=True, writable=False)
        rate = self._dice.choice([-7, 0, 9])
        if self._bears_interest:
            shown = ("updateInterestBearingConfigRate", bytes([33, 1]) + struct.pack("<h", rate))
        else:
            shown = ("updateMultiplier", bytes([43, 1]) + struct.pack("<dq", 2.0, 0))
        name, data = self._dice.choice(
            [
                shown,
                ("updateTransferHook", bytes([36, 1]) + bytes(32)),
                ("updateMetadataPointer", bytes([39, 1]) + bytes(mint)),
                ("resume", bytes([44, 2])),
            ]
        )
        instruction = _extension(data, _meta(mint), authority)
        return self._by_issuer(
            instruction,
            Outcome(ActivityKind.PROGRAM_CALL, details={"instruction": name, "mint": self._asset}),
        )

    def _set_fee(self) -> Step:
        """The same fee again."""
        issuer = self._issuer.pubkey()
        instruction = _extension(
            bytes([26, 5]) + struct.pack("<HQ", self._mint.fee_basis_points, self._mint.maximum_fee),
            _meta(self._mint.address),
            _meta(issuer, signs=True, writable=False),
        )
        details = {"instruction": "setTransferFee"}
        return self._by_issuer(instruction, Outcome(ActivityKind.PROGRAM_CALL, details=details))

    def _seize(self) -> Step:
        """The permanent delegate takes what it likes."""
        issuer, victim = self._issuer.pubkey(), self._holders[0].pubkey()
        amount = self._dice.randint(1, 10**4)
        fee = self._mint.fee(amount)
        instruction = token.transfer_checked(
            models.TransferCheckedParams(
                program_id=self._mint.program,
                source=self._account(victim),
                mint=self._mint.address,
                dest=self._account(issuer),
                owner=issuer,
                amount=amount,
                decimals=self._mint.decimals,
            )
        )
        taken = Outcome(
            ActivityKind.TRANSFER_OUT, Counter({self._asset: -amount}), details={"moved_by": str(issuer)}
        )
        got = Outcome(ActivityKind.TRANSFER_IN, Counter({self._asset: amount - fee}))
        return Step(
            [instruction],
            [self._issuer],
            {victim: taken, issuer: got},
            lambda: self._withheld.update({issuer: fee}),
        )

    def _destroy(self) -> Step:
        issuer, victim = self._issuer.pubkey(), self._holders[0].pubkey()
        amount = self._dice.randint(1, 10**4)
        instruction = token.burn(
            models.BurnParams(
                program_id=self._mint.program,
                account=self._account(victim),
                mint=self._mint.address,
                owner=issuer,
                amount=amount,
            )
        )
        details = {"moved_by": str(issuer)}
        lost = Outcome(ActivityKind.BURN, Counter({self._asset: -amount}), details=details)
        return Step([instruction], [self._issuer], {victim: lost})

    def _mint_for(self) -> Step:
        issuer, receiver = self._issuer.pubkey(), self._dice.choice(self._holders).pubkey()
        amount = self._dice.randint(1, 10**6)
        instruction = token.mint_to(
            models.MintToParams(
                program_id=self._mint.program,
                mint=self._mint.address,
                dest=self._account(receiver),
                mint_authority=issuer,
                amount=amount,
            )
        )
        made = Outcome(ActivityKind.MINT, details={"amount": amount, "account": str(self._account(receiver))})
        got = Outcome(ActivityKind.TRANSFER_IN, Counter({self._asset: amount}))
        if self._frozen and receiver == self._holders[1].pubkey():
            return self._administer()
        return Step([instruction], [self._issuer], {issuer: made, receiver: got})

    def _toggle_freeze(self) -> Step:
        issuer, victim = self._issuer.pubkey(), self._holders[1].pubkey()
        account = self._account(victim)
        frozen = self._frozen
        program, mint = self._mint.program, self._mint.address
        if frozen:
            instruction = token.thaw_account(
                models.ThawAccountParams(program_id=program, account=account, mint=mint, authority=issuer)
            )
        else:
            instruction = token.freeze_account(
                models.FreezeAccountParams(program_id=program, account=account, mint=mint, authority=issuer)
            )
        kind = ActivityKind.THAW if frozen else ActivityKind.FREEZE
        outcome = Outcome(kind, details={"account": str(account), "authority": str(issuer)})

        def done() -> None:
            self._frozen = not frozen

        return Step([instruction], [self._issuer], {issuer: outcome, victim: outcome}, done)

    def _toggle_approval(self) -> Step:
        owner, delegate = self._holders[0], self._holders[1].pubkey()
        approved, account, amount = (
            self._approved,
            self._account(owner.pubkey()),
            self._dice.randint(0, 2**64 - 1),
        )
        if approved:
            instruction = token.revoke(
                models.RevokeParams(program_id=self._mint.program, account=account, owner=owner.pubkey())
            )
            outcome = Outcome(ActivityKind.REVOKE, details={"account": str(account)})
        else:
            instruction = token.approve(
                models.ApproveParams(
                    program_id=self._mint.program,
                    source=account,
                    delegate=delegate,
                    owner=owner.pubkey(),
                    amount=amount,
                )
            )
            details = {"account": str(account), "delegate": str(delegate), "amount": amount}
            outcome = Outcome(ActivityKind.APPROVE, details=details)

        def done() -> None:
            self._approved = not approved

        return Step([instruction], [owner], {owner.pubkey(): outcome}, done)

    def _keep_minting(self) -> Step:
        return self._hand_over(models.AuthorityType.MINT_TOKENS, "mintTokens")

    def _keep_freezing(self) -> Step:
        return self._hand_over(models.AuthorityType.FREEZE_ACCOUNT, "freezeAccount")

    def _hand_over(self, kind: models.AuthorityType, name: str) -> Step:
        """To the one who has it."""
        issuer = self._issuer.pubkey()
        instruction = token.set_authority(
            models.SetAuthorityParams(
                program_id=self._mint.program,
                account=self._mint.address,
                authority=kind,
                current_authority=issuer,
                new_authority=issuer,
            )
        )
        details = {"authority_type": name, "old_authority": str(issuer), "new_authority": str(issuer)}
        return self._by_issuer(instruction, Outcome(ActivityKind.AUTHORITY_CHANGE, details=details))


async def _table(chain: Chain, owner: Keypair, addresses: Sequence[Pubkey]) -> AddressLookupTableAccount:
    slot = (await chain.client.get_slot()).value
    create, table = system.create_lookup_table(
        system.CreateLookupTableParams(
            authority_address=owner.pubkey(), payer_address=owner.pubkey(), recent_slot=slot - 1
        )
    )
    extend = system.extend_lookup_table(
        system.ExtendLookupTableParams(
            lookup_table_address=table,
            authority_address=owner.pubkey(),
            payer_address=owner.pubkey(),
            new_addresses=list(addresses),
        )
    )
    await chain.run("table", [create, extend], [owner])
    return AddressLookupTableAccount(table, list(addresses))


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def _activities(
    http: aiohttp.ClientSession, url: str, signature: str, wallet: Pubkey
) -> list[Activity | None]:
    found = []
    for encoding in ENCODINGS:
        options = {"commitment": "confirmed", "encoding": encoding, "maxSupportedTransactionVersion": 1}
        body = {"jsonrpc": "2.0", "id": 1, "method": "getTransaction", "params": [signature, options]}
        async with http.post(url, json=body) as response:
            found.append(decode_transaction(json.loads(await response.read())["result"], str(wallet)))
    return found


def _told(activity: Activity) -> Counter[str]:
    sums: Counter[str] = Counter()
    for leg in activity.legs:
        sums[leg.asset] += leg.amount
    return Counter({asset: amount for asset, amount in sums.items() if amount})


@pytest.mark.parametrize(("seed", "bears_interest"), [(1, False), (2, True), (3, False)])
async def test_a_single_step_is_named_and_reckoned(
    http: aiohttp.ClientSession, seed: int, bears_interest: bool
) -> None:
    dice = random.Random(seed)
    issuer, *holders = people = [Keypair() for _ in range(3)]
    async with running_node(slot_ms=5) as node, Chain(node.url) as chain:
        for person in people:
            await chain.airdrop(person.pubkey(), 10**13)
        extensions = Extensions(
            transfer_fee=(250, 10**9),
            metadata=Metadata("Everything", "ALL"),
            permanent_delegate=issuer.pubkey(),
            pausable=issuer.pubkey(),
            transfer_hook=Pubkey.default(),
            interest_basis_points=5 if bears_interest else None,
            multiplier=None if bears_interest else 1.5,
        )
        mint, _ = await chain.create_mint(issuer, freeze_authority=issuer.pubkey(), extensions=extensions)
        for person in people:
            await chain.mint_to(mint, issuer, person.pubkey(), 10**12)
        vote, _ = await chain.create_validator(issuer)
        reserve = (await chain.client.get_minimum_balance_for_rent_exemption(STAKE_ACCOUNT_SIZE)).value
        staking = Staking(holders[0], vote, reserve, dice)
        issuing = Issuing(issuer, holders, mint, dice, bears_interest=bears_interest)
        table = await _table(
            chain, issuer, [vote, CLOCK, STAKE_HISTORY, mint.address, *(p.pubkey() for p in people)]
        )
        seen: Counter[ActivityKind] = Counter()
        for _ in range(STEPS):
            step = dice.choice(dice.choice([staking.steps, issuing.steps])())()
            version: Any = dice.choice(["legacy", 0, 1])
            fails = dice.random() < FAILING
            instructions = step.instructions
            payer = step.signers[0].pubkey()
            if fails:
                instructions = [*instructions, pay(payer, vote, OVER_ANY_BALANCE)]
            options = {"version": version, "lookup_tables": [table] if version == 0 else []}
            action = await chain.run("step", instructions, step.signers, fails=fails, **options)
            for wallet, outcome in step.outcomes.items():
                activities = await _activities(http, node.url, action.signature, wallet)
                assert activities[0] == activities[1] == activities[2]
                _check(activities[0], outcome, fails=fails, pays=wallet == payer)
            seen.update({ActivityKind.FAILED} if fails else {o.kind for o in step.outcomes.values()})
            if not fails:
                step.done()
        assert len(seen) > 10, seen


def _check(activity: Activity | None, outcome: Outcome, *, fails: bool, pays: bool) -> None:
    if fails:
        if pays:
            assert activity is not None
            assert (activity.kind, activity.legs, activity.rent) == (ActivityKind.FAILED, (), 0)
            assert activity.fee > 0
        else:
            assert activity is None
        return
    assert activity is not None
    assert activity.kind is outcome.kind, activity.to_dict()
    assert _told(activity) == outcome.gains, activity.to_dict()
    assert activity.rent == outcome.rent, activity.to_dict()
    assert (activity.fee > 0) is pays
    assert activity.details.items() >= outcome.details.items()

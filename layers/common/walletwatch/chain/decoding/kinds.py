"""What a person would call it.

Rules, the first that fits (name: what is seen -> the kind):

- vote: a vote that the wallet signed, or whose vote account it is -> vote
- assets: an asset of mpl-core, or a compressed one, was made, burned, or changed hands
  -> nft_in, nft_out, nft_purchase, nft_sale, nft_listing, order_cancel, nft_mint, burn
- stake: Stake instructions of the wallet that serve no pool, by the first of delegate, deactivate, withdraw,
  any other -> stake, stake_deactivate, stake_withdraw, stake_change
- creation: the wallet signed, and a mint was made that is no pool's and no position's
  -> nft_mint if it got one indivisible token of it, else token_create
- protocol: the wallet signed a known protocol's instruction, or that of a program that is not known which
  invoked one, and legs that fit it -> what the protocol's module says
- counterpart: somebody else's purchase, fill or claim paid the wallet, or brought it the asset
  -> nft_sale, nft_purchase, order_fill, order_cancel, reward
- exchange: something given and something received:
  - several assets for one that was minted -> liquidity_add
  - one asset that was burned for several -> liquidity_remove
  - an indivisible token on one side -> nft_mint, nft_purchase, nft_sale
  - anything else -> swap
- one way: something given or received:
  - both inside a program that trades, with this left in the end: an arbitrage -> swap
  - received: minted by the wallet itself -> mint or nft_mint; indivisible -> nft_in; else transfer_in
  - given: burned -> burn; indivisible -> nft_out; else transfer_out
  - by a program that the wallet called, and neither of the above -> program_call
- hidden: a confidential transfer of Token-2022, whose amount nobody sees -> transfer_out, transfer_in
- powers: approve, revoke, setAuthority, freeze, thaw on what is the wallet's -> approve … thaw
- supply: the wallet signed, and minted for somebody else -> mint
- call: it signed, and a program that is more than plumbing was called -> program_call
- itself: moved between accounts of its own, wrapped, unwrapped -> self_transfer
- accounts: rent paid or had back, somebody else made or closed a token account of it, or it closed
  somebody else's -> account_create, account_close
- nothing sent: a transfer of nothing -> transfer_in, transfer_out
- administration: it signed, and changed a token by another instruction of its program -> program_call
- rest: it signed -> fee_only

A transaction that failed is `failed` before any rule is asked.
If none fits, the transaction names the wallet and did nothing to it: it does not concern it.
"""

from typing import Final

from walletwatch.chain.decoding.rules import balances, powers, protocols, staking
from walletwatch.chain.decoding.rules.named import Named
from walletwatch.chain.decoding.scene import Scene

_RULES: Final = (
    staking.vote,
    staking.assets,
    staking.stake,
    protocols.creation,
    protocols.protocol,
    protocols.counterpart,
    balances.exchange,
    balances.one_way,
    balances.hidden,
    powers.powers,
    powers.supply,
    powers.call,
    balances.itself,
    balances.accounts,
    balances.nothing_sent,
    powers.administration,
    powers.rest,
)


def name_kind(scene: Scene) -> Named:
    """The kind and its details; None where the transaction does not concern the wallet."""
    for rule in _RULES:
        named = rule(scene)
        if named is not None:
            return named
    return None

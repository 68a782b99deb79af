"""Methods about the cluster and its slots."""

from typing import Any

from svm_node.rpc.params import Params, as_pubkey, wrong_type
from svm_node.rpc.registry import API_VERSION, RpcContext, rpc_method, with_context

_FEATURE_SET = 0


@rpc_method("getHealth")
def get_health(context: RpcContext, params: Params) -> Any:  # noqa: ARG001 - a method takes both
    """Whether the node keeps up; a fault says when it does not."""
    return "ok"


@rpc_method("getVersion")
def get_version(context: RpcContext, params: Params) -> Any:  # noqa: ARG001 - a method takes both
    """The software's version."""
    return {"solana-core": API_VERSION, "feature-set": _FEATURE_SET}


@rpc_method("getGenesisHash")
def get_genesis_hash(context: RpcContext, params: Params) -> Any:  # noqa: ARG001 - a method takes both
    """The hash that tells this chain from any other; a new one with every start."""
    return context.chain.genesis_hash


@rpc_method("getIdentity")
def get_identity(context: RpcContext, params: Params) -> Any:  # noqa: ARG001 - a method takes both
    """The node's key; the faucet's, as the node has no other."""
    return {"identity": str(context.chain.faucet.pubkey())}


@rpc_method("getSlot")
def get_slot(context: RpcContext, params: Params) -> Any:
    """The newest slot at a level."""
    return context.bank_slot(params.config(0))


@rpc_method("getBlockHeight")
def get_block_height(context: RpcContext, params: Params) -> Any:
    """Blocks below the newest one at a level."""
    config = params.config(0)
    context.bank_slot(config)
    return context.chain.block_at(config.commitment()).height


@rpc_method("getEpochInfo")
def get_epoch_info(context: RpcContext, params: Params) -> Any:
    """Where in its epoch the chain stands."""
    slot = context.bank_slot(params.config(0))
    chain = context.chain
    block = chain.ledger.block(slot)
    per_epoch = chain.options.slots_per_epoch
    return {
        "absoluteSlot": slot,
        "blockHeight": block.height if block else None,
        "epoch": chain.epoch_of(slot),
        "slotIndex": slot % per_epoch,
        "slotsInEpoch": per_epoch,
        "transactionCount": chain.ledger.transaction_count,
    }


@rpc_method("getEpochSchedule")
def get_epoch_schedule(context: RpcContext, params: Params) -> Any:  # noqa: ARG001 - a method takes both
    """How slots make epochs."""
    per_epoch = context.chain.options.slots_per_epoch
    return {
        "slotsPerEpoch": per_epoch,
        "leaderScheduleSlotOffset": per_epoch,
        "warmup": False,
        "firstNormalEpoch": 0,
        "firstNormalSlot": 0,
    }


@rpc_method("getTransactionCount")
def get_transaction_count(context: RpcContext, params: Params) -> Any:
    """Transactions since genesis."""
    context.bank_slot(params.config(0))
    return context.chain.ledger.transaction_count


@rpc_method("getLatestBlockhash")
def get_latest_blockhash(context: RpcContext, params: Params) -> Any:
    """The newest blockhash at a level and how long it lasts."""
    config = params.config(0)
    slot = context.bank_slot(config)
    blockhash, last_valid = context.chain.latest_blockhash(config.commitment())
    return with_context(slot, {"blockhash": blockhash, "lastValidBlockHeight": last_valid})


@rpc_method("isBlockhashValid")
def is_blockhash_valid(context: RpcContext, params: Params) -> Any:
    """Whether transactions with a blockhash are still accepted."""
    blockhash, config = str(params.pubkey(0)), params.config(1)
    slot = context.bank_slot(config)
    return with_context(slot, context.chain.is_blockhash_valid(blockhash, config.commitment()))


@rpc_method("getInflationReward")
def get_inflation_reward(context: RpcContext, params: Params) -> Any:
    """The staking rewards of some accounts for an epoch, by default the last one."""
    texts = params.required(0)
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise wrong_type(texts, "a sequence")
    addresses = [as_pubkey(text) for text in texts]
    config = params.config(1)
    slot = context.bank_slot(config)
    epoch = config.u64("epoch")
    if epoch is None:
        epoch = max(0, context.chain.epoch_of(slot) - 1)
    rewards = (context.chain.rewards.get((address, epoch)) for address in addresses)
    return [
        None
        if reward is None or reward.slot > slot
        else {
            "epoch": reward.epoch,
            "effectiveSlot": reward.slot,
            "amount": reward.lamports,
            "postBalance": reward.balance,
            "commission": 0,
        }
        for reward in rewards
    ]

"""Making a LiteSVM that a chain can be built on."""

from dataclasses import dataclass

from solders.epoch_schedule import EpochSchedule
from solders.litesvm import FeatureSet, LiteSVM
from solders.pubkey import Pubkey

_P_TOKEN_FEATURE = Pubkey.from_string("ptokFjwyJtrwCa9Kgo9xoDS59V4QccBGEaRFnRPnSdP")


@dataclass(frozen=True, slots=True)
class RuntimeOptions:
    """What the programs do.

    Attributes:
        p_token: Whether the classic Token program is p-token, as on mainnet, which logs nothing for a
            transfer; False: the older program, which logs "Instruction: Transfer".
    """

    p_token: bool = True


def make_svm(options: RuntimeOptions, slots_per_epoch: int) -> LiteSVM:
    """A LiteSVM whose blockhashes and duplicates are checked by us, and whose epochs have no warm-up."""
    features = FeatureSet.all_enabled()
    if not options.p_token:
        features.deactivate(_P_TOKEN_FEATURE)
    svm = (
        LiteSVM.default()
        .with_feature_set(features)
        .with_builtins()
        .with_lamports(10**15)
        .with_sysvars()
        .with_default_programs()
        .with_sigverify(True)
        .with_blockhash_check(False)
        .with_transaction_history(0)
    )
    svm.set_epoch_schedule(EpochSchedule.custom(slots_per_epoch, slots_per_epoch, False))
    return svm

"""A program that every transfer asks, and who can put one there; an address of zeros is none."""

from collections.abc import Iterator

from walletwatch.domain.inspection.authorities import MintAuthorities
from walletwatch.domain.inspection.mint import MintState, TransferHook
from walletwatch.domain.risk import CannotTell, Evidence, Finding, Unknown, UnknownReason
from walletwatch.scanner.check import Check
from walletwatch.scanner.token.powers import power


def _look(mint: MintState, authorities: MintAuthorities) -> Iterator[Finding]:
    hook = mint.extensions.hook
    if hook is None:
        return
    if hook.program is None:
        yield from _settable(mint, hook, authorities)
        return
    program = authorities.hook
    if program is None:
        raise CannotTell(UnknownReason.UNREADABLE)
    evidence = Evidence(mint.address, "transfer_hook.program_id", hook.program, mint.slot)
    if isinstance(program, Unknown):
        # It weighs as one that nobody can change, which is the least that it can be.
        yield Finding("hook_unread", (evidence,), {"program": hook.program})
        raise CannotTell(program.reason)
    if not program.exists:
        yield Finding("hook_without_program", (evidence,), {"program": hook.program})
    elif program.upgrade_authority is None:
        yield Finding("hook_fixed", (evidence,), {"program": hook.program})
        yield from _settable(mint, hook, authorities)
    else:
        can_replace = Evidence(hook.program, "upgrade_authority", program.upgrade_authority, authorities.slot)
        yield Finding("hook_active", (evidence, can_replace), {"program": hook.program})


def _settable(mint: MintState, hook: TransferHook, authorities: MintAuthorities) -> Iterator[Finding]:
    found = power("hook_can_be_set", mint.address, "transfer_hook.authority", hook.authority, authorities)
    if found is not None:
        yield found


CHECK = Check("transfer_hook", (MintState, MintAuthorities), _look)

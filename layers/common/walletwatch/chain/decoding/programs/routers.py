"""Routers: they trade through the pools of others.

From the public IDLs of Jupiter v4 and v6, OKX's router and its second program, and DFlow.
"""

from typing import Final

from walletwatch.chain.decoding.layouts import anchor, program
from walletwatch.domain.activities import ActivityKind

_SWAP: Final = ActivityKind.SWAP

_JUPITER: Final = anchor(
    {
        _SWAP: "route route_v2 route_with_token_ledger shared_accounts_route shared_accounts_route_v2"
        " shared_accounts_route_with_token_ledger exact_out_route exact_out_route_v2"
        " shared_accounts_exact_out_route shared_accounts_exact_out_route_v2",
    }
)

_OKX: Final = anchor(
    {
        _SWAP: "swap swap2 swap3 swap_v3 swap_tob swap_tob_v2 swap_tob_v3 swap_tob_v3_enhanced"
        " swap_tob_v3_with_receiver swap_toc swap_toc_v2 proxy_swap from_swap_log"
        " commission_spl_swap commission_spl_swap2 commission_sol_swap commission_sol_swap2"
        " commission_sol_proxy_swap commission_spl_proxy_swap commission_sol_from_swap"
        " commission_spl_from_swap commission_swap_v3 platform_fee_sol_proxy_swap"
        " platform_fee_spl_proxy_swap platform_fee_sol_proxy_swap_v2 platform_fee_spl_proxy_swap_v2",
        ActivityKind.SELF_TRANSFER: "wrap_unwrap_v3 commission_wrap_unwrap commission_wrap_unwrap_v3"
        " platform_fee_sol_wrap_unwrap platform_fee_sol_wrap_unwrap_v2",
    }
)

_DFLOW: Final = anchor(
    {
        _SWAP: "swap swap2 swap_with_destination swap2_with_destination swap_with_destination_native"
        " swap2_with_destination_native",
        ActivityKind.ORDER_OPEN: "open_order",
        ActivityKind.ORDER_FILL: "fill_order",
        ActivityKind.ORDER_CANCEL: "close_order",
        ActivityKind.SELF_TRANSFER: "wrap_sol unwrap_sol",
    }
)

PROGRAMS: Final = (
    program("JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4", "Jupiter", _JUPITER),
    program("JUP4Fb2cqiRUcaTHdrPC8h2gNsA2ETXiPDD33WcGuJB", "Jupiter", _JUPITER),
    program("6m2CDdhRgxpH4WjvdzxAYbGxwdGUz5MziiL5jek2kBma", "OKX", _OKX),
    program("proVF4pMXVaYqmy4NjniPh4pqKNfMmsihgd4wdkCX3u", "OKX", _OKX),
    program("DF1ow4tspfHX9JwWJsAb9epbkA8hmpSEAtxXy1V27QBH", "DFlow", _DFLOW),
)

"""A Solana-compatible node over LiteSVM: JSON-RPC, PubSub, commitment levels, and faults on demand.

What it does not do: keep the chain over a restart, run preflights and simulations on anything older than
the open block, scale the shown amounts of interest-bearing and scaled tokens, pay
rewards, or parse vote accounts.

- `svm_node.__main__`: the node as a process.
- `svm_node.testing`: the node inside a test.
- `svm_node.control`, `svm_node.faults`: the control API.
"""

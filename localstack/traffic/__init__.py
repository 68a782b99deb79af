"""Makes wallets, mints and transfers on an SVM chain through its plain JSON-RPC."""

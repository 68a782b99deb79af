"""What is asked of a wallet, one module a check; each exports `CHECK`, named in `scanner.wallet_checks`."""

"""What is asked of a wallet, one module a check; each exports `CHECK`, and `scanner.registry` names it."""

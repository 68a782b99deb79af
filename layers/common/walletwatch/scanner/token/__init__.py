"""What is asked of a token, one module a check; each exports `CHECK`, and `scanner.registry` names it."""

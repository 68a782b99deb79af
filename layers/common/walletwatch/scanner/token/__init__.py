"""What is asked of a token, one module a check; each exports `CHECK`, and `scanner.token_checks` names it."""

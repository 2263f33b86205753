"""The nouns: frozen values without behaviour that reaches outside."""

"""A page recorded by the debugging protocol, where the network log cannot be used."""

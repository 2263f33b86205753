"""The only way out: a SOCKS5 proxy of ours that resolves, judges, connects and writes down."""

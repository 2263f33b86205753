"""Web pages into WARC: one engine without a browser, one that records a real browser."""

"""The engine without a browser, and the requests of our own."""

"""The browser engine: a real Chromium, its process, its protocol, its verdict."""

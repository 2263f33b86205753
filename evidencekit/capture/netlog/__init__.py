"""Chromium's own network log, read beside the page and written as WARC."""

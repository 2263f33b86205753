"""What every recorder of a browser's traffic hands on: exchanges, two WARC files, their count."""

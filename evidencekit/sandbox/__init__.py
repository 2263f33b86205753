"""Worker processes for parsers of hostile files: limited, killable, reused."""

"""Documents of Hangul that are zip files of XML (HWPX; KS X 6101)."""

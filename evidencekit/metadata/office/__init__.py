"""Documents that are zip files of XML: Office (ECMA-376), HWPX (KS X 6101), OpenDocument."""

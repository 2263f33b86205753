"""Names of styles that every word processor has; any other name is somebody's own (§17.7.4.9)."""

_COUNTED = ("heading", "toc", "index", "List", "List Bullet", "List Number", "List Continue")
STYLE_NAMES = frozenset(
    {
        "Normal", "Title", "Subtitle", "Strong", "Emphasis", "Intense Emphasis", "Subtle Emphasis",
        "Quote", "Intense Quote", "Subtle Reference", "Intense Reference", "Book Title",
        "List Paragraph", "No Spacing", "Body Text", "Body Text Indent", "Plain Text", "caption",
        "header", "footer", "page number", "Hyperlink", "FollowedHyperlink", "Table Grid",
        "Normal Table", "No List", "Default Paragraph Font", "footnote text", "footnote reference",
        "endnote text", "endnote reference", "TOC Heading", "Balloon Text", "Normal (Web)",
        "Document Map", "Date", "Signature", "Closing", "Salutation", "Block Text", "macro",
        "table of figures", "line number", "Placeholder Text", "Light Shading", "Light List",
        "Light Grid", "annotation text", "annotation reference", "annotation subject",
    }
) | {f"{name} {number}" for name in _COUNTED for number in range(1, 10)}  # fmt: skip

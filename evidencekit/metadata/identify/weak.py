"""Types whose magic is short, or need not stand at the start; each is checked a second way."""

_PDF_WINDOW = 1024  # ISO 32000-1 Annex H.3, note 13: readers accept the header in here
_BMP_HEADERS = tuple(
    bytes((n,)) for n in (12, 16, 40, 52, 56, 64, 108, 124)
)  # sizes of the known DIB headers


def identify_weakly(head: bytes, *, size: int) -> str | None:
    """Identify by weak magic; None where nothing fits twice."""
    checks = (
        ("audio/mpeg", head.startswith(b"ID3") and _is_synchsafe(head[6:10])),
        ("audio/mpeg", _is_mpeg_audio(head, size)),
        (
            "image/bmp",
            head.startswith(b"BM") and head[14:15] in _BMP_HEADERS and not any(head[6:10]),
        ),
        (
            "application/vnd.microsoft.portable-executable",
            head.startswith(b"MZ") and b"PE\0\0" in head,
        ),
        ("application/x-tar", head[257:262] == b"ustar"),
        ("application/pdf", b"%PDF-" in head[:_PDF_WINDOW]),
    )
    return next((media_type for media_type, fits in checks if fits), None)


def _is_synchsafe(size: bytes) -> bool:
    """ID3v2.4 §6.2: no size byte has its top bit set."""
    return len(size) == _SIZE_LENGTH and size.isascii()


_SIZE_LENGTH, _FRAME_HEADER = 4, 4
_SYNC_AND_LAYER = 0b111_00_11_0  # of the second header byte
_LAYER_3 = 0b111_00_01_0
_KBITS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBITS_LOW = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_VERSIONS = {  # code: kbit/s, samples per frame / 8, sampling halved so often
    0b11: (_KBITS, 144, 0),
    0b10: (_KBITS_LOW, 72, 1),
    0b00: (_KBITS_LOW, 72, 2),
}


def _is_mpeg_audio(head: bytes, size: int) -> bool:
    """Layer III without ID3: a frame header, and another where the first frame ends."""
    length = _mpeg_frame_length(head[:4])
    return length > 0 and (length == size or _mpeg_frame_length(head[length : length + 4]) > 0)


def _mpeg_frame_length(header: bytes) -> int:
    """ISO 11172-3 §2.4.2.3, ISO 13818-3 §2.4.2.3; 0 for what is no Layer III header."""
    if len(header) < _FRAME_HEADER or not header.startswith(b"\xff"):
        return 0
    if header[1] & _SYNC_AND_LAYER != _LAYER_3:
        return 0
    rate, sampling, padding = header[2] >> 4, header[2] >> 2 & 3, header[2] >> 1 & 1
    version = _VERSIONS.get(header[1] >> 3 & 3)
    if version is None or rate in {0, 15} or sampling not in {0, 1, 2}:
        return 0
    kbits, samples, halvings = version
    hertz = (44_100, 48_000, 32_000)[sampling] >> halvings
    return samples * kbits[rate] * 1000 // hertz + padding

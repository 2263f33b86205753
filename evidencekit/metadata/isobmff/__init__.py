"""ISO base media files: MP4, QuickTime, 3GPP, M4A (ISO/IEC 14496-12)."""

"""Pictures in ISO base media: HEIC, HEIF, AVIF (ISO/IEC 23008-12)."""

"""Identifiers of elements that are read or written (RFC 9559 §5.1; matroska.org for later ones)."""

from collections.abc import Mapping
from types import MappingProxyType

EBML, DOC_TYPE = 0x1A45DFA3, 0x4282
SEGMENT, SEEK_HEAD, INFO, TRACKS = 0x18538067, 0x114D9B74, 0x1549A966, 0x1654AE6B
CLUSTER, CUES, TAGS, ATTACHMENTS, CHAPTERS = (
    0x1F43B675, 0x1C53BB6B, 0x1254C367, 0x1941A469, 0x1043A770,
)  # fmt: skip
VOID, CRC = 0xEC, 0xBF
TOP = frozenset(
    {SEGMENT, SEEK_HEAD, INFO, TRACKS, CLUSTER, CUES, TAGS, ATTACHMENTS, CHAPTERS, EBML}
)
SEEK, SEEK_ID, SEEK_POSITION = 0x4DBB, 0x53AB, 0x53AC
SCALE, DURATION, MUXING_APP, WRITING_APP, DATE = 0x2AD7B1, 0x4489, 0x4D80, 0x5741, 0x4461
ENTRY, NUMBER, UID, TYPE, CODEC, PRIVATE = 0xAE, 0xD7, 0x73C5, 0x83, 0x86, 0x63A2
LANGUAGE, VIDEO, AUDIO, ENCODINGS = 0x22B59C, 0xE0, 0xE1, 0x6D80
TIMESTAMP, SIMPLE_BLOCK, GROUP, BLOCK = 0xE7, 0xA3, 0xA0, 0xA1
BLOCK_DURATION, REFERENCE, DISCARD = 0x9B, 0xFB, 0x75A2
CUE_POINT, CUE_TIME, CUE_PLACES, CUE_TRACK, CUE_CLUSTER = 0xBB, 0xB3, 0xB7, 0xF7, 0xF1
TAG, SIMPLE_TAG, TAG_NAME, TAG_STRING = 0x7373, 0x67C8, 0x45A3, 0x4487
FILE, FILE_NAME, FILE_TYPE, FILE_DATA, FILE_TEXT = 0x61A7, 0x466E, 0x4660, 0x465C, 0x467E

MASTERS = frozenset(
    {
        INFO, TRACKS, ENTRY, VIDEO, AUDIO, TAGS, TAG, SIMPLE_TAG, ATTACHMENTS, FILE, CHAPTERS,
        0x45B9, 0xB6, 0x80, 0x63C0,  # an edition, a chapter, how it is shown, whom a tag is for
    }
)  # fmt: skip
"""Elements that hold others, as far as they are read for what they say."""
TEXTS: Mapping[int, str] = MappingProxyType(
    {
        0x7BA9: "Title", MUXING_APP: "MuxingApp", WRITING_APP: "WritingApp",
        0x7384: "SegmentFilename", 0x3C83AB: "PrevFilename", 0x3E83BB: "NextFilename",
        0x536E: "TrackName", 0x258688: "CodecName", 0x3A9697: "CodecSettings",
        FILE_NAME: "AttachedFileName", FILE_TEXT: "AttachedFileDescription", 0x85: "ChapterTitle",
    }
)  # fmt: skip
IDENTIFIERS: Mapping[int, str] = MappingProxyType(
    {0x73A4: "SegmentUID", 0x4444: "SegmentFamily", UID: "TrackUID", 0x46AE: "AttachedFileUID"}
)

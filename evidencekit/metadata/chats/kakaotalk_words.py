"""What KakaoTalk itself writes into a conversation, in Korean and English.

None of it is certain: a person can write the same words. Where nothing but the words tells them
apart, what is made of them says so.
"""

import re

from evidencekit.metadata.chats.message import Kind

_DELETED = frozenset(
    {
        "삭제된 메시지입니다.", "메시지가 삭제되었습니다.", "This message was deleted.",
        "The message has been deleted.", "This message has been deleted.",
    }
)  # fmt: skip
_HIDDEN = ("채팅방 관리자가 메시지를 가렸습니다.", "운영정책을 위반한 메시지로 신고 접수 시")
_MOVED = (
    "님이 들어왔습니다", "님이 나갔습니다", "님을 내보냈습니다", "님이 방장이 되었습니다",
    " joined this chatroom", " left this chatroom", " has been removed from this chatroom",
)  # fmt: skip
_INVITED = ("님을 초대했습니다", "님을 초대하였습니다")
_MAX_LINE = 2_000
_CALL = re.compile(
    r"(?:보이스톡|페이스톡|그룹콜|Voice Call|Video Call|Group Call)"
    r"(?: (?:해요|취소|부재중|거절|종료|응답 없음|Canceled|Cancelled|Missed|Declined|Ended"
    r"|\d{1,2}:\d\d(?::\d\d)?))?\.?",
    re.IGNORECASE,
)
_MEDIA = re.compile(
    r"(?:사진|동영상|음성메시지)(?: \d+장)?|(?:Photos?|Videos?|Voice (?:message|note))(?: \d+)?",
    re.IGNORECASE,
)
_FILE = re.compile(
    r"(?:파일|File): ?(.+)"
    r'|([^\\/:*?"<>|]{1,120}'
    r"\.(?:jpe?g|png|gif|webp|heic|mp4|mov|m4a|aac|mp3|pdf|zip|txt|docx?|pptx?|hwpx?|xlsx?))",
    re.IGNORECASE,
)
_MAX_FILES = 500


def kind_of(text: str) -> Kind:
    """Tell what somebody's message is."""
    said = text.strip()
    if said in _DELETED:
        return "deleted"
    return "call" if _CALL.fullmatch(said) else "message"


def kind_of_bare(text: str) -> Kind | None:
    """Tell what a line without time and name is; None where it is no line of the program."""
    said = text.strip()
    if said in _DELETED:
        return "deleted"
    return "system" if said.startswith(_HIDDEN) or _is_move(said) else None


def is_of_program(text: str, sender: str) -> bool:
    """Whether what stands beside a name reads like what the program says of somebody."""
    said = text.strip()
    return "\n" not in said and (_is_move(said) or said.startswith(f"{sender} invited "))


def _is_move(said: str) -> bool:
    """Whether a line says who came, left, was invited or put out."""
    if len(said) > _MAX_LINE:
        return False
    bare = said.removesuffix(".")
    return bare.endswith(_MOVED) or (bare.endswith(_INVITED) and "님이 " in bare)


def files_of(text: str) -> tuple[str, ...]:
    """Return the files that a message names: all of its lines, or none."""
    lines = text.strip().split("\n", _MAX_FILES)
    if len(lines) == 1 and _MEDIA.fullmatch(lines[0]):
        return (lines[0],)
    found = [_FILE.fullmatch(one.strip()) for one in lines]
    return tuple((one[1] or one[2]).strip() for one in found if one) if all(found) else ()

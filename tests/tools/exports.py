"""Exports of conversations as messengers write them, made up; nobody in them is real."""

import json

WINDOWS = """홍길동 님과 카카오톡 대화
저장한 날짜 : 2026-02-09 10:50:11

--------------- 2026년 2월 9일 월요일 ---------------
[홍길동] [오전 12:03] 자정이 조금 지났다
[[팀] 김: 철수] [오후 12:30] 점심
둘째 줄
[가짜 머리] 는 이어지는 줄이다

넷째 줄
[홍길동] [오후 1:05] 사진
[홍길동] [오후 1:06] 파일: 계약서.pdf
[김철수] [오후 1:07] 삭제된 메시지입니다.
[김철수] [오후 1:08] 보이스톡 해요
--------------- 2026년 2월 10일 화요일 ---------------
[홍길동] [오전 9:03] 다음 날
"""
WINDOWS_ENGLISH = """Hong with KakaoTalk Chats
Date Saved : 2026-02-09 10:50:11

--------------- Monday, February 9, 2026 ---------------
[Hong] [12:03 AM] after midnight
[Kim] [12:30 PM] noon
"""
ANDROID = """홍길동 님과 카카오톡 대화
저장한 날짜 : 2026년 2월 9일 오전 10:50


2026년 2월 9일 월요일
2026년 2월 9일 오전 9:03, 홍길동 : 안녕
이어지는 줄
2026년 2월 9일 오전 9:04, 홍길동님이 나갔습니다.
2026년 2월 9일 오후 9:05, 김: 철수 : 콜론이 있는 이름
"""
IOS = """홍길동 님과 카카오톡 대화
저장한 날짜 : 2026. 2. 9. 오전 10:50

2026년 2월 9일 월요일
2026. 2. 9. 오전 9:03, 홍길동 : 안녕
2026. 2. 9. 오전 9:04: 홍길동님이 들어왔습니다.
2026. 2. 9. 21:05, 김철수 : 스물네 시간
"""
CSV = (
    "Date,User,Message\r\n"
    '2026-02-09 09:03:11,"홍길동","안녕"\r\n'
    '2026-02-09 09:04:00,"김철수","여러\n줄, ""따옴표"" 있음"\r\n'
)
WINDOWS_OPEN = """제보방 카카오톡 대화
저장한 날짜 : 2026-02-09 10:50:11

--------------- 2026년 2월 9일 월요일 ---------------
홍길동님이 들어왔습니다.
운영정책을 위반한 메시지로 신고 접수 시 카카오톡 이용에 제한이 있을 수 있습니다.
[홍길동] [오전 9:03] 안녕
김철수님이 나갔습니다.
채팅방 관리자가 메시지를 가렸습니다.
[홍길동] [오전 9:04] 누가 썼다
이영희님이 나갔습니다.
라고 거기 써 있었다
[김철수] [오전 9:05] [홍길동] [오전 9:06] 누구의 말인가
메시지가 삭제되었습니다.
--------------- 2026년 2월 10일 화요일 ---------------
이영희님이 홍길동님과 김철수님을 초대하였습니다.
[이영희] [오후 11:59] 다음 날
"""
WINDOWS_MIXED = """Room with KakaoTalk Chats
Date Saved : 2026-02-09 17:00:00

--------------- 2026년 2월 9일 월요일 ---------------
[Alice] [AM 9:04] first
[Bob] [PM 12:16] second
The message has been deleted.
Bob left this chatroom.
"""
ANDROID_ENGLISH = """KakaoTalk Chats with Hong
Date Saved : February 9, 2026 10:50 PM

Monday, February 9, 2026
February 9, 2026, 9:03 AM, Hong : hi
February 9, 2026 at 9:04\u202fPM, Kim : a narrow space
February 9, 2026 at 9:05\u202fp.m., Kim : a: b : c
February 9, 2026, 9:06 PM, Kim left this chatroom.
"""
IOS_HALF = """Talk_2026.2.9 21:37-1.txt
저장한 날짜 : 2026. 2. 9. 오전 10:50

2026년 2월 9일 월요일
2026. 2. 9. AM 9:03, 홍길동 : 아침
2026. 2. 9. PM 9:03, 홍길동 : 저녁
2026. 2. 9. PM 9:04: 채팅방 관리자가 메시지를 가렸습니다.
2026. 2. 9. PM 9:05, 홍길동 : 1a2b.jpg
사진 둘.png
"""
IOS_BRITISH = """KakaoTalk Chats with Hong.txt
Date Saved : 9 Feb 2026 at 21:37

Monday, 9 February 2026
9 Feb 2026 at 21:03, Hong : hi
9 Feb 2026 at 21:04: Kim joined this chatroom.
"""
CSV_MAC = (
    "Date,User,Message\n"
    '2026-02-09 09:03:11,"홍길동","여러\n줄"\n'
    '2026-02-09 09:03:30,"","시스템 알림"\n'
    '2026-02-09 09:04:00,"김철수","김철수 invited 홍길동 and."\n'
    '2026-02-09 09:05:00,"홍길동","홍길동님이 나갔습니다."\n'
    ',"","The message has been deleted."\n'
    '2026-02-09 09:06:00,"김철수","삭제된 메시지입니다."\n'
    '2026-02-09 09:07:00,"김철수","계약서.pdf"\n'
)
LINE = """[LINE] 홍길동님과의 대화
저장일시 : 2026/02/09 10:50

2026/02/09(월)
09:03\t홍길동\t안녕
09:04\t홍길동님이 대화를 나갔습니다.
오후 9:05\t김철수\t[사진]
둘째 줄
"""
WHATSAPP_IOS = (
    "[27/12/2026, 18:51:14] Kim: \u200ehello\n"
    "second line\n"
    "\u200e[27/12/2026, 18:52:00] Lee: \u200e<attached: 0001-PHOTO.jpg>\n"
    "[27/12/2026, 18:53:00] Lee: This message was deleted.\n"
)
WHATSAPP_ANDROID = (
    "02/03/2026, 18:50 - Messages and calls are end-to-end encrypted.\n"
    "02/03/2026, 18:51 - Kim: which day is this\n"
    "02/03/2026, 6:52 PM - Lee: IMG-1.jpg (file attached)\n"
)
TELEGRAM = json.dumps(
    {
        "name": "Kim",
        "type": "personal_chat",
        "id": 7,
        "messages": [
            {
                "id": 1, "type": "message", "date": "2026-02-09T09:03:11",
                "date_unixtime": "1770595391", "from": "Kim", "from_id": "user7",
                "text": ["see ", {"type": "link", "text": "https://example.org"}],
                "photo": "photos/photo_1.jpg",
            },
            {
                "id": 2, "type": "service", "date": "2026-02-09T09:04:00",
                "date_unixtime": "1770595440", "actor": "Lee", "actor_id": "user8",
                "action": "phone_call", "text": "",
            },
            {
                "id": 3, "type": "message", "date": "2026-02-09T09:05:00", "from": "Lee",
                "from_id": "user8", "text": "no stamp", "forwarded_from": "Park",
                "reply_to_message_id": 1,
            },
        ],
    },
    ensure_ascii=False,
    indent=1,
)  # fmt: skip
DISCORD = json.dumps(
    {
        "guild": {"id": "1", "name": "Server"},
        "channel": {"id": "2", "name": "general"},
        "messages": [
            {
                "id": "9", "type": "Default", "timestamp": "2026-02-09T09:03:11+09:00",
                "timestampEdited": None, "content": "안녕",
                "author": {"id": "5", "name": "kim", "nickname": "김"},
                "attachments": [{"id": "3", "fileName": "a.png", "url": "https://example.org/a"}],
            }
        ],
    }
)  # fmt: skip
META = json.dumps(
    {
        "participants": [{"name": "ê¹"}],
        "messages": [
            {
                "sender_name": "김".encode().decode("latin-1"), "timestamp_ms": 1770595391000,
                "content": "안녕".encode().decode("latin-1"), "photos": [{"uri": "a/b.jpg"}],
            }
        ],
        "title": "x",
    }
)  # fmt: skip
X_MESSAGES = "window.YTD.direct_messages.part0 = " + json.dumps(
    [
        {
            "dmConversation": {
                "conversationId": "1-2",
                "messages": [
                    {
                        "messageCreate": {
                            "id": "4", "senderId": "1", "recipientId": "2", "text": "안녕",
                            "createdAt": "2026-02-09T00:03:11.000Z",
                            "mediaUrls": ["https://ton.twitter.com/dm/4/7/abc.jpg"],
                        }
                    }
                ],
            }
        }
    ]
)  # fmt: skip
SMS = """<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>
<smses count="2">
<sms address="+821000000000" date="1770595391000" type="1" body="안녕" contact_name="홍길동"
 readable_date="2026. 2. 9." />
<mms address="+821000000000" date="1770595400000" m_type="128" contact_name="홍길동">
<parts><part ct="text/plain" text="사진 보낸다" /><part ct="image/jpeg" cl="a.jpg" data="AAAA" />
</parts></mms>
</smses>
"""
MAIL = (
    "Received: from a by b; Mon, 9 Feb 2026 09:03:10 +0900\r\n"
    "Received: from c by a; Mon, 9 Feb 2026 09:03:09 +0900\r\n"
    "DKIM-Signature: v=1; a=rsa-sha256; d=example.org\r\n"
    "From: =?utf-8?b?6rmA7LKg7IiY?= <kim@example.org>\r\nTo: lee@example.org\r\n"
    "Subject: =?utf-8?b?7KCc66qp?=\r\nDate: Mon, 9 Feb 2026 09:03:11 +0900\r\n"
    "Message-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n"
    'Content-Type: text/plain; charset="utf-8"\r\n\r\nbody of a mail\r\n'
)
MBOX = "From kim@example.org Mon Feb  9 09:03:11 2026\r\n" + MAIL
MBOX += "\r\nFrom lee@example.org Mon Feb  9 10:03:11 2026\r\n" + MAIL.replace(
    "09:03:11", "10:03:11"
)


TELEGRAM_PAGE = """<!DOCTYPE html>
<html><head><meta charset="utf-8"/><title>Exported Data</title></head>
<body onload="CheckLocation();">
<div class="page_wrap"><div class="page_header"><div class="content">
<div class="text bold">
지인능욕 제보방
</div></div></div>
<div class="page_body chat_page"><div class="history">
<div class="message service" id="message-1"><div class="body details">
9 February 2026
</div></div>
<div class="message default clearfix" id="message12">
 <div class="pull_left userpic_wrap"><div class="userpic userpic2">
  <div class="initials">가</div></div></div>
 <div class="body">
  <div class="pull_right date details" title="09.02.2026 09:03:10 UTC+09:00">09:03</div>
  <div class="from_name">가해자 &lt;b&gt;</div>
  <div class="media_wrap clearfix">
   <a class="photo_wrap clearfix pull_left" href="photos/photo_1@09-02-2026_09-03-10.jpg">
    <img class="photo" src="photos/photo_1_thumb.jpg"/></a>
  </div>
  <div class="text">첫 줄<br>둘째 줄 &amp; 끝</div>
 </div>
</div>
<div class="message default clearfix joined" id="message13">
 <div class="body">
  <div class="pull_right date details" title="09.02.2026 09:04:00 UTC+09:00">09:04</div>
  <div class="reply_to details">In reply to <a href="#go_to_message12">this message</a></div>
  <div class="text">이어서</div>
 </div>
</div>
<div class="message default clearfix" id="message14">
 <div class="body">
  <div class="pull_right date details" title="09.02.2026 09:05:00">09:05</div>
  <div class="from_name">나</div>
  <div class="forwarded body"><div class="from_name">다른 방
   <span class="date details" title="08.02.2026 01:00:00">08.02.2026</span></div>
  <div class="text">전달된 글</div></div>
 </div>
</div>
<div class="message default clearfix" id="message15">
 <div class="body">
  <div class="pull_right date details" title="09.02.2026 09:06:00 UTC-03:30">09:06</div>
  <div class="from_name">나</div>
  <div class="media_wrap clearfix"><div class="media clearfix pull_left media_call success">
   <div class="body"><div class="title bold">가</div>
    <div class="status details">Outgoing (12 seconds)</div></div></div></div>
 </div>
</div>
<div class="message service" id="message16"><div class="body details">가해자 removed 나</div></div>
</div></div></div></body></html>
"""

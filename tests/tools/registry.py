"""Answers of a registry, made up for tests, and the server that gives them.

The names, numbers and people are nobody's: documentation ranges and reserved domains.
"""

import json
from collections.abc import Mapping
from typing import Any

from tests.tools.hostile_server import Answer, HostileServer, says

Given = Mapping[str, Any]


def card(**properties: str) -> list[Any]:
    kinds = {"tel": "uri"}
    lines = [["version", {}, "text", "4.0"]]
    lines += [[name, {}, kinds.get(name, "text"), value] for name, value in properties.items()]
    return ["vcard", lines]


def entity(*roles: str, entities: list[Given] | None = None, **properties: str) -> dict[str, Any]:
    made: dict[str, Any] = {"objectClassName": "entity", "roles": list(roles)}
    made["vcardArray"] = card(**properties)
    if entities:
        made["entities"] = entities
    return made


def domain(name: str = "site.test", **more: Any) -> dict[str, Any]:
    desk = entity("abuse", fn="Abuse desk", email="abuse@registrar.test", tel="tel:+82-2-555-0100")
    return {
        "objectClassName": "domain",
        "handle": "D-1",
        "ldhName": name.upper(),
        "status": ["active", "client transfer prohibited"],
        "events": [
            {"eventAction": "registration", "eventDate": "2019-03-04T00:00:00Z"},
            {"eventAction": "expiration", "eventDate": "2027-03-04T00:00:00Z"},
        ],
        "nameservers": [{"objectClassName": "nameserver", "ldhName": "ns1.site.test"}],
        "entities": [entity("registrar", fn="Registrar Ltd", entities=[desk])],
        **more,
    }


def network(first: str = "127.0.0.0", last: str = "127.0.0.255", **more: Any) -> dict[str, Any]:
    return {
        "objectClassName": "ip network",
        "handle": "NET-1",
        "startAddress": first,
        "endAddress": last,
        "name": "TEST-NET",
        "country": "KR",
        "entities": [entity("abuse", fn="Network desk", email="abuse@network.test")],
        **more,
    }


def answer(value: Any, status: bytes = b"200 OK") -> bytes:
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    head = b"HTTP/1.1 %s\r\nContent-Type: application/rdap+json\r\nContent-Length: %d\r\n\r\n"
    return head % (status, len(content)) + content


def moved(location: str) -> bytes:
    return b"HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % location.encode()


def registry(answers: Mapping[str, Given | bytes | Answer]) -> HostileServer:
    """Serve answers by path: an object becomes RDAP, bytes go out as they are."""
    return HostileServer(
        {
            path: one if callable(one) else says(one if isinstance(one, bytes) else answer(one))
            for path, one in answers.items()
        }
    )

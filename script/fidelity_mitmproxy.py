"""An addon for mitmproxy: every flow as mitmproxy holds it, as a line of JSON, when it ends.

Runs inside mitmproxy (``-s``), in its Python; the file is named by FIDELITY_DUMP.
"""

import base64
import json
import os
from pathlib import Path
from typing import Any


class Dump:
    """Remembers flows; also those to which no answer came."""

    def __init__(self) -> None:
        self._flows: list[Any] = []

    def request(self, flow: Any) -> None:
        """Take a flow as soon as it is one."""
        self._flows.append(flow)

    def done(self) -> None:
        """Write: mitmproxy ends."""
        lines = (json.dumps(_flow(one)) + "\n" for one in self._flows)
        Path(os.environ["FIDELITY_DUMP"]).write_text("".join(lines), encoding="ascii")


def _flow(flow: Any) -> dict[str, Any]:
    asked, answer, server = flow.request, flow.response, flow.server_conn
    messages = flow.websocket.messages if flow.websocket is not None else []
    return {
        "url": asked.url,
        "method": asked.method,
        "status": answer.status_code if answer is not None else None,
        "ip": server.peername[0] if server.peername else None,
        "certificates": [one.to_pem().decode() for one in server.certificate_list],
        "messages": [_text(one.content) for one in messages if not one.from_client],
        "request": _side(f"{asked.method} {asked.path} {asked.http_version}", asked),
        "response": _side(
            "" if answer is None else f"{answer.http_version} {answer.status_code} {answer.reason}",
            answer,
        ),
    }


def _side(start: str, side: Any) -> dict[str, Any]:
    if side is None:
        return {"start": start, "headers": [], "body": None}
    fields = [(_text(name), _text(value)) for name, value in side.headers.fields]
    body = side.raw_content
    return {"start": start, "headers": fields, "body": None if body is None else _text(body)}


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


addons = [Dump()]

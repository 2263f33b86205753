"""Whose process is at the other end of a connection on loopback, as the kernel says.

Any user of a machine can connect to a port on its loopback. Linux tells the owner of a socket by
its two ends (sock_diag(7), linux/inet_diag.h); elsewhere nobody is asked and nothing is known. The
table ``/proc/net/tcp`` says the same and takes milliseconds, the more the more sockets there are.
"""

import socket
import struct

_FAMILY = getattr(socket, "AF_NETLINK", None)
_SOCK_DIAG = 4  # NETLINK_SOCK_DIAG
_BY_FAMILY, _REQUEST = 20, 1
_ANY = 0xFFFFFFFF
_HEADER = struct.Struct("=IHHII")  # nlmsghdr: length, type, flags, sequence, port
_WHICH = struct.Struct("=BBxxI")  # inet_diag_req_v2: family, protocol, states
_OTHERS = struct.Struct("=III")  # end of inet_diag_sockid: interface and cookie
_TOLD = struct.Struct("=4x48x12xII")  # inet_diag_msg: uid and inode
_WAIT_S = 1
NOBODY = -1
"""In place of an owner: the socket is closed, and whose it was cannot be told any more."""


def owner_of_client(client: tuple[str, int], server: tuple[str, int]) -> int | None:
    """Return the uid of the process that connected from ``client``, IPv4 only.

    :data:`NOBODY` where it has closed its socket already, None where the system does not tell.
    """
    if _FAMILY is None:
        return None
    try:
        with socket.socket(_FAMILY, socket.SOCK_RAW, _SOCK_DIAG) as kernel:
            kernel.settimeout(_WAIT_S)
            kernel.send(_question(client, server))
            return _owner(kernel.recv(4096))
    except (OSError, struct.error):
        return None


def _question(client: tuple[str, int], server: tuple[str, int]) -> bytes:
    ports = struct.pack(">HH", client[1], server[1])
    ends = b"".join(socket.inet_aton(ip).ljust(16, b"\0") for ip, _port in (client, server))
    body = _WHICH.pack(socket.AF_INET, socket.IPPROTO_TCP, _ANY) + ports + ends
    body += _OTHERS.pack(0, _ANY, _ANY)
    return _HEADER.pack(_HEADER.size + len(body), _BY_FAMILY, _REQUEST, 1, 0) + body


def _owner(answer: bytes) -> int:
    if _HEADER.unpack_from(answer)[1] != _BY_FAMILY:
        return NOBODY  # an error: there is no such socket any more
    uid, inode = _TOLD.unpack_from(answer, _HEADER.size)
    return int(uid) if inode else NOBODY

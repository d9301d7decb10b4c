"""Sits between an agent and a device that speaks SNMPv3, passes requests and answers on, and keeps the answers.
between.py LISTEN-PORT DEVICE-PORT CONTROL-FILE STORE-FILE
What CONTROL-FILE says, it does with each request, before the true answer is passed on:
  pass      nothing
  replay    sends an answer that was kept in STORE-FILE, as it is, and the same with the number of this request
  forge     sends a Response without authentication with the right numbers, engine and user, and the true answer with one
            bit of it changed
  instead   sends what was kept and nothing else: the device is cut off
It prints a word for each datagram that it has forged."""
import os
import socket
import sys

listen, device, control, store = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]


def parts(data):
    """The elements of a constructed one, each with its tag."""
    out, at = [], 0
    while at < len(data):
        length, begin = data[at + 1], at + 2
        if length & 0x80:
            count = length & 0x7F
            length = int.from_bytes(data[begin : begin + count], "big")
            begin += count
        out.append((data[at], data[begin : begin + length]))
        at = begin + length
    return out


def tlv(tag, body):
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    return bytes([tag, 0x82, len(body) >> 8, len(body) & 255]) + body


def whole(elements):
    return b"".join(tlv(tag, body) for tag, body in elements)


def fields(message):
    return parts(parts(message)[0][1])


def numbered(message, number):
    """The message with another msgID; its MAC is wrong then."""
    outer = fields(message)
    header = parts(outer[1][1])
    header[0] = (2, number)
    outer[1] = (0x30, whole(header))
    return tlv(0x30, whole(outer))


def number_of(message):
    return parts(fields(message)[1][1])[0][1]


def unprotected(answer, number):
    """A Response with sysName.0 = forged, at noAuthNoPriv."""
    outer = fields(answer)
    security = parts(parts(outer[2][1])[0][1])
    security[4], security[5] = (4, b""), (4, b"")
    header = [(2, number), (2, b"\x00\xff\xe3"), (4, b"\x00"), (2, b"\x03")]
    name = tlv(0x30, tlv(6, bytes.fromhex("2b06010201010500")) + tlv(4, b"forged"))
    pdu = tlv(0xA2, tlv(2, b"\x01") + tlv(2, b"\x00") + tlv(2, b"\x00") + tlv(0x30, name))
    scoped = tlv(4, security[0][1]) + tlv(4, b"") + pdu
    return tlv(0x30, tlv(2, b"\x03") + tlv(0x30, whole(header)) + tlv(4, tlv(0x30, whole(security))) + tlv(0x30, scoped))


front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
front.bind(("127.0.0.1", listen))
back = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
back.connect(("127.0.0.1", device))
back.settimeout(2)
while True:
    request, asker = front.recvfrom(65536)
    with open(control, encoding="ascii") as said:
        word = said.read().strip()
    kept = b""
    if os.path.exists(store):
        with open(store, "rb") as read:
            kept = read.read()
    if word == "instead":
        for forged in (kept, numbered(kept, number_of(request))):
            front.sendto(forged, asker)
            print(word, flush=True)
        continue
    try:
        back.send(request)
        answer = back.recv(65536)
    except OSError:
        continue
    encrypted = parts(fields(request)[1][1])[2][1][0] & 2
    if word == "replay" and kept:
        for forged in (kept, numbered(kept, number_of(request))):
            front.sendto(forged, asker)
            print(word, flush=True)
    elif word == "forge":
        changed = bytearray(answer)
        changed[-1] ^= 1
        for forged in (unprotected(answer, number_of(request)), bytes(changed)):
            front.sendto(forged, asker)
            print(word, flush=True)
    elif encrypted and not kept:
        with open(store + ".new", "wb") as write:
            write.write(answer)
        os.rename(store + ".new", store)
    front.sendto(answer, asker)

"""Between a device and an agent's trap socket: takes datagrams at one place, keeps them, and sends them on as if they
came from there.
  relay.py catch LISTEN-IP PORT FILE            waits for one datagram and writes it down
  relay.py send FILE SOURCE-IP TARGET-IP PORT   sends it from that address
  relay.py sender FILE                          prints engine, boots, time and user that its header names
"""
import socket
import sys


def tlv(data, at):
    """Tag, content's begin and end."""
    length = data[at + 1]
    at += 2
    if length & 0x80:
        count = length & 0x7F
        length = int.from_bytes(data[at : at + count], "big")
        at += count
    return at, at + length


def security(data):
    begin, end = tlv(data, 0)
    parts = []
    while begin < end:
        inner, begin_next = tlv(data, begin)
        parts.append(data[inner:begin_next])
        begin = begin_next
    fields, (begin, end) = [], tlv(parts[2], 0)
    while begin < end:
        inner, begin_next = tlv(parts[2], begin)
        fields.append(parts[2][inner:begin_next])
        begin = begin_next
    return fields


def main(word, *rest):
    if word == "catch":
        listen, port, file = rest
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind((listen, int(port)))
        s.settimeout(60)
        print("ready", flush=True)
        with open(file, "wb") as out:
            out.write(s.recv(65536))
    elif word == "send":
        file, source, target, port = rest
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind((source, 0))
        with open(file, "rb") as read:
            s.sendto(read.read(), (target, int(port)))
    else:
        with open(rest[0], "rb") as read:
            engine, boots, time, user = security(read.read())[:4]
        print(engine.hex(), int.from_bytes(boots, "big"), int.from_bytes(time, "big"), user.decode())


main(*sys.argv[1:])

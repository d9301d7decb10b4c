#!/usr/bin/env python3
"""notice.trap: from a trap to the syslog line that says what changed. One change and one trap for each device.
measure.py TRAP-PORT SYSLOG-PORT SIM-SOCKET COUNT: device swN is 127.0.1.N; prints milliseconds, one a line."""
import os
import socket
import subprocess
import sys
import time

trap_port, syslog_port, sim, count = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
lines = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
lines.bind(("127.0.0.1", syslog_port))
lines.settimeout(30)


def tlv(tag, *parts):
    body = b"".join(parts)
    return bytes([tag, len(body)]) + body


uptime = tlv(0x30, bytes.fromhex("06082b06010201010300"), bytes.fromhex("430101"))
kind = tlv(0x30, bytes.fromhex("060a2b060106030101040100"), bytes.fromhex("06092b0601060301010504"))
trap = tlv(0x30, b"\x02\x01\x01", b"\x04\x06public",
           tlv(0xA7, b"\x02\x01\x07\x02\x01\x00\x02\x01\x00", tlv(0x30, uptime, kind)))
for number in range(1, count + 1):
    place = f"changed-{number}"
    subprocess.run([os.environ["ASSENT_BIN"] + "/assent-sim", "--ctl", sim,
                    f"set sw{number} 1.3.6.1.2.1.1.6.0 4 {place}"], check=True, stdout=subprocess.DEVNULL)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.bind((f"127.0.1.{number}", 0))
    begun = time.monotonic()
    sender.sendto(trap, ("127.0.0.1", trap_port))
    while True:
        line = lines.recv(65536).decode("utf-8", "replace")
        if "finding-opened" in line and place in line:
            break
    print(f"{(time.monotonic() - begun) * 1000:.1f}", flush=True)
    sender.close()

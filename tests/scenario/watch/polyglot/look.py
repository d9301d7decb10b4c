"""The text that means harm, and whether it does. Usage:
look.py text hex|reason|controls           prints it
look.py terminal|json|stream|syslog FILE [legible]   looks at what came of it; legible: its readable parts are there
look.py collect PORT UDP-FILE TCP-FILE     keeps what syslog brings, a datagram or line each, as hexadecimal lines
"""

import json
import re
import socket
import sys
import threading
import unicodedata

HTML = "<img src=x onerror=alert(1)>"
HOSTILE = (HTML.encode() + b"\x1b[31mred\x1b]0;t\x07\r\nFAKE <13>1 - - - - - - \"quo'ted\" ]\\ "
           + "\u202edrowkcab \u2066x 九江市 ".encode() + b"\x00nul \xbd\xbb\xbb\xbb\xbb\xfa \x9b31m")
REASON = HTML + " \"quo'ted\" ] [ \\ 交换机 ${jndi:x} %s {ticket}"
CONTROLS = "line\nend \x1b[31m \u202e tail"
WORDS = ["<img src=x onerror=alert(1)>", "quo", "ted"]
BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029")


def harmless(text, where, line_ends=True):
    for number, c in enumerate(text):
        if c == "\n" and line_ends:
            continue
        if unicodedata.category(c) in ("Cc", "Cs") or c in BIDI:
            sys.exit(f"{where}: U+{ord(c):04X} at {number}: {text[max(0, number - 40):number + 20]!r}")


def words(text, where):
    for word in WORDS:
        if word not in text:
            sys.exit(f"{where}: {word!r} cannot be read")


def collect(port, udp_file, tcp_file):
    def keep(path, data):
        with open(path, "a", encoding="ascii") as out:
            out.write(data.hex() + "\n")

    def tcp():
        door = socket.create_server(("127.0.0.1", port))
        while True:
            handle, _ = door.accept()
            rest = b""
            while part := handle.recv(65536):
                *lines, rest = (rest + part).split(b"\n")
                for line in lines:
                    keep(tcp_file, line)

    threading.Thread(target=tcp, daemon=True).start()
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind(("127.0.0.1", port))
    while True:
        keep(udp_file, datagrams.recv(65536))


# RFC 5424: header, one element of structured data without an escape, text.
SYSLOG = re.compile(r'<\d{1,3}>1 \S+ \S+ assentd \d+ [a-z-]+ \[assent@32473( [a-z0-9-]{1,32}="[^"\\\]]*")*\]( .+)?')

what = sys.argv[1]
if what == "text":
    print({"hex": HOSTILE.hex(), "reason": REASON, "controls": CONTROLS}[sys.argv[2]])
    sys.exit(0)
if what == "collect":
    collect(int(sys.argv[2]), *sys.argv[3:5])
path, legible = sys.argv[2], len(sys.argv) > 3
raw = open(path, "rb").read()
everything = ""
if what == "terminal":
    everything = raw.decode("utf-8")
    harmless(everything, path)
elif what == "json":
    # Control characters may only stand escaped; what they mean is the reader's affair, who has a value, not a screen.
    text = raw.decode("utf-8")
    harmless(re.sub("|".join(BIDI), "", text), path)
    everything = json.dumps(json.loads(text, strict=True), ensure_ascii=False).replace("\\'", "'").replace('\\"', '"')
elif what == "stream":
    text = raw.decode("utf-8")
    for line in text.split("\n"):
        if line and not re.match(r"(retry|id|event|data|): ?", line):
            sys.exit(f"{path}: {line!r} is no line of an event stream")
        if line.startswith("data: "):
            everything += json.dumps(json.loads(line[6:], strict=True), ensure_ascii=False).replace('\\"', '"')
elif what == "syslog":
    for line in raw.decode("ascii").split():
        text = bytes.fromhex(line).decode("utf-8")
        harmless(text, path, line_ends=False)
        if not SYSLOG.fullmatch(text):
            sys.exit(f"{path}: not as RFC 5424 has it: {text!r}")
        everything += text + "\n"
    if everything.count("finding-opened") < 2:
        sys.exit(f"{path}: the findings have not come yet")
    if "FAKE" in everything and re.search(r"^FAKE", everything, re.MULTILINE):
        sys.exit(f"{path}: a forged message")
if legible:
    words(everything, path)

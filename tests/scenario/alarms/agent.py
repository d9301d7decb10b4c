"""Plays an agent on its socket, so that a scenario says what is seen of a device and when.

  agent.py SOCKET reach DEVICE true|false
  agent.py SOCKET read DEVICE [--unknown PATH]… PATH=VALUE…
Each call is a session of its own. Prints nothing; fails where the daemon refuses."""

import datetime
import hashlib
import http.client
import json
import socket
import sys
import uuid


class Local(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=20)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(self.path)


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


session, sequence = str(uuid.uuid4()), 0


def call(operation, content):
    global sequence
    sequence += 1
    connection = Local(sys.argv[1])
    body = {"assent-agent:input": {"session": session, "sequence": sequence, **content}}
    connection.request("POST", "/restconf/operations/assent-agent:" + operation, json.dumps(body),
                       {"Content-Type": "application/yang-data+json"})
    answer = connection.getresponse()
    text = answer.read().decode()
    if answer.status != 200:
        sys.exit(f"{operation}: {answer.status} {text}")
    return json.loads(text)["assent-agent:output"]


what, device = sys.argv[2], int(sys.argv[3])
rest = sys.argv[4:]
if what == "reach":
    seen = {"device": device, "reachable": rest[0] == "true"}
    if rest[0] != "true":
        seen["reason"] = "timeout"
    call("report", {"sent": now(), "reach": [seen]})
else:
    unknown = []
    while rest and rest[0] == "--unknown":
        unknown.append(rest[1])
        rest = rest[2:]
    leaves = sorted(one.rsplit("=", 1) for one in rest)
    tree = "assent-device-canonical 1\n" + "".join(f"{path}\t{value}\n" for path, value in leaves)
    fingerprint = "sha256:" + hashlib.sha256(tree.encode()).hexdigest()
    begun = now()
    state = {"device": device, "profile": "standard", "revision": 1, "fingerprint": fingerprint, "started": begun,
             "ended": now(), "unknown": unknown}
    answer = call("report", {"sent": now(), "states": [state]})
    if fingerprint in answer.get("wanted", []):
        call("tree", {"device": device, "fingerprint": fingerprint, "text": tree})

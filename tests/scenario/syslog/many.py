"""Many events: standard changes over one connection. Usage: many.py SOCKET COUNT"""

import http.client
import json
import socket
import sys


class Door(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(sys.argv[1])


door = Door("localhost")
for number in range(int(sys.argv[2])):
    body = {"assent-ticket:input": {"template": "next-address", "reason": f"Nr. {number}", "edits": [
        {"operation": "create", "kind": "address", "value": {"network": "extranet", "from": "10.0.0.0/8"}}]}}
    door.request("POST", "/restconf/operations/assent-ticket:standard", json.dumps(body))
    answer = door.getresponse()
    text = answer.read()
    if answer.status != 200:
        sys.exit(f"{answer.status} {text[:300]}")

"""Clients that allocate the next address over kept connections, each with an idempotency key, and ask again with the same
key until they are answered. Each acknowledged address is a line: NAME ADDRESS TICKET.
Usage: load.py SOCKET FILE CLIENTS; ends at SIGTERM."""

import http.client
import json
import os
import signal
import socket
import sys
import threading
import time
import uuid

PATH, FILE, CLIENTS = sys.argv[1], sys.argv[2], int(sys.argv[3])
RUN = uuid.uuid4().hex[:8]
out = os.open(FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
over = threading.Event()
again = [0] * CLIENTS


class Unix(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(PATH)


def client(number):
    link, count = None, 0
    while not over.is_set():
        count += 1
        name = f"c{number}-{count}"
        body = json.dumps({"assent-ticket:input": {
            "template": "next-address", "reason": "load",
            "edits": [{"operation": "create", "kind": "address", "value": {
                "network": "extranet", "from": "10.1.0.0/16", "organisation": "九江市", "name": name}}]}})
        while True:
            try:
                link = link or Unix("localhost")
                link.request("POST", "/restconf/operations/assent-ticket:standard", body,
                             {"Content-Type": "application/json", "Idempotency-Key": f"{RUN}-{name}"})
                answer = link.getresponse()
                text = answer.read()
                if answer.status == 200:
                    done = json.loads(text)["assent-ticket:output"]
                    os.write(out, f"{name} {done['made'][0]['address']} {done['ticket']}\n".encode())
                    break
                if answer.status != 503:
                    print(f"{name}: {answer.status} {text.decode()}", flush=True)
                    os._exit(1)
            except (OSError, http.client.HTTPException):
                link = None
            again[number] += 1
            if over.is_set():
                return
            time.sleep(0.02)


signal.signal(signal.SIGTERM, lambda *_: over.set())
threads = [threading.Thread(target=client, args=(n,)) for n in range(CLIENTS)]
for thread in threads:
    thread.start()
while not over.wait(0.5):
    pass
for thread in threads:
    thread.join()
print(f"asked again {sum(again)} times", flush=True)

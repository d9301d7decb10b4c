#!/usr/bin/env python3
"""feed.py SOCKET SESSIONS-DEVICES INTERFACES: plays the agent of that many devices (numbers 1 to N): all are reached,
and two samples of the counters of so many interfaces each, a minute apart, so that every link has a rate."""
import datetime
import http.client
import json
import socket
import sys
import uuid

path, devices, interfaces = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
session, sequence = str(uuid.uuid4()), 0


class Local(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(path)


connection = Local("localhost", timeout=60)


def call(operation, content):
    connection.request("POST", "/restconf/operations/assent-agent:" + operation, json.dumps(content),
                       {"Content-Type": "application/yang-data+json"})
    answer = connection.getresponse()
    text = answer.read().decode()
    if answer.status != 200:
        sys.exit(f"{operation}: {answer.status} {text}")
    return json.loads(text)["assent-agent:output"]


def report(content):
    global sequence
    sequence += 1
    call("report", {"assent-agent:input": {"session": session, "sequence": sequence, "sent": text_of(now), **content}})


def text_of(time):
    return time.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


now = datetime.datetime.now(datetime.timezone.utc)
plan = call("plan", {"assent-agent:input": {"version": 0}})
numbers = [device["id"] for device in plan["devices"]][:devices]
if len(numbers) != devices:
    sys.exit(f"the plan has {len(numbers)} devices")
names = [f"port {n}" for n in range(1, interfaces + 1)]
for minute in (0, 1):
    at = text_of(now - datetime.timedelta(seconds=60 * (1 - minute)))
    for first in range(0, devices, 100):
        some = numbers[first:first + 100]
        counters = [{"device": d, "time": at, "uptime": 1000 + 6000 * minute, "names": names,
                     "in-octets": [10**9 + 7 * d + n + 50_000_000 * minute for n in range(interfaces)],
                     "out-octets": [10**8 + 3 * d + n + 20_000_000 * minute for n in range(interfaces)],
                     "in-discards": [0] * interfaces, "out-discards": [0] * interfaces,
                     "speed": [10**9] * interfaces} for d in some]
        report({"reach": [{"device": d, "reachable": True} for d in some], "counters": counters})

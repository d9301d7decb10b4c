"""What a collector wrote against the event stream: every event is there, and first occurrences are in the journal's
order. Usage: in_order.py SOCKET FILE [--from RECORDS.DECISIONS-INDEX] [--gap]   Prints what it found."""

import json
import re
import subprocess
import sys

PARAMETER = re.compile(r'([a-z0-9-]+)="([^"]*)"')
socket, path = sys.argv[1:3]


def events():
    done = subprocess.run(["curl", "-sSN", "--max-time", "2", "--unix-socket", socket, "-H", "Last-Event-ID: 0.0",
                           "http://x/restconf/streams/events"], capture_output=True, text=True)
    out, last = [], None
    for line in done.stdout.splitlines():
        if line.startswith("id: "):
            last = line[4:]
        if line.startswith("data: "):
            out.append((json.loads(line[6:]), last))
    return out


def key(parameters):
    for stream in ("decisions", "records"):
        if stream in parameters:
            return stream, int(parameters[stream])
    return None


got, gaps, others, twice = [], [], 0, 0
seen = set()
for line in open(path, encoding="utf-8"):
    fields = json.loads(line)
    parameters = dict(PARAMETER.findall(fields["data"]))
    if fields["msgid"] == "syslog-gap":
        gaps.append(parameters)
        for stream in ("decisions", "records"):
            if stream + "-first" in parameters:
                got.append((stream, int(parameters[stream + "-first"]), int(parameters[stream + "-last"])))
        continue
    at = key(parameters)
    if at is None:
        others += 1
    elif at in seen:
        twice += 1
    else:
        seen.add(at)
        got.append((*at, at[1]))

expected = {"decisions": 0, "records": 0}
for event, cursor in events():
    decisions, records = map(int, cursor.split("."))
    expected = {"decisions": decisions, "records": records}
for stream, last in expected.items():
    numbers = [(first, end) for name, first, end in got if name == stream]
    want = None
    for first, end in numbers:
        if want is not None and first != want:
            sys.exit(f"{path}: in {stream}, {first} follows {want - 1}")
        want = end + 1
    if want is None or want - 1 < last:
        sys.exit(f"{path}: {stream} ends at {want and want - 1}, the journal at {last}")
lost = sum(int(gap["lost"]) for gap in gaps)
print(f"{len(seen)} events in order, {twice} twice, {len(gaps)} gaps told ({lost} lost), {others} not of the journal")

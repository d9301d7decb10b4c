"""The fields that rsyslogd parsed against the journal. Usage: compare.py SOCKET FILE…"""

import json
import os
import re
import subprocess
import sys

SEVERITIES = {"alert": 1, "critical": 2, "error": 3, "warning": 4, "notice": 5, "info": 6}
PARAMETER = re.compile(r'([a-z0-9-]+)="([^"]*)"')


def entries():
    """The event stream from the beginning, which is told from the journal: all that there is until it waits."""
    done = subprocess.run(["curl", "-sSN", "--max-time", "1", "--unix-socket", sys.argv[1], "-H", "Last-Event-ID: 0.0",
                           "http://x/restconf/streams/events"], capture_output=True, text=True)
    return [json.loads(line[6:]) for line in done.stdout.splitlines() if line.startswith("data: ")]


def shown(value):
    """As docs/formats/syslog.md replaces what several parsers mishandle."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return re.sub(r"[\x00-\x1f\x7f]", " ", text.translate(str.maketrans('"\\[]', "'/()")))


def catalogue():
    """MSGID to the parameters that `assentd --list-events` names for it."""
    page = subprocess.run([os.environ["ASSENT_BIN"] + "/assentd", "--list-events"], capture_output=True, text=True,
                          env=dict(os.environ, LANG="C"), check=True).stdout
    return {name: set(re.findall(r"`([a-z0-9-]+)`", line))
            for name, line in re.findall(r"^### ([a-z-]+)\n(.*)$", page, re.MULTILINE)}


known = catalogue()
expected = entries()
if len(expected) < 10:
    sys.exit(f"only {len(expected)} events in the stream")
compared = 0
for path in sys.argv[2:]:
    got = {}
    for line in open(path, encoding="utf-8"):
        fields = json.loads(line)
        got.setdefault((fields["msgid"], fields["time"][:26].rstrip("Z")), []).append(fields)
    for event in expected:
        at = (event["msgid"], event["time"].rstrip("Z")[:26])
        if not got.get(at):
            sys.exit(f"{path}: nothing for {at}, there is {sorted(got)[:5]}")
        fields = got[at].pop(0)
        parameters = dict(PARAMETER.findall(fields["data"]))
        wanted = {"pri": str(16 * 8 + SEVERITIES[event["severity"]]), "app": "assentd", "text": shown(event["text"])}
        for name, value in wanted.items():
            if fields[name].strip() != value:
                sys.exit(f"{path}: {at}: {name} is {fields[name]!r}, sent was {value!r}")
        if not fields["data"].startswith("[assent@32473 ") or parameters.get("msgid") != event["msgid"]:
            sys.exit(f"{path}: {at}: structured data is {fields['data']}")
        if unknown := set(parameters) - known[event["msgid"]] - {"msgid", "decisions", "records"}:
            sys.exit(f"{path}: {at}: {sorted(unknown)} are not in the catalogue of events")
        for name, value in event["detail"].items():
            if name in parameters and not isinstance(value, (dict, list)) and parameters[name] != shown(value):
                sys.exit(f"{path}: {at}: {name} is {parameters[name]!r}, sent was {value!r}")
            compared += name in parameters
print(f"{len(expected)} events by each of {len(sys.argv) - 2} ways, {compared} parameters compared")

"""Every metric that the rules and the dashboard name is in docs/metrics.md; the dashboard is whole.
Usage: names.py SOURCE [METRICS]   METRICS: real output of /metrics, in which each documented name it has is expected to
have the type that the page says."""

import json
import re
import sys

source = sys.argv[1]
NAME = re.compile(r"\bassent_[a-z0-9_]+")
documented = {}
for line in open(f"{source}/docs/metrics.md", encoding="utf-8"):
    if line.startswith("| `"):
        cells = [cell.strip() for cell in re.split(r"(?<!\\\\)\|", line)[1:]]
        for name in NAME.findall(cells[0]):
            documented[name] = cells[1]
wrong = []


def used(text, where):
    for name in set(NAME.findall(text)):
        family = re.sub(r"_(bucket|sum|count)$", "", name)
        if name not in documented and documented.get(family) != "histogram":
            wrong.append(f"{where}: {name} is not in docs/metrics.md")


rules = open(f"{source}/config/prometheus/assentd.rules.yml", encoding="utf-8").read()
used(rules, "rules")
used(open(f"{source}/config/prometheus/assentd.rules.test.yml", encoding="utf-8").read(), "tests of rules")
tested = set(re.findall(r"Assentd[A-Za-z]+", open(f"{source}/config/prometheus/assentd.rules.test.yml", encoding="utf-8").read()))
for alert in re.findall(r"alert: (\w+)", rules):
    if alert not in tested:
        wrong.append(f"rules: no test names {alert}")
board = json.load(open(f"{source}/config/grafana/assentd.json", encoding="utf-8"))
expressions = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
if len(expressions) < 10 or len({panel["id"] for panel in board["panels"]}) != len(board["panels"]):
    wrong.append("dashboard: too few expressions, or an id twice")
for expression in expressions:
    used(expression, "dashboard")
    if not NAME.search(expression):
        wrong.append(f"dashboard: {expression} names no metric")
if len(sys.argv) > 2:
    types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", open(sys.argv[2], encoding="utf-8").read(), re.MULTILINE))
    for name, kind in types.items():
        if documented.get(name) != kind:
            wrong.append(f"/metrics: {name} is a {kind}, docs/metrics.md says {documented.get(name)}")
    # What every installation with a device and a receiver shows.
    for name in set(NAME.findall("\n".join(expressions))) - set(types):
        if re.sub(r"_(bucket|sum|count)$", "", name) not in types:
            wrong.append(f"dashboard: {name} is not in /metrics")
print("\n".join(wrong) or f"{len(documented)} metrics, {len(expressions)} expressions of the dashboard")
sys.exit(1 if wrong else 0)

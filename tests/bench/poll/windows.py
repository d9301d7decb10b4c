#!/usr/bin/env python3
"""windows.py AGENT-PID DAEMON-PID SECONDS WINDOWS DEVICES [--name NAME] [--status PORT]: CPU seconds of both for 1,000
devices in each window. With a status port also what core's steps did in these windows, by its own histogram."""
import argparse
import http.client
import os
import statistics
import time

parser = argparse.ArgumentParser()
parser.add_argument("agent", type=int)
parser.add_argument("daemon", type=int)
parser.add_argument("seconds", type=float)
parser.add_argument("windows", type=int)
parser.add_argument("devices", type=int)
parser.add_argument("--name", default="poll.v2c")
parser.add_argument("--status", type=int)
options = parser.parse_args()


def cpu(pid):
    """To the nanosecond: /proc/PID/stat counts ticks."""
    folder = f"/proc/{pid}/task"
    return sum(int(open(f"{folder}/{task}/schedstat", encoding="ascii").read().split()[0])
               for task in os.listdir(folder)) / 1e9


def metrics():
    connection = http.client.HTTPConnection("127.0.0.1", options.status, timeout=30)
    connection.request("GET", "/metrics")
    found = {}
    for line in connection.getresponse().read().decode().splitlines():
        if line.startswith("assent_core_step_seconds"):
            name, value = line.removeprefix("assent_core_step_seconds_").rsplit(" ", 1)
            found[name] = float(value)
    return found


def show(name, values):
    print(f"{name} {statistics.median(values):.3f} cpu_s n={len(values)} range={min(values):.3f}..{max(values):.3f}")


before = metrics() if options.status else {}
agents, totals, first = [], [], time.time()
for window in range(options.windows):
    agent, daemon = cpu(options.agent), cpu(options.daemon)
    time.sleep(max(0.0, first + (window + 1) * options.seconds - time.time()))
    agent, daemon = cpu(options.agent) - agent, cpu(options.daemon) - daemon
    agents.append(agent * 1000 / options.devices)
    totals.append((agent + daemon) * 1000 / options.devices)
show(options.name + ".agent", agents)
show(options.name + ".total", totals)
if options.status:
    after = metrics()
    grown = {name: after[name] - before[name] for name in after}
    seconds = options.seconds * options.windows
    print(f"{options.name}.core {grown['sum'] / seconds * 100:.2f} percent_of_a_core")
    print(f"{options.name}.core.step {grown['sum'] / grown['count'] * 1e6:.0f} us_mean n={grown['count']:.0f}")
    for bound in ("0.002", "0.01"):
        over = grown["count"] - grown[f'bucket{{le="{bound}"}}']
        print(f"{options.name}.core.over-{float(bound) * 1000:.0f}ms {over:.0f} steps n={grown['count']:.0f}")

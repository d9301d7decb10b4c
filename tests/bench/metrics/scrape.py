#!/usr/bin/env python3
"""scrape.py PORT SCRAPES: times whole scrapes of /metrics at the status port, each made anew, and says what they cost
core's thread: by its own histogram of steps before and after."""
import http.client
import statistics
import sys
import time

port, scrapes = int(sys.argv[1]), int(sys.argv[2])
connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)


def scrape():
    connection.request("GET", "/metrics")
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != 200:
        sys.exit(f"/metrics: {answer.status}")
    return text


def steps(text):
    """Seconds in steps, steps, and those over 2 and over 10 ms."""
    found = {}
    for line in text.decode().splitlines():
        if line.startswith("assent_core_step_seconds_"):
            name, value = line.split()
            found[name] = float(value)
    bucket = "assent_core_step_seconds_bucket{le=\"%s\"}"
    count = found["assent_core_step_seconds_count"]
    return (found["assent_core_step_seconds_sum"], count, count - found[bucket % "0.002"],
            count - found[bucket % "0.01"])


times, text, before = [], b"", None
for _ in range(scrapes + 1):  # the first one is not counted: names may be made for the first time
    time.sleep(0.25)  # longer than an answer is kept
    begun = time.perf_counter()
    text = scrape()
    times.append((time.perf_counter() - begun) * 1000)
    before = before or steps(text)
times = sorted(times[1:])
after = steps(text)
series = sum(1 for line in text.splitlines() if line and not line.startswith(b"#"))
p99 = times[min(len(times) - 1, int(len(times) * 0.99))]
print(f"metrics {statistics.median(times):.1f} ms n={scrapes} range={times[0]:.1f}..{times[-1]:.1f}")
print(f"metrics.p99 {p99:.1f} ms n={scrapes}")
print(f"metrics.series {series} series")
print(f"metrics.size {len(text) / 2**20:.1f} MiB")
print(f"metrics.core {(after[0] - before[0]) * 1000 / scrapes:.2f} ms_per_scrape n={scrapes}")
print(f"metrics.steps.over-2ms {(after[2] - before[2]) / scrapes:.2f} per_scrape n={scrapes}")
print(f"metrics.steps.over-10ms {(after[3] - before[3]) / scrapes:.2f} per_scrape n={scrapes}")

"""Slow clients against the status port, and honest ones that are timed.
Usage: attack.py PORT CONTROL-SOCKET COUNT SECONDS

A quarter each: silent after connecting; a byte of a header at a time; a request whose answer is never read; a body that
never ends. Each one that is closed comes back at once."""

import selectors
import socket
import subprocess
import sys
import threading
import time

port, control, count, seconds = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
# With more clients than there are places, every newcomer costs somebody his: all that is asked then is that most get
# an answer in good time. A machine that is slow without an attack (sanitizers, other work) is held to four times what
# it did then.
LIMIT, MAY_FAIL = (0.250, 0.01) if count <= 1000 else (3.0, 0.1)
end = time.monotonic() + seconds
stop = threading.Event()
stats = {"connected": 0, "closed": 0, "held": 0}


class Slow:
    def __init__(self, kind):
        self.kind, self.at = kind, 0
        self.text = [b"", b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n" + b"X-Slow: 1\r\n" * 900,
                     b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20,
                     b"POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000\r\n\r\n"][kind]
        self.handle = socket.socket()
        self.handle.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.handle.setblocking(False)
        self.handle.connect_ex(("127.0.0.1", port))
        stats["connected"] += 1

    def move(self):
        """A little more; False where the server has closed it."""
        try:
            part = self.text[self.at:self.at + (1 if self.kind == 1 else len(self.text))]
            if part:
                self.at += self.handle.send(part)
            if self.kind != 2 and self.handle.recv(1) == b"":
                return False
        except (BlockingIOError, InterruptedError):
            pass
        except OSError:
            return False
        return True


def attack():
    clients = [Slow(i % 4) for i in range(count)]
    print("connected", flush=True)
    while not stop.is_set():
        for i, client in enumerate(clients):
            if not client.move():
                client.handle.close()
                stats["closed"] += 1
                clients[i] = Slow(client.kind)
        stats["held"] = len(clients)
        time.sleep(0.05)
    for client in clients:
        client.handle.close()


def honest(target):
    """One request over a connection of its own; its time."""
    began = time.monotonic()
    if target == "status":
        handle = socket.create_connection(("127.0.0.1", port), timeout=20)
    else:
        handle = socket.socket(socket.AF_UNIX)
        handle.settimeout(20)
        handle.connect(control)
    handle.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    text = b""
    while part := handle.recv(65536):
        text += part
    handle.close()
    if not text.startswith(b"HTTP/1.1 200") or b"assent_ready" not in text:
        raise OSError(f"answer is {text[:80]!r}")
    return time.monotonic() - began


def measure(target, until):
    times, failed = [], []
    while time.monotonic() < until:
        try:
            times.append(honest(target))
        except OSError as error:
            failed.append(str(error))
        time.sleep(0.02)
    times.sort()
    return times, failed


if len(sys.argv) > 5:  # the attacker's own process: so that measuring is not slowed by attacking
    threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
    attack()
    print(f"{stats['connected']} {stats['closed']} {stats['held']}")
    sys.exit(0)

def measure_both(length):
    results = {}
    until = time.monotonic() + length
    threads = [threading.Thread(target=lambda t=t: results.update({t: measure(t, until)})) for t in ("status", "control")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def p99_of(times):
    return times[int(len(times) * 0.99)] if times else 0


calm = {target: p99_of(times) for target, (times, failed) in measure_both(3).items()}
attacker = subprocess.Popen([sys.executable, __file__, *sys.argv[1:5], "attack"], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, text=True)
if attacker.stdout.readline() != "connected\n":
    sys.exit("the slow clients did not connect")
results = measure_both(seconds)
connected, closed, held = map(int, attacker.communicate("")[0].split())
wrong = []
if held < count or closed < count / 2:
    wrong.append(f"no attack worth the name: {held} held, {closed} closed")
for target, (times, failed) in results.items():
    if not times:
        sys.exit(f"{target}: no answer at all: {failed[:2]}")
    p99 = p99_of(times)
    print(f"{target}: {len(times)} answers, median {times[len(times) // 2] * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms "
          f"(before: {calm[target] * 1000:.0f} ms), "
          f"{len(failed)} failed; {connected} slow connections, {closed} closed")
    if p99 > max(LIMIT, 4 * calm[target]):
        wrong.append(f"{target}: p99 is {p99 * 1000:.0f} ms")
    if len(failed) > MAY_FAIL * (len(times) + len(failed)):
        wrong.append(f"{target}: {len(failed)} of {len(times)} failed: {failed[0]}")
if wrong:
    sys.exit("; ".join(wrong))

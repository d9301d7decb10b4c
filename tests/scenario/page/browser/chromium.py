"""A headless Chromium driven over a pipe (Chrome DevTools Protocol): one browser, pages in it. Debian's chromium and
Python's own modules are enough."""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time


class Gone(Exception):
    pass


class Browser:
    def __init__(self, width=1280, height=900):
        self.profile = tempfile.mkdtemp(prefix="chromium-")
        here, there = os.pipe(), os.pipe()
        self.to, self.back = here[1], there[0]
        words = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                 "--disable-extensions", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                 "--disable-default-apps", "--metrics-recording-only", "--mute-audio", "--hide-scrollbars", "--lang=en",
                 "--no-proxy-server", f"--user-data-dir={self.profile}", f"--window-size={width},{height}",
                 "--remote-debugging-pipe", "about:blank"]

        def pipes():
            # Chromium reads on 3 and writes on 4; our ends may have these very numbers.
            read, write = os.dup(here[0]), os.dup(there[1])
            while read in (3, 4):
                read = os.dup(read)
            while write in (3, 4):
                write = os.dup(write)
            os.dup2(read, 3)
            os.dup2(write, 4)

        self.log = open(os.path.join(self.profile, "log"), "wb")
        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
                                        preexec_fn=pipes, close_fds=False)
        os.close(here[0])
        os.close(there[1])
        self.buffer, self.number, self.events = b"", 0, []

    def read(self, until):
        while b"\0" not in self.buffer:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.back], [], [], left)[0]:
                return None
            piece = os.read(self.back, 1 << 20)
            if not piece:
                raise Gone("chromium ended: " + open(self.log.name, errors="replace").read()[-2000:])
            self.buffer += piece
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def ask(self, method, session=None, seconds=60, **parameters):
        self.number += 1
        wanted = self.number
        message = {"id": wanted, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + seconds
        while True:
            got = self.read(until)
            if got is None:
                raise Gone(f"no answer to {method} in {seconds} s")
            if got.get("id") == wanted:
                if "error" in got:
                    raise Gone(f"{method}: {got['error']}")
                return got["result"]
            self.events.append(got)

    def page(self, url="about:blank"):
        return Page(self, url)

    def close(self):
        try:
            self.ask("Browser.close", seconds=10)
            self.process.wait(10)
        except (Gone, OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)


class Page:
    def __init__(self, browser, url):
        self.browser = browser
        self.target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.ask("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Audits"):
            self.ask(f"{domain}.enable")
        if url != "about:blank":
            self.go(url)

    def ask(self, method, **parameters):
        return self.browser.ask(method, self.session, **parameters)

    def go(self, url):
        self.ask("Page.navigate", url=url)

    def run(self, script):
        """The value of an expression; a promise is waited for."""
        got = self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in got:
            details = got["exceptionDetails"]
            raise Gone(f"{script}: {details.get('exception', {}).get('description', details.get('text'))}")
        return got["result"].get("value")

    def text(self, selector="main"):
        return self.run(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''")

    def until(self, what, script, seconds=20):
        end = time.monotonic() + 3 * seconds
        while True:
            try:
                if self.run(f"Boolean({script})"):
                    return
            except Gone as wrong:
                if "Execution context" not in str(wrong) and "TypeError" not in str(wrong):
                    raise
            if time.monotonic() > end:
                raise Gone(f"waited in vain: {what}\n{self.text('body')[:3000]}")
            time.sleep(0.05)

    def key(self, key, code=0, text="", modifiers=0):
        for kind in ("keyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, modifiers=modifiers,
                     **({"text": text} if text and kind == "keyDown" else {}))

    def size(self, width, height, mobile=False):
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)

    def colours(self, scheme):
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def picture(self, path, whole=True):
        got = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        with open(path, "wb") as file:
            file.write(base64.b64decode(got["data"]))

    def complaints(self):
        """What the browser found wrong: exceptions, errors in its console, what the policy stopped, failed loads."""
        self.run("1")
        out = []
        for event in self.browser.events:
            if event.get("sessionId") != self.session:
                continue
            name, given = event.get("method"), event.get("params", {})
            if name == "Runtime.exceptionThrown":
                details = given["exceptionDetails"]
                out.append("exception: " + details.get("exception", {}).get("description", details.get("text", "")))
            elif name == "Runtime.consoleAPICalled" and given["type"] in ("error", "assert"):
                out.append("console: " + json.dumps([one.get("value", one.get("description")) for one in given["args"]]))
            elif name == "Log.entryAdded" and given["entry"]["level"] == "error":
                out.append("log: " + given["entry"]["text"] + " " + given["entry"].get("url", ""))
            elif name == "Audits.issueAdded" and given["issue"]["code"] == "ContentSecurityPolicyIssue":
                out.append("policy: " + json.dumps(given["issue"]["details"]))
        return out

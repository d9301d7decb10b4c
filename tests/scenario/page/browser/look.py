"""Looks at the page of a running daemon as a browser shows it. Arguments: URL, the simulator's control socket, a ticket
that waits, the daemon's process."""

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import urllib.request

from chromium import Browser

URL, SIM, WAITING, DAEMON = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
BIN, SOURCE = os.environ["ASSENT_BIN"], os.environ["ASSENT_SOURCE"]
DRAWN = "document.querySelector('main h1') && document.querySelector('main').getAttribute('aria-busy') !== 'true'"
# HTML, an attribute's end, an escape sequence, right-to-left override, an invisible character, a line end.
POLYGLOT = "<img src=x onerror=document.title='owned'>\"'><script>owned=1</script>\u202Eevil\u202C\u200B\x1b[31m\r\n&amp;{name}"


def check(what, right, seen=""):
    if not right:
        sys.exit(f"FAILED: {what}: {seen}")
    print(f"ok: {what}", flush=True)


def sim(*words):
    subprocess.run([f"{BIN}/assent-sim", "--ctl", SIM, " ".join(words)], check=True, stdout=subprocess.DEVNULL)


def alias(device, text):
    sim("set", device, "1.3.6.1.2.1.31.1.1.1.18.1", "4x", text.encode().hex())


def api(path):
    with urllib.request.urlopen(URL + path) as answer:
        return json.load(answer)


def view(page, name):
    page.run(f"location.hash = {json.dumps('#/' + name)}")
    page.until(f"{name} is drawn", f"location.hash === {json.dumps('#/' + name)} && {DRAWN} && "
               f"!document.querySelector('.failed') && document.querySelector('main').innerText.length > 20 && "
               f"document.querySelector('main').dataset.hash === location.hash")
    return page.text()


def holds(page, name, *texts):
    seen = view(page, name)
    for text in texts:
        check(f"{name or 'overview'} shows {text!r}", text.lower() in seen.lower(), seen)


def views(page):
    holds(page, "", "Nothing is wrong.", "extranet", "snmp-extranet", "connected", "decisions")
    holds(page, "devices", "city-core1", "hukou-sw1", "reachable", "九江市", "taken")
    holds(page, "devices/1", "city-core1", "standard", "access", "浔阳区<i>上联")
    holds(page, "tickets", f"ticket {WAITING}", "waiting for approval", "implemented")
    holds(page, f"tickets/{WAITING}", "submitted", "waits for stage", "city", "0/1")
    holds(page, "links", "浔阳区<i>上联", "100 Mbit/s", "九江市")
    page.until("the link's traffic is measured and shown without a reload", "document.querySelector('.meter .limit') && "
               "document.querySelector('main').innerText.includes('normal')", 40)
    view(page, "links/1")
    page.until("and drawn", "document.querySelector('.chart svg[role=img][aria-label] path.up')", 40)
    holds(page, "links/1", "浔阳区<i>上联", "100 Mbit/s", "Gi0/1", "entitlement", "95th percentile", "7 days", "nearest rank")
    check("with a line of the entitlement each way", page.run("document.querySelectorAll('.chart line.entitled').length") == 2)
    page.run("document.querySelector('.numbers').open = true")
    check("and in numbers", page.run("document.querySelectorAll('.numbers tbody tr').length") >= 1)
    holds(page, "space", "10.0.0.0/8")
    holds(page, "space/1/10.0.0.0%2F8", "10.208.0.0/16", "<b>外网</b>", "container")
    page.run("document.querySelector('.map a.child, .map a').dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}))")
    page.until("a click on the map descends", "location.hash !== '#/space/1/10.0.0.0%2F8'")
    holds(page, "space/1/10.208.8.0%2F24", "10.208.8.7", "dating", "0.39%", "政务大厅")
    check("the address is a full cell of the map", page.run("document.querySelectorAll('.map .cell.l5').length") >= 2)
    holds(page, "alarms", "No alarm holds.")
    holds(page, "findings", "No finding is open.")
    holds(page, "journal", "started")
    summary = api("/restconf/data/assent-status:summary")["assent-status:summary"]
    check("the journal's head is shown", f"{summary['journal']['decisions']:,}" in page.text(), page.text())
    page.run("location.hash = '#/devices/99'")
    page.until("a device that is not there is said not to be", "document.querySelector('.failed')")
    check("and is no error of the page", "There is nothing here" in page.text(), page.text())


def search(page):
    view(page, "devices")
    page.run("document.querySelector('#search').focus()")
    page.ask("Input.insertText", text="hukou")
    page.until("the search narrows the table", "document.querySelectorAll('tbody tr').length === 1")
    check("to the right row", "hukou-sw1" in page.text("tbody"), page.text("tbody"))
    check("and the field keeps the focus", page.run("document.activeElement.id") == "search")


def news(page):
    """A change on a device appears on the open page; hostile text stays text."""
    view(page, "")
    page.run("window.stays = true")
    alias("city-core1", "to nobody")
    page.until("the change appears on the overview", "document.querySelector('.wrong')?.innerText.includes('city-core1')", 40)
    check("without a reload", page.run("window.stays") is True)
    check("and is announced", page.run("document.querySelector('#news').getAttribute('aria-live')") == "polite")
    page.until("as news", "document.querySelector('#news p')")
    page.until("the badge counts it", "document.querySelector('#nav a[href=\"#/findings\"]').innerText.includes('1')")
    seen = view(page, "findings")
    check("the list shows before and after", "to nobody" in seen and "to xunyang-sw1" in seen, seen)
    seen = view(page, "findings/1")
    for text in ("city-core1", "description", "to xunyang-sw1", "to nobody", "no ticket covers it", "assentctl finding why 1"):
        check(f"the finding shows {text!r}", text in seen, seen)
    check("before is a deletion and after an insertion", page.run(
        "[document.querySelector('del').innerText, document.querySelector('ins').innerText].join().includes('to nobody')"))
    page.run("window.stays = true")
    alias("city-core1", POLYGLOT)
    page.until("a later change appears on the open finding", "document.querySelector('ins').textContent.includes('owned')", 40)
    check("without a reload", page.run("window.stays") is True)


def harmless(page):
    api_text = api("/restconf/data/assent-registry:finding=1")["assent-registry:finding"][0]["after"]
    check("the hostile text has come this far", "<script>" in api_text, api_text)
    for name in ("findings/1", "findings", "alarms", "", "journal", "devices/1"):
        view(page, name)
        check(f"{name or 'overview'} runs nothing of it", page.run("typeof window.owned === 'undefined' && !document.title.includes('owned')"))
        check(f"{name or 'overview'} makes no element of it", page.run(
            "document.querySelectorAll('main img, main script, main b:not(.figures b), main i').length") == 0)
    seen = view(page, "findings/1")
    check("it is legible", "<img src=x onerror=document.title='owned'>" in seen, seen)
    shown = page.run("[...document.querySelectorAll('ins .odd')].map((one) => one.textContent)")
    invisible = re.findall("[\u202a-\u202e\u200b\x1b\r\n]", api_text)
    check("what would be invisible is shown", len(shown) == len(invisible), (shown, api_text))
    check("no direction is left open", page.run("!/[\\u202a-\\u202e\\u2066-\\u2069\\u200b\\u001b]/.test(document.querySelector('main').textContent)"))
    check("texts stand isolated", page.run("[...document.querySelectorAll('ins bdi')].length") > 0)


def chinese_and_dark(page):
    page.run("document.querySelector('[data-act=language][data-value=zh_CN]').click()")
    page.until("the page speaks Chinese", "document.documentElement.lang === 'zh-CN' && document.querySelector('#nav').innerText.includes('总览')")
    for name, text in (("", "当前问题"), ("devices", "可达"), ("findings", "无工单覆盖"), ("tickets", "待审批"), ("space", "已分配"),
                       ("links", "上行"), ("alarms", "重要"), ("journal", "决定")):
        holds(page, name, text)
        left = page.run("document.body.innerText.match(/\\b(page|coverage)\\.[a-z-]+/g)")
        check(f"{name or 'overview'} has a text for everything", not left, left)
    check("sentences of the daemon too", "未经批准" in view(page, "alarms"), page.text())
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.run(ground)
    page.colours("dark")
    page.until("dark follows the system", f"{ground} !== {json.dumps(light)}")
    page.run("document.querySelector('#theme').click()")
    page.until("and can be switched off", f"{ground} === {json.dumps(light)}")
    page.run("document.querySelector('#theme').click(); document.querySelector('#theme').click()")
    page.colours("light")
    page.run("document.querySelector('[data-act=language][data-value=en]').click()")
    page.until("and English again", "document.documentElement.lang === 'en' && document.querySelector('#nav').innerText.includes('Overview')")


CONTRAST = """(() => {
  const parse = (text) => { const n = text.match(/[\\d.]+/g).map(Number); return text.startsWith('color(') ? [...n.slice(0, 3).map((x) => x * 255), n[3] ?? 1] : [...n.slice(0, 3), n[3] ?? 1]; };
  const lum = (c) => { const [r, g, b] = c.map((x) => { x /= 255; return x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4; }); return .2126 * r + .7152 * g + .0722 * b; };
  const ground = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c[3] > .99) return c; } return [255, 255, 255]; };
  const low = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement, box = e.getBoundingClientRect();
    if (!walk.currentNode.data.trim() || box.width < 2 || e.closest('svg, .unseen, noscript, #skip')) continue;
    const a = lum(parse(getComputedStyle(e).color).slice(0, 3)), b = lum(ground(e).slice(0, 3));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) low.push(`${walk.currentNode.data.trim()}: ${ratio.toFixed(2)}`);
  }
  return low;
})()"""


def contrast(page):
    for scheme in ("light", "dark"):
        page.colours(scheme)
        for name in ("", "devices", "findings/1", f"tickets/{WAITING}", "space/1/10.0.0.0%2F8", "alarms", "links"):
            view(page, name)
            low = page.run(CONTRAST)
            check(f"contrast of {name or 'overview'}, {scheme}, is 4.5 or more", not low, low)
    page.colours("light")


def keyboard(page):
    view(page, "")
    page.run("document.activeElement.blur(); scrollTo(0, 0)")
    page.go(URL + "/")
    page.until("the page is there again", DRAWN)
    page.key("Tab", 9)
    check("the first stop is the skip link", page.run("document.activeElement.id") == "skip")
    check("and it is visible", page.run("document.activeElement.getBoundingClientRect().top >= 0"))
    page.key("Enter", 13, "\r")
    check("it leads to the content", page.run("document.activeElement.id") == "main")
    page.run("document.activeElement.blur(); document.querySelector('.brand').focus()")
    stops, bare = [], []
    for _ in range(60):
        page.key("Tab", 9)
        at = page.run("(() => { const e = document.activeElement, s = getComputedStyle(e); return [e.outerHTML.slice(0, 120), "
                      "e.getAttribute('href') || e.id || e.dataset.value || '', parseFloat(s.outlineWidth) > 0 && s.outlineStyle !== 'none']; })()")
        if at[0].startswith("<body"):
            break
        stops.append(at[1])
        if not at[2]:
            bare.append(at[0])
    for wanted in ("theme", "zh_CN", "#/devices", "#/journal", "#/findings/1"):
        check(f"Tab reaches {wanted}", wanted in stops, stops)
    check("in the order of the page", stops.index("theme") < stops.index("#/devices") < stops.index("#/findings/1"), stops)
    check("each stop is visible", not bare, bare)
    page.run("document.querySelector('#nav a[href=\"#/devices\"]').focus()")
    page.key("Enter", 13, "\r")
    page.until("Enter opens a view", "location.hash === '#/devices' && document.title.startsWith('Devices')")
    page.until("and the heading has the focus", "document.activeElement.tagName === 'H1'")
    for landmark in ("header", "nav[aria-label]", "main", "footer", "[aria-live]", "html[lang]", "table caption", "th[scope=col]", "th[scope=row]"):
        check(f"there is {landmark}", page.run(f"document.querySelector({json.dumps(landmark)}) !== null"))


def telephone(page):
    page.size(360, 740, True)
    for name in ("", "devices", "devices/1", "findings", "findings/1", "tickets", f"tickets/{WAITING}", "links", "links/1", "space", "space/1/10.0.0.0%2F8",
                 "space/1/10.208.8.0%2F24", "alarms", "journal"):
        view(page, name)
        cut = page.run("[...document.querySelectorAll('body *')].filter((e) => !e.closest('svg, .unseen, thead, #nav') && e.getBoundingClientRect().right > 361).map((e) => e.outerHTML.slice(0, 200)).slice(0, 3)")
        wide = page.run("document.documentElement.scrollWidth")
        check(f"{name or 'overview'} fits 360 pixels", wide <= 360 and not cut, (wide, cut))
    page.size(1280, 900)


def not_live(page):
    """A daemon that stops answering is said to, and is seen again."""
    view(page, "devices")
    os.kill(DAEMON, signal.SIGSTOP)
    try:
        page.until("the page says that it is not live", "document.querySelector('#live').className !== 'live'", 60)
        check("and keeps what it has", "hukou-sw1" in page.text(), page.text())
    finally:
        os.kill(DAEMON, signal.SIGCONT)
    page.until("it is live again", "document.querySelector('#live').className === 'live'", 60)


def files():
    """Everything that the page loads is the daemon's own, and small."""
    size, names, done = 0, {"/"}, set()
    while names - done:
        name = min(names - done)
        done.add(name)
        asked = urllib.request.Request(URL + name, headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(asked) as answer:
            body, policy = answer.read(), answer.headers["Content-Security-Policy"]
        check(f"{name} comes compressed, under the policy", body[:2] == b"\x1f\x8b" and "default-src 'none'" in policy and "unsafe" not in policy)
        size += len(body)
        text = gzip.decompress(body).decode()
        check(f"{name} names no other host", not re.findall(r"(?:https?:)?//(?!www\.w3\.org/2000/svg)[a-z0-9-]+\.[a-z]+", text), name)
        names |= {"/page/" + found for found in re.findall(r"(?:/page/|from '\./)([a-z-]+\.(?:js|css))", text)}
    for language in ("en", "zh_CN"):
        with urllib.request.urlopen(f"{URL}/page/{language}.json") as answer:
            size += len(answer.read())
    print(f"the page: {len(done)} files, {size} bytes compressed")
    check("the page is under 60 kB", size < 60_000, size)
    used, folder = set(), f"{SOURCE}/daemon/api/page"
    for name in os.listdir(folder):
        if name.endswith(".js"):
            used |= set(re.findall(r"\bt\('([a-z0-9-]+[a-z0-9])'", open(f"{folder}/{name}", encoding="utf-8").read()))
    with urllib.request.urlopen(f"{URL}/page/en.json") as answer:
        known = json.loads(gzip.decompress(answer.read()))
    check("every text that the page uses is there", all(f"page.{one}" in known for one in used), sorted(one for one in used if f"page.{one}" not in known))


def main():
    files()
    browser = Browser()
    try:
        page = browser.page(URL + "/")
        page.until("the page is drawn", DRAWN)
        page.until("it is live", "document.querySelector('#live').className === 'live'")
        views(page)
        search(page)
        news(page)
        harmless(page)
        chinese_and_dark(page)
        contrast(page)
        keyboard(page)
        telephone(page)
        quiet = [one for one in page.complaints() if "404" not in one]
        check("the browser complains about nothing", not quiet, quiet)
        not_live(page)
        refused = page.run("new Promise((done) => { const s = document.createElement('script'); s.onerror = () => done('stopped'); "
                           "s.onload = () => done('ran'); try { s.src = 'data:text/javascript,0'; document.head.append(s); } catch { done('stopped'); } })")
        check("and the policy does stop a script", refused == "stopped", refused)
        foreign = page.run("fetch('http://127.0.0.2:1/').then(() => 'ran', () => 'stopped')")
        check("and a call to another host", foreign == "stopped" and any("policy" in one or "Content Security Policy" in one
                                                                          for one in page.complaints()), page.complaints())
    finally:
        browser.close()


main()

// What the daemon says: reads with one memory of names, and the event stream that tells when to read again.
import { language, tag } from './texts.js';

const base = '/restconf/data/';

/** One read; throws with what the daemon says. */
export async function get(path) {
  const answer = await fetch(base + path, { headers: { 'Accept-Language': tag() }, cache: 'no-store', signal: AbortSignal.timeout(15000) });
  const body = await answer.json().catch(() => ({}));
  if (answer.ok) return body;
  const said = body['ietf-restconf:errors']?.error?.[0]?.['error-message'];
  throw Object.assign(new Error(said || `HTTP ${answer.status}`), { status: answer.status });
}

export const status = async (name) => (await get(`assent-status:${name}`))[`assent-status:${name.split('?')[0]}`];

/** Rows of a kind, all pages up to `most`. */
export async function rows(kind, query = {}, most = 20000) {
  const out = [];
  for (let after = 0; out.length < most;) {
    const asked = new URLSearchParams({ ...query, limit: Math.min(most, 5000), after });
    const page = await get(`assent-registry:${kind}?${asked}`);
    out.push(...page[`assent-registry:${kind}`]);
    if (!page.next) return out;
    after = page.next;
  }
  out.more = true;
  return out;
}

export const row = async (kind, id) => (await get(`assent-registry:${kind}=${encodeURIComponent(id)}`))[`assent-registry:${kind}`][0];

/** Of the newest `most` numbers of a kind the rows, newest first: numbers only grow. */
export async function newest(kind, most) {
  const { last } = await overview(false);
  const page = await get(`assent-registry:${kind}?limit=${most}&after=${Math.max(0, (last[kind] ?? 0) - most)}`);
  const out = page[`assent-registry:${kind}`].reverse();
  out.more = (last[kind] ?? 0) > most;
  return out;
}

// --- names

const named = new Map();
let namesOf = -1;
let summary = null;

/** Numbers to rows of small kinds; read again when decisions were made. */
export async function names(...kinds) {
  const out = {};
  const head = summary?.journal.decisions ?? 0;
  if (head !== namesOf) {
    named.clear();
    namesOf = head;
  }
  await Promise.all(kinds.map(async (kind) => {
    if (!named.has(kind)) named.set(kind, rows(kind).then((list) => new Map(list.map((one) => [one.id, one]))));
    try {
      out[kind] = await named.get(kind);
    } catch (error) {
      named.delete(kind);
      throw error;
    }
  }));
  return out;
}

/** An organisation's path from the root. */
export function pathOf(organisations, id) {
  const steps = [];
  for (let at = organisations.get(id); at && steps.length < 33; at = organisations.get(at.parent)) steps.unshift(at.name);
  return steps.join('/');
}

// --- live

const followers = new Set();
let stream = null;
let cursor = '';
let kinds = [];
let wait = 1000;
let streamTimer = 0;
let pollTimer = 0;
let pending = 0;
export const live = { state: 'waiting', since: Date.now() };

/** `tell` gets {kind: 'event', event} for each event, {kind: 'changed'} when views should read again, {kind: 'state'}. */
export function follow(tell) {
  followers.add(tell);
}

const tellAll = (news) => followers.forEach((tell) => tell(news));

function become(state) {
  if (live.state === state) return;
  live.state = state;
  live.since = Date.now();
  tellAll({ kind: 'state' });
}

function changed() {
  if (pending) return;
  // What comes in bursts is read once.
  pending = setTimeout(() => {
    pending = 0;
    tellAll({ kind: 'changed' });
  }, 150);
}

/** The summary as last read; asks again where `fresh`. */
export async function overview(fresh = true) {
  if (!fresh && summary) return summary;
  const before = summary;
  summary = await status('summary');
  if (before && before.journal.decisions !== summary.journal.decisions) changed();
  return summary;
}

const drift = () => (summary ? Date.parse(summary.time) - summaryAt : 0);
let summaryAt = Date.now();
/** The daemon's clock, as far as the last answer tells. */
export const now = () => Date.now() + drift();

const period = () => (live.state === 'live' ? 10000 : Math.min(60000, wait * 2));

async function poll() {
  clearTimeout(pollTimer);
  try {
    await overview();
    summaryAt = Date.now();
    // The stream may have stayed open while the daemon did not answer.
    const before = live.state;
    become(stream?.readyState === EventSource.OPEN ? 'live' : stream && before === 'waiting' ? 'waiting' : 'polling');
    if (live.state !== 'live' || before === 'lost') changed();
  } catch {
    become('lost');
    wait = Math.min(wait * 2, 30000);
  }
  pollTimer = setTimeout(poll, period());
}

function heard(event) {
  if (event.lastEventId) cursor = event.lastEventId;
  let told = null;
  try {
    told = JSON.parse(event.data);
  } catch {
    return;
  }
  tellAll({ kind: 'event', event: told });
  summaryAt = Date.now();
  overview().then(() => { summaryAt = Date.now(); }, () => {});
  changed();
}

function listen() {
  clearTimeout(streamTimer);
  if (stream) stream.close();
  const query = new URLSearchParams({ language });
  if (cursor) query.set('after', cursor);
  stream = new EventSource(`/restconf/streams/events?${query}`);
  for (const kind of kinds) stream.addEventListener(kind, heard);
  stream.onmessage = heard;
  stream.onopen = () => {
    const missed = live.state !== 'live' && live.state !== 'waiting';
    wait = 1000;
    become('live');
    if (missed) changed();
    poll();
  };
  stream.onerror = () => {
    // A stream that the daemon refused, or that is gone, is asked for again by us, more and more slowly.
    const gone = stream.readyState === EventSource.CLOSED;
    become('polling');
    clearTimeout(pollTimer);
    pollTimer = setTimeout(poll, Math.min(wait, 5000));
    if (!gone) return;
    if (cursor && wait > 4000) cursor = '';
    streamTimer = setTimeout(listen, wait);
    wait = Math.min(wait * 2, 30000);
  };
}

/** Begins to follow, from where a list of events ended; again when the language changes. `names`: the kinds of events,
    each of which has its own name in the stream. */
export function begin(from, names) {
  if (from) cursor = from;
  if (names) kinds = names;
  listen();
}

addEventListener('online', () => listen());
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') poll();
});
addEventListener('pagehide', () => stream?.close());
addEventListener('pageshow', (event) => {
  if (event.persisted) listen();
});

// Puts the page together: which view, when it is read again, language, colours, news.
import { h, kept, morph, say } from './base.js';
import { begin, follow, get, live, overview } from './data.js';
import * as p from './parts.js';
import { count, language, languages, moment, speak, t } from './texts.js';
import { alarmsView, findingsView, journalView, overviewView } from './views.js';
import { devicesView, ticketsView } from './objects.js';
import { linksView } from './links.js';
import { spaceView } from './space.js';

const views = { '': overviewView, devices: devicesView, findings: findingsView, tickets: ticketsView, links: linksView, space: spaceView, alarms: alarmsView, journal: journalView };
const main = document.getElementById('main');
let shown = null; // {view, parameters, data, state, key}
let turn = 0;
let counts = null;
let renewing = false;
let missed = false;

const here = () => (location.hash.replace(/^#\/?/, '') || '').split('/');

function nav() {
  const [now] = here();
  const badge = { findings: counts?.findings, tickets: counts?.tickets?.submitted };
  morph(document.getElementById('nav'), h('nav', {}, h('ul', {}, Object.entries(views).map(([name, view]) => h('li', {},
    h('a', { href: '#/' + name, 'aria-current': name === now ? 'page' : null }, h('span', {}, t(view.name)),
      badge[name] > 0 && h('span', { class: `badge ${name}` }, count(badge[name]), h('span', { class: 'unseen' }, ` ${t('badge-' + name)}`))))))));
  document.getElementById('nav').setAttribute('aria-label', t('views'));
}

const liveKinds = { live: 'good', waiting: 'off', polling: 'warn', lost: 'bad' };

function head() {
  const theme = document.documentElement.dataset.theme || 'auto';
  const next = { auto: 'light', light: 'dark', dark: 'auto' }[theme];
  morph(document.getElementById('head'), h('header', {}, h('a', { class: 'brand', href: '#/' }, h('b', {}, 'assentd'), counts?.name && h('span', {}, say(counts.name))),
    h('div', { class: 'switches' },
      h('span', { id: 'live', class: live.state, role: 'status' }, p.mark(liveKinds[live.state], t('live-' + live.state)),
        live.state === 'lost' && h('span', { class: 'soft' }, ' ', t('since'), ' ', moment(new Date(live.since).toISOString()))),
      h('button', { type: 'button', id: 'theme', 'data-act': 'theme', 'data-value': next, title: t('theme-switch') }, p.shape(theme === 'dark' ? 'good' : theme === 'light' ? 'off' : 'note'), h('span', {}, t('theme-' + theme))),
      Object.entries(languages).map(([name, text]) => h('button', { type: 'button', lang: name.replace('_', '-'), 'data-key': name, 'data-act': 'language', 'data-value': name, 'aria-pressed': String(name === language) }, text)))));
  const skip = document.getElementById('skip');
  skip.textContent = t('skip');
  document.documentElement.dataset.live = live.state;
  morph(document.getElementById('foot'), h('footer', {}, h('p', {}, t('foot'), counts && ` · assentd ${counts.version}`)));
}

function draw(fresh) {
  const content = shown.error ? failed(shown.error) : shown.view.draw(shown.data, shown.parameters, shown.state);
  if (fresh) main.replaceChildren();
  morph(main, h('main', {}, content));
  main.setAttribute('aria-busy', 'false');
  main.dataset.hash = shown.key;
  const heading = main.querySelector('h1');
  document.title = `${heading ? heading.textContent : t(shown.view.name)} – assentd`;
  return heading;
}

function failed(error) {
  const missing = error.status === 404;
  return [p.title(missing ? t('not-there') : t('cannot-read')), h('p', { class: 'failed' }, p.shape(missing ? 'off' : 'bad'), ' ', say(error.message)),
    !missing && h('p', {}, h('button', { type: 'button', 'data-act': 'again' }, t('try-again')))];
}

/** Reads and draws the view of the address; `moved`: a person went there. */
async function show(moved) {
  const mine = (turn += 1);
  const [name, ...parameters] = here();
  const view = views[name] || overviewView;
  const key = location.hash;
  if (moved) main.setAttribute('aria-busy', 'true');
  nav();
  let next = null;
  try {
    next = { view, parameters, key, data: await view.load(parameters) };
  } catch (error) {
    if (mine !== turn) return;
    // What was read before stays visible; the mark at the top says that it is old.
    if (!moved && shown?.data && shown.key === key) return;
    next = { view, parameters, key, error };
  }
  if (mine !== turn) return;
  const other = !shown || shown.key !== key;
  shown = { ...next, state: other ? {} : shown.state };
  const heading = draw(other);
  if (moved && other) {
    heading?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }
}

async function recount() {
  try {
    const summary = await overview(false);
    if (!counts?.name) {
      const root = (await get('assent-registry:organisation?limit=1'))['assent-registry:organisation'][0];
      counts = { ...summary, name: root?.name };
    }
    counts = { ...summary, name: counts.name };
    nav();
    head();
  } catch {
    head();
  }
}

function news(event) {
  const worth = ['finding-opened', 'finding-changed', 'watch-blinded', 'alarm-raised', 'link-abuse'];
  // What people are not told of by itself is for the record.
  if (!worth.includes(event.msgid) || event.severity === 'info') return;
  const box = document.getElementById('news');
  const line = h('p', {}, p.mark(p.severityKind(event.severity), t('new')), ' ', say(event.text), ' ',
    h('button', { type: 'button', 'data-act': 'dismiss' }, t('dismiss')));
  box.prepend(line);
  while (box.children.length > 3) box.lastChild.remove();
  setTimeout(() => line.remove(), 20000);
}

function colours(name) {
  if (name === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
}

const acts = {
  theme(value) {
    kept('theme', value);
    colours(value);
    head();
  },
  async language(value) {
    kept('language', value);
    await speak(value);
    begin();
    head();
    nav();
    await show(false);
  },
  more(value) {
    shown.state.most = Number(value);
    draw(false);
  },
  again: () => show(true),
  dismiss: (value, element) => element.closest('p').remove(),
};

document.addEventListener('click', (event) => {
  const element = event.target.closest('button[data-act]');
  if (element) acts[element.dataset.act]?.(element.dataset.value, element);
  if (event.target.closest('#skip')) {
    event.preventDefault();
    main.focus();
  }
});
document.addEventListener('input', (event) => {
  if (event.target.dataset.act !== 'search' || !shown) return;
  shown.state.search = event.target.value;
  delete shown.state.most;
  draw(false);
});
addEventListener('hashchange', () => show(true));

/** Reads again what is shown: one reading at a time, at most one a second, however much happens. */
async function renew() {
  if (renewing) {
    missed = true;
    return;
  }
  renewing = true;
  missed = false;
  await Promise.all([recount(), show(false)]);
  setTimeout(() => {
    renewing = false;
    if (missed) renew();
  }, 1000);
}

follow((told) => {
  if (told.kind === 'event') news(told.event);
  if (told.kind === 'state') head();
  if (told.kind === 'changed') renew();
});
// Ages of readings grow without an event.
setInterval(() => {
  if (document.visibilityState === 'visible' && live.state !== 'lost') renew();
}, 15000);

colours(kept('theme') || 'auto');
await speak();
head();
const tail = await get('assent-status:events?limit=1').catch(() => null);
begin(tail?.cursor, tail?.kinds);
await Promise.all([show(false), recount()]);

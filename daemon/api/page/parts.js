// What several views share: status marks, tables, facts, differences, bars.
import { code, h, plain, s, say } from './base.js';
import { percent, t, word } from './texts.js';

// Status is a shape, a word and a colour, in this order of importance.
const shapes = {
  good: ['circle', { cx: 6, cy: 6, r: 4 }],
  off: ['circle', { cx: 6, cy: 6, r: 3.4, class: 'ring' }],
  note: ['rect', { x: 2.2, y: 2.2, width: 7.6, height: 7.6, rx: 1 }],
  warn: ['path', { d: 'M6 1.2 11.4 10.8H.6Z' }],
  bad: ['path', { d: 'M6 .6 11.4 6 6 11.4 .6 6Z' }],
  wait: ['path', { d: 'M2.4 1.5h7.2L6 6l3.6 4.5H2.4L6 6Z' }],
};

export const shape = (kind) => s('svg', { viewBox: '0 0 12 12', class: `shape ${kind}`, 'aria-hidden': 'true' }, s(...shapes[kind] || shapes.off));
export const mark = (kind, text) => h('span', { class: `mark ${kind}` }, shape(kind), h('span', {}, text));

const severities = { critical: 'bad', major: 'bad', minor: 'warn', warning: 'warn', alert: 'bad', error: 'bad', emergency: 'bad', notice: 'note', info: 'off' };
export const severityKind = (severity) => severities[severity] || 'note';
export const severity = (name) => mark(severityKind(name), word('severity', name));

const ticketStates = { submitted: 'wait', approved: 'note', open: 'warn', verifying: 'warn', closed: 'good', rejected: 'off', withdrawn: 'off', expired: 'off', revoked: 'bad' };
export const ticketState = (state) => mark(ticketStates[state] || 'note', word('ticket', state));

const findingStates = { open: 'bad', cleared: 'good', accepted: 'note' };
export const findingState = (state) => mark(findingStates[state] || 'note', word('finding', state));

/** How a device is, from its status (or nothing where none is known). */
export function deviceState(device) {
  if (!device || !device.heard) return mark('off', t('device-unheard'));
  return device.reachable ? mark('good', t('device-reachable')) : mark('bad', t('device-unreachable'));
}

export const link = (to, ...children) => h('a', { href: '#/' + to }, ...children);
export const deviceLink = (device, id) => link(`devices/${id}`, device ? say(device.name) : t('device-number', { id }));
export const title = (text, ...beside) => h('div', { class: 'title' }, h('h1', { tabindex: '-1' }, text), ...beside);
export const section = (name, heading, ...children) => h('section', { 'aria-labelledby': name }, h('h2', { id: name }, heading), ...children);
export const nothing = (text) => h('p', { class: 'nothing' }, text);
export const hint = (...children) => h('p', { class: 'hint' }, ...children);

/** A table. `columns`: [{name, of(row), kind: 'num'|'wide'}]; roles are written out because small screens lay it out anew. */
export function table(caption, columns, list, rowKey = (row) => row.id) {
  const head = h('tr', { role: 'row' }, columns.map((one) => h('th', { scope: 'col', role: 'columnheader', class: one.kind }, one.name)));
  const body = list.map((row) => h('tr', { role: 'row', 'data-key': String(rowKey(row)) }, columns.map((one, at) =>
    h(at === 0 ? 'th' : 'td', { role: at === 0 ? 'rowheader' : 'cell', scope: at === 0 ? 'row' : null, class: one.kind, 'data-label': one.name }, h('div', {}, one.of(row))))));
  return h('div', { class: 'scroll' }, h('table', { role: 'table' }, h('caption', { class: 'unseen' }, caption),
    h('thead', { role: 'rowgroup' }, head), h('tbody', { role: 'rowgroup' }, body)));
}

/** A table of which at most `most` rows are drawn; the rest when asked for. */
export function longTable(caption, columns, list, state, rowKey) {
  const most = state.most || 200;
  return [table(caption, columns, list.slice(0, most), rowKey), list.length > most &&
    h('p', { class: 'more' }, h('button', { type: 'button', 'data-act': 'more', 'data-value': String(most * 4) }, t('show-more', { shown: most, all: list.length })))];
}

export const facts = (list) => h('dl', { class: 'facts' }, list.filter((one) => one && one[1] !== undefined && one[1] !== null).map(([name, ...value]) =>
  h('div', {}, h('dt', {}, name), h('dd', {}, ...value))));

/** Before and after, one under the other: signs and words say which is which. */
export function difference(before, after) {
  const side = (name, sign, label, value) => h(name, { class: 'side' }, h('span', { class: 'sign', 'aria-hidden': 'true' }, sign),
    h('span', { class: 'label' }, label), value === undefined ? h('span', { class: 'none' }, t('absent')) : code(value === '' ? t('empty-text') : value));
  return h('div', { class: 'diff' }, side('del', '−', t('before'), before), side('ins', '+', t('after'), after));
}

/** A share as a bar with its number. */
export function bar(share, label) {
  return h('span', { class: 'bar' }, s('svg', { viewBox: '0 0 100 8', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    s('rect', { class: 'whole', width: 100, height: 8, rx: 1 }), share > 0 && s('rect', { class: 'part', width: Math.max(0.8, Math.min(1, share) * 100), height: 8, rx: 1 })),
  h('span', { class: 'num' }, label ?? percent(share)));
}

/** Links that choose one of several. */
export const choice = (label, options, chosen) => h('div', { class: 'choice', role: 'group', 'aria-label': label }, options.map(([value, text, to]) =>
  h('a', { href: '#/' + to, 'aria-current': value === chosen ? 'true' : null }, text)));

export const search = (value) => h('label', { class: 'search' }, h('span', { class: 'unseen' }, t('search')),
  h('input', { type: 'search', id: 'search', 'data-act': 'search', placeholder: t('search'), value, autocomplete: 'off', spellcheck: 'false' }));

/** Does any of these texts hold all words that are looked for? */
export function matches(wanted, ...texts) {
  const all = texts.filter(Boolean).join('\n').toLowerCase();
  return wanted.toLowerCase().split(/\s+/).every((one) => all.includes(one));
}

/** Where an alarm's resource can be looked at. */
export function resource(text, known = {}) {
  const [kind, id] = String(text).split('/');
  const place = { finding: 'findings', device: 'devices', ticket: 'tickets', link: 'links' }[kind];
  if (place && /^\d+$/.test(id || '')) {
    const row = known[kind]?.get(Number(id));
    return link(`${place}/${id}`, row?.name ? say(row.name) : `${word('kind', kind)} ${id}`);
  }
  const row = known[kind]?.get(Number(id));
  return row?.name ? [`${word('kind', kind)} `, say(row.name)] : say(plain(text));
}

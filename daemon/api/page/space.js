// The address map: blocks of a network, and what lies in a block or prefix, as a map and as a table.
import { code, h, plain, s, say } from './base.js';
import { get, names, pathOf } from './data.js';
import * as p from './parts.js';
import { count, percent, t, word } from './texts.js';

const ask = async (query) => (await get(`assent-status:space?${new URLSearchParams(query)}`))['assent-status:space'];
const to = (network, prefix) => `space/${network}/${encodeURIComponent(prefix)}`;

/** A prefix as {first, length, width} with numbers of any size. */
export function numbers(text) {
  const [address, length] = text.split('/');
  if (!address.includes(':'))
    return { first: address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n), length: Number(length), width: 32 };
  const [left, right] = address.split('::');
  const parts = (half) => (half ? half.split(':') : []);
  const head = parts(left);
  const tail = parts(right);
  const all = right === undefined ? head : [...head, ...Array(8 - head.length - tail.length).fill('0'), ...tail];
  return { first: all.reduce((sum, part) => sum * 65536n + BigInt(`0x${part}`), 0n), length: Number(length), width: 128 };
}

/** The text of an address, as RFC 5952 writes it. */
export function address(first, width) {
  if (width === 32) return [24n, 16n, 8n, 0n].map((by) => (first >> by) & 255n).join('.');
  const parts = Array.from({ length: 8 }, (_, at) => ((first >> BigInt(112 - 16 * at)) & 65535n).toString(16));
  let best = [0, 0];
  for (let at = 0; at < 8; at += 1) {
    let end = at;
    while (end < 8 && parts[end] === '0') end += 1;
    if (end - at > best[1] && end - at > 1) best = [at, end - at];
  }
  if (!best[1]) return parts.join(':');
  return `${parts.slice(0, best[0]).join(':')}::${parts.slice(best[0] + best[1]).join(':')}`;
}

const level = (share) => (share <= 0 ? 0 : share < 0.25 ? 1 : share < 0.5 ? 2 : share < 0.75 ? 3 : share < 1 ? 4 : 5);

const wide = 20;
const high = 15;

/** The parts of a space in rows, from left to right: every prefix is a rectangle, a piece of a row or some rows. */
function drawing(network, data, organisations) {
  const around = numbers(data.prefix);
  const bits = Math.round(Math.log2(data.cells.length));
  const inRow = Math.min(16, data.cells.length);
  const margin = around.width === 32 ? 64 : 96;
  const hostBits = BigInt(around.width - around.length - bits);
  const start = (cell) => address(around.first + (BigInt(cell) << hostBits), around.width);
  const box = (from, many, gap) => ({ x: margin + (from % inRow) * wide + gap, y: Math.floor(from / inRow) * high + gap,
    width: Math.min(many, inRow) * wide - 2 * gap, height: Math.max(1, many / inRow) * high - 2 * gap });
  const ground = data.cells.map((share, cell) => {
    const text = `${start(cell)}/${around.length + bits}`;
    const own = [s('title', {}, `${text} ${percent(share)}`), s('rect', { ...box(cell, 1, 0.75), class: `cell l${level(share)}` })];
    return share > 0 && share < 1 && around.length + bits < around.width ? s('a', { href: '#/' + to(network, text), tabindex: '-1' }, own) : s('g', {}, own);
  });
  let named = 0;
  const inside = data.children.filter((child) => numbers(child.prefix).length <= around.length + bits).map((child) => {
    const own = numbers(child.prefix);
    const many = 2 ** (around.length + bits - own.length);
    const found = box(Number((own.first - around.first) >> hostBits), many, 1);
    const who = plain(pathOf(organisations, child.organisation).split('/').pop());
    const label = found.width >= 76 && child.prefix.length * 4.8 < found.width - 8;
    const beside = label && found.width - child.prefix.length * 4.8 > 24 + who.length * 8;
    named += 1;
    return s('a', { href: '#/' + to(network, child.prefix), class: `child l${level(child.share)} ${child.status || ''}`, tabindex: named > 64 ? '-1' : null,
      'aria-label': `${child.prefix} ${who} ${percent(child.share)}` }, s('title', {}, `${child.prefix} ${who} ${percent(child.share)}`),
    s('rect', { ...found, rx: 2 }), label && s('text', { x: found.x + 5, y: found.y + 9.2 }, child.prefix, beside && s('tspan', { class: 'soft', dx: 6 }, who)));
  });
  const rows = data.cells.length / inRow;
  const names = Array.from({ length: rows }, (_, at) => s('text', { class: 'row', x: margin - 5, y: at * high + 10.2 }, start(at * inRow)));
  return h('figure', { class: 'map' }, s('svg', { viewBox: `0 0 ${margin + inRow * wide} ${rows * high}`, role: 'group', 'aria-label': t('map-of', { prefix: data.prefix }) }, names, ground, inside),
    h('figcaption', {}, legend()));
}

const legend = () => h('ul', { class: 'legend' }, [[0, t('free')], [1, '< 25 %'], [2, '< 50 %'], [3, '< 75 %'], [4, '< 100 %'], [5, t('full')]].map(([step, text]) =>
  h('li', {}, s('svg', { viewBox: '0 0 12 12', 'aria-hidden': 'true' }, s('rect', { width: 12, height: 12, rx: 2, class: `cell l${step}` })), text)));

const columns = (network, organisations) => [
  { name: t('prefix'), of: (one) => p.link(to(network, one.prefix), code(one.prefix)) },
  { name: t('share'), of: (one) => p.bar(one.share) },
  { name: t('holder'), of: (one) => say(pathOf(organisations, one.organisation)) },
  { name: t('status'), of: (one) => (one.kind === 'block' ? t('block') : word('prefix', one.status)) },
  { name: t('prefixes-inside'), kind: 'num', of: (one) => count(one.prefixes) },
  { name: t('addresses'), kind: 'num', of: (one) => count(one.addresses) },
  { name: t('description'), kind: 'wide', of: (one) => say(one.description || one.source || '–') },
];

export const spaceView = {
  name: 'space',
  async load([network, prefix]) {
    const known = await names('network', 'organisation');
    if (network) return { known, network: Number(network), space: await ask(prefix ? { network, prefix: decodeURIComponent(prefix) } : { network }), device: prefix ? (await names('device')).device : null };
    const all = await Promise.all([...known.network.keys()].map(async (id) => [id, await ask({ network: id })]));
    return { known, all };
  },
  draw(data) {
    const { network, organisation } = data.known;
    const name = (id) => say(network.get(id)?.name ?? id);
    if (data.all)
      return [p.title(t('space')), p.hint(t('space-hint')), data.all.map(([id, space]) => p.section(`network-${id}`, [t('network'), ' ', name(id)],
        space.children.length ? p.table(t('space'), columns(id, organisation), space.children, (one) => one.prefix) : p.nothing(t('no-blocks'))))];
    const { space } = data;
    const crumbs = h('nav', { class: 'crumbs', 'aria-label': t('where-in-space') }, h('ol', {}, h('li', {}, p.link('space', t('space'))),
      h('li', {}, p.link(`space/${data.network}`, name(data.network))),
      (space.path || []).filter((one, at, all) => one.prefix !== all[at + 1]?.prefix && one.prefix !== space.prefix).map((one) => h('li', {}, p.link(to(data.network, one.prefix), code(one.prefix)))),
      space.prefix && h('li', { 'aria-current': 'page' }, code(space.prefix))));
    if (!space.prefix)
      return [crumbs, p.title([t('network'), ' ', name(data.network)]), space.children.length ? p.table(t('space'), columns(data.network, organisation), space.children, (one) => one.prefix) : p.nothing(t('no-blocks'))];
    const own = space.path[space.path.length - 1];
    const exact = own.prefix === space.prefix;
    return [crumbs, p.title(code(space.prefix), exact && own.status && h('span', { class: 'soft' }, word('prefix', own.status))),
      p.facts([
        [exact ? t('holder') : t('inside-of'), exact ? say(pathOf(organisation, own.organisation)) : code(own.prefix)],
        exact && [t('share'), p.bar(own.share)],
        exact && [t('prefixes-inside'), count(own.prefixes)],
        exact && [t('addresses'), count(own.addresses)],
        exact && (own.description || own.source) && [t('description'), say(own.description || own.source)],
      ]),
      drawing(data.network, space, organisation),
      space.children.length > 0 && p.section('inside', t('prefixes'), p.table(t('prefixes'), columns(data.network, organisation), space.children, (one) => one.prefix)),
      space['children-left-out'] > 0 && p.hint(t('left-out', { number: count(space['children-left-out']) })),
      space.addresses.length > 0 && p.section('addresses', t('addresses'), p.table(t('addresses'), [
        { name: t('address'), of: (one) => code(one.address) },
        { name: t('name'), of: (one) => say(one.name || '–') },
        { name: t('holder'), of: (one) => say(pathOf(organisation, one.organisation)) },
        { name: t('device'), of: (one) => (one.device ? p.deviceLink(data.device?.get(one.device), one.device) : '–') },
        { name: t('description'), kind: 'wide', of: (one) => say(one.description || '–') },
      ], space.addresses)),
      space['addresses-left-out'] > 0 && p.hint(t('left-out', { number: count(space['addresses-left-out']) })),
      space.children.length + space.addresses.length === 0 && p.nothing(t('all-free'))];
  },
};

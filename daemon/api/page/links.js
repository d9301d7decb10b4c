// Links: what each carries against what it may, and whether a shared one is full.
import { code, h, say } from './base.js';
import { get, names, now, pathOf, row } from './data.js';
import { meter, stretches, traffic } from './chart.js';
import * as p from './parts.js';
import { ago, count, moment, percent, rate, t, word } from './texts.js';

const kinds = { normal: 'good', disabled: 'off', unmeasured: 'off', excess: 'warn', congested: 'bad', abuse: 'bad' };
const order = ['abuse', 'congested', 'excess', 'unmeasured', 'normal', 'disabled'];
const state = (one) => p.mark(kinds[one.state] || 'note', word('link', one.state));
const spans = [['24', 24], ['168', 168], ['840', 840]];

/** All links with what they carry. */
async function carried() {
  const out = [];
  for (let after = 0; ;) {
    const page = await get(`assent-status:links?limit=5000&after=${after}`);
    out.push(...page['assent-status:links']);
    if (!page.next) return out;
    after = page.next;
  }
}

export const linksView = {
  name: 'links',
  async load([id, hours]) {
    const known = await names('network', 'organisation', 'device');
    if (!id) return { known, list: await carried() };
    const span = spans.find(([name]) => name === hours)?.[1] ?? 24;
    const [all, one, entry] = await Promise.all([carried(), get(`assent-status:links=${encodeURIComponent(id)}?hours=${span}`), row('link', id)]);
    return { known, span, one: one['assent-status:links'][0], entry, behind: all.filter((each) => each.uplink === Number(id)) };
  },
  draw(data, parameters, kept) {
    if (data.one) return oneLink(data);
    const wanted = kept.search || '';
    const holder = (one) => pathOf(data.known.organisation, one['organisation-id']) || one.organisation;
    const list = data.list.filter((one) => p.matches(wanted, one.name, one.interface, one.device, holder(one), one.state, word('link', one.state), one.service))
      .sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || a.id - b.id);
    return [p.title(t('links'), h('span', { class: 'soft' }, count(data.list.length))), h('div', { class: 'tools' }, p.search(wanted)),
      list.length ? p.longTable(t('links'), columns(holder), list, kept) : p.nothing(wanted ? t('none-found') : t('no-links'))];
  },
};

const columns = (holder) => [
  { name: t('link'), of: (one) => p.link(`links/${one.id}`, say(one.name)) },
  { name: t('state'), of: state },
  { name: t('holder'), of: (one) => say(holder(one)) },
  { name: t('up'), of: (one) => meter(one['up-mean'] ?? one.up, limit(one, 'up')) },
  { name: t('down'), of: (one) => meter(one['down-mean'] ?? one.down, limit(one, 'down')) },
  { name: t('uplink'), of: (one) => (one.uplink ? [p.link(`links/${one.uplink}`, say(one['uplink-name'] ?? one.uplink)), shares(one)] : one.shared ? t('shared') : '–') },
  { name: t('measured'), of: (one) => ago(one.measured, now()) },
];

/** What counts: the entitlement; of a shared link what it can carry. */
const limit = (one, side) => one[`entitlement-${side}`] ?? (one.shared ? one.capacity : undefined);
/** Its part of what the uplink carries, each way. */
const shares = (one) => one['share-up'] !== undefined && h('span', { class: 'soft' }, ` ↑ ${percent(one['share-up'] / 100)} ↓ ${percent((one['share-down'] ?? 0) / 100)}`);

function why(one) {
  const since = one.since && [' ', t('since'), ' ', moment(one.since)];
  const text = { abuse: 'link-abuse-text', congested: 'link-congested-text', excess: 'link-excess-text', unmeasured: 'link-unmeasured-text' }[one.state];
  return text && h('p', { class: 'lead' }, t(text), one.state === 'unmeasured' ? [' ', h('span', { class: 'soft' }, `(${word('sample', one.outcome)})`)] : h('span', { class: 'soft' }, since));
}

function oneLink({ one, entry, known, span, behind }) {
  const until = Math.floor(now() / 1000);
  const from = until - span * 3600;
  const month = one.percentile || {};
  const limits = [
    { name: `${t('entitlement')} ${[...new Set([one['entitlement-up'], one['entitlement-down']])].filter(Boolean).map(rate).join(' · ')}`, class: 'entitled', up: one['entitlement-up'], down: one['entitlement-down'] },
    one.shared && { name: `${t('capacity')} ${rate(one.capacity)}`, class: 'capacity', up: one.capacity, down: one.capacity },
    { name: t('percentile'), class: 'percentile', up: month.up, down: month.down },
  ].filter(Boolean);
  // Samples of five minutes; where there are none yet, what was read last.
  const recent = !one.series.time.length || (span === 24 && one.series.time.length < 3);
  const series = recent ? one.recent : one.series;
  const begin = recent && series.time.length ? Math.min(series.time[0], until - 900) : from;
  return [p.title(say(one.name), state(one)), why(one),
    p.facts([
      [t('up'), meter(one['up-mean'] ?? one.up, limit(one, 'up'))],
      [t('down'), meter(one['down-mean'] ?? one.down, limit(one, 'down'))],
      [t('holder'), say(pathOf(known.organisation, one['organisation-id']) || one.organisation)],
      [t('device'), p.deviceLink(known.device.get(one['device-id']), one['device-id']), ' ', code(one.interface)],
      one.uplink && [t('uplink'), p.link(`links/${one.uplink}`, say(one['uplink-name'] ?? one.uplink)), shares(one)],
      one.capacity && [t('capacity'), rate(one.capacity), one['utilisation-up'] !== undefined && h('span', { class: 'soft' }, ` ${percent(one['utilisation-up'] / 100)} · ${percent(one['utilisation-down'] / 100)}`)],
      one.service && [t('service'), say(one.service), one.protected && h('span', { class: 'soft' }, ` ${t('protected')}`)],
      entry.raised && [t('raised-entitlement'), rate(entry.raised), ' ', h('span', { class: 'soft' }, moment(entry['raised-from']), ' – ', moment(entry['raised-until']))],
      [t('measured'), ago(one.measured, now())],
    ].filter(Boolean)),
    p.section('traffic', t('traffic'), h('div', { class: 'tools' }, p.choice(t('span'), spans.map(([name, hours]) => [name, t(`span-${name}`), `links/${one.id}/${name}`]), String(span))),
      series.time.length ? traffic(series, begin, until, limits, t('traffic-of', { name: one.name })) : p.nothing(t('no-samples')),
      series.time.length > 0 && numbers(series, begin, until)),
    p.section('percentile', t('percentile-95'), month.samples ? p.facts([
      [t('up'), rate(month.up)], [t('down'), rate(month.down)],
      [t('samples-counted'), count(month.samples), h('span', { class: 'soft' }, ` ${t('n-missing', { number: count(month.missing) })}`)],
      [t('month'), moment(month.from, true), ' – ', moment(month.until, true)],
    ]) : p.nothing(t('no-samples-month')), p.hint(t('percentile-hint'))),
    behind.length > 0 && p.section('behind', t('behind'), p.table(t('behind'), columns((each) => each.organisation), behind))];
}

const numbers = (series, from, until) => h('details', { class: 'numbers' }, h('summary', {}, t('as-numbers')), p.table(t('traffic'), [
  { name: t('from'), of: (one) => moment(new Date(one.from * 1000).toISOString(), true) },
  { name: t('up-mean'), kind: 'num', of: (one) => rate(one.up) },
  { name: t('up-highest'), kind: 'num', of: (one) => rate(one.topUp) },
  { name: t('down-mean'), kind: 'num', of: (one) => rate(one.down) },
  { name: t('down-highest'), kind: 'num', of: (one) => rate(one.topDown) },
], stretches(series, from, until, 24), (one) => one.from));

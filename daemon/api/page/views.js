// Overview, findings, alarms and journal. A view is {load(parameters), draw(what was loaded, parameters, state)}.
import { code, h, say } from './base.js';
import { get, live, names, newest, now, overview, pathOf, row, rows, status } from './data.js';
import * as p from './parts.js';
import { ago, count, language, moment, t, tn, word } from './texts.js';

const rank = { critical: 0, major: 1, minor: 2, warning: 3 };
export const bySeverity = (list) => [...list].sort((a, b) => (rank[a.severity] ?? 4) - (rank[b.severity] ?? 4) || (b.changed > a.changed ? 1 : -1));
/** Of what is hidden (by its cause, by work that a ticket announces, by a person, because it flaps) people are not told. */
const quiet = (alarm) => Boolean(alarm.hidden?.why || alarm.cleared);

// --- overview

function problems(data) {
  const known = data.names;
  const out = bySeverity(data.alarms.filter((one) => !quiet(one))).map((alarm) => ({
    key: `${alarm.type} ${alarm.resource} ${alarm.qualifier ?? ''}`, kind: p.severityKind(alarm.severity), word: word('severity', alarm.severity),
    text: say(alarm.text.text), where: p.resource(alarm.resource, known), at: alarm.raised, times: alarm.times,
  }));
  const told = new Set(data.alarms.map((one) => one.resource));
  for (const device of data.devices)
    if (device.heard && !device.reachable && !told.has(`device/${device.id}`))
      out.push({ key: `device ${device.id}`, kind: 'bad', word: t('device-unreachable'), text: say(device.reason || ''), where: p.deviceLink(device, device.id), at: device['last-reading'] });
  for (const agent of data.agents)
    if (!agent.connected && !told.has(`agent/${agent.id}`))
      out.push({ key: `agent ${agent.id}`, kind: 'bad', word: t('agent-away'), text: t('agent-away-text'), where: say(agent.name), at: agent.heard });
  for (const check of data.readiness.checks)
    if (!check.good) out.push({ key: `check ${check.name}`, kind: 'bad', word: t('not-ready'), text: say(check.text.text), where: say(check.name) });
  return out;
}

function wrong(list, data) {
  if (list.length === 0)
    return h('p', { class: 'calm' }, p.shape('good'), h('span', {}, t('all-well'), ' ', h('span', { class: 'soft' },
      t('all-well-more', { devices: count(data.devices.length), agents: count(data.agents.length) }))));
  const most = 12;
  return [h('ul', { class: 'wrong' }, list.slice(0, most).map((one) => h('li', { 'data-key': one.key, class: one.kind },
    p.mark(one.kind, one.word), h('div', {}, h('p', {}, one.text), h('p', { class: 'soft' }, one.where, one.at && [' · ', t('since'), ' ', moment(one.at)],
      one.times > 1 && [' · ', t('times', { number: count(one.times) })]))))),
  list.length > most && h('p', {}, p.link('alarms', t('all-alarms', { number: count(list.length) })))];
}

const silent = (data) => {
  const hidden = data.alarms.filter(quiet).length;
  return hidden > 0 && p.hint(p.link('alarms/all', t('n-hidden', { number: count(hidden) })));
};

function figures(data) {
  const { summary } = data;
  const unreachable = data.devices.filter((one) => one.heard && !one.reachable).length;
  const one = (to, number, text, more, kind) => h('li', {}, h('a', { href: '#/' + to, class: kind }, h('b', {}, count(number)), h('span', {}, text), h('small', {}, more || '\u00a0')));
  const tickets = summary.tickets;
  return h('ul', { class: 'figures' },
    one('findings', summary.findings, t('open-findings'), null, summary.findings ? 'bad' : ''),
    one('devices', data.devices.length, t('devices'), unreachable ? t('n-unreachable', { number: count(unreachable) }) : t('all-reachable')),
    one('tickets', (tickets.submitted ?? 0) + (tickets.approved ?? 0) + (tickets.open ?? 0) + (tickets.verifying ?? 0), t('tickets-under-way'),
      t('n-waiting', { number: count(tickets.submitted ?? 0) })),
    one('space', summary.objects.address ?? 0, t('addresses'), t('n-prefixes', { number: count(summary.objects.prefix ?? 0) })),
    one('links', summary.objects.link ?? 0, t('links')),
    one('journal', summary.journal.decisions, t('decisions'), t('n-records', { number: count(summary.journal.records) })));
}

function networks(data) {
  const of = (id) => [...data.names.device.values()].filter((one) => one.network === id).map((one) => data.how.get(one.id) || {});
  return p.table(t('networks'), [
    { name: t('network'), of: (one) => p.link(`space/${one.id}`, say(one.name)) },
    { name: t('description'), kind: 'wide', of: (one) => say(one.description || '–') },
    { name: t('devices'), kind: 'num', of: (one) => count(of(one.id).length) },
    { name: t('unreachable'), kind: 'num', of: (one) => count(of(one.id).filter((d) => d.heard && !d.reachable).length) },
    { name: t('open-findings'), kind: 'num', of: (one) => count(of(one.id).reduce((sum, d) => sum + (d.findings || 0), 0)) },
  ], [...data.names.network.values()]);
}

const agents = (data) => p.table(t('agents'), [
  { name: t('agent'), of: (one) => say(one.name) },
  { name: t('state'), of: (one) => (one.connected ? p.mark('good', t('connected')) : p.mark('bad', t('agent-away'))) },
  { name: t('network'), of: (one) => say(data.names.network.get(data.names.agent.get(one.id)?.network)?.name || '–') },
  { name: t('last-heard'), of: (one) => ago(one.heard, now()) },
], data.agents);

// Good enough to go on, and worth a thought.
const told = ['ready.no-recovery-keys', 'ready.clock-not-required'];
const checks = (data) => h('ul', { class: 'checks' }, data.readiness.checks.map((one) => h('li', { 'data-key': one.name },
  p.mark(one.good ? (told.includes(one.text.id) ? 'note' : 'good') : 'bad', word('check', one.name)), h('span', { class: 'soft' }, say(one.text.text)))));

/** A time line of events, newest first. */
export const eventList = (list) => h('ol', { class: 'events' }, list.map((one) => h('li', { 'data-key': `${one.stream}${one.number}` },
  moment(one.time), p.mark(p.severityKind(one.severity), word('severity', one.severity)), h('span', { class: 'text' }, say(one.text)),
  h('span', { class: 'soft code' }, `${one.msgid} ${one.stream[0]}${one.number}`))));

const newestFirst = async (limit) => (await get(`assent-status:events?limit=${limit}`))['assent-status:events'].reverse();

export const overviewView = {
  name: 'overview',
  async load() {
    const [summary, alarms, devices, agentList, readiness, events, known] = await Promise.all([overview(), status('alarms'), status('devices'),
      status('agents'), status('readiness'), newestFirst(8), names('network', 'device', 'agent', 'link')]);
    return { summary, alarms, devices, agents: agentList, readiness, events, names: known, how: new Map(devices.map((one) => [one.id, one])) };
  },
  draw(data) {
    const list = problems(data);
    return [p.title(t('overview'), h('span', { class: 'soft' }, moment(data.summary.time, true))),
      p.section('wrong', list.length ? t('what-is-wrong') : t('now'), wrong(list, data), silent(data)),
      figures(data),
      p.section('networks', t('networks'), networks(data)),
      h('div', { class: 'pair' }, p.section('agents', t('agents'), agents(data)), p.section('checks', t('daemon-and-clock'), checks(data))),
      p.section('latest', t('latest'), data.events.length ? eventList(data.events) : p.nothing(t('no-events')))];
  },
};

// --- findings

const interval = (finding) => (finding.earliest === finding.latest ? moment(finding.latest) : [moment(finding.earliest), ' – ', moment(finding.latest)]);

const nearest = (finding) => (finding.nearest || []).map((one) => h('li', {}, p.link(`tickets/${one.ticket}`, t('ticket-number', { id: one.ticket })), ': ',
  one.missing ? tn(one.missing.id, one.missing.args || {}) : ''));

export const findingsView = {
  name: 'findings',
  async load([id]) {
    const known = await names('device', 'organisation');
    if (/^\d+$/.test(id || '')) return { known, one: await row('finding', id) };
    if (id === 'all') return { known, list: await newest('finding', 1000) };
    const list = await rows('finding', { state: 'open' }, 5000);
    return { known, list: list.reverse(), open: true };
  },
  draw(data, [id], state) {
    if (data.one) return oneFinding(data.one, data.known);
    const wanted = state.search || '';
    const device = (one) => data.known.device.get(one.device);
    const list = data.list.filter((one) => matchesFinding(one, device(one), wanted));
    const columns = [
      { name: '#', of: (one) => p.link(`findings/${one.id}`, t('finding-number', { id: one.id })) },
      { name: t('state'), of: (one) => p.findingState(one.state) },
      { name: t('device'), of: (one) => p.deviceLink(device(one), one.device) },
      { name: t('what'), kind: 'wide', of: (one) => h('div', { class: 'what' }, code(one.path), one.kind === 'watch-blinded' ? p.hint(t('blinded')) : p.difference(one.before, one.after)) },
      { name: t('seen'), of: (one) => moment(one.latest) },
      { name: t('verdict'), of: (one) => word('verdict', one.verdict) },
    ];
    return [p.title(t('findings')), h('div', { class: 'tools' },
      p.choice(t('which'), [['open', t('open-ones'), 'findings'], ['all', t('all-ones'), 'findings/all']], id === 'all' ? 'all' : 'open'), p.search(wanted)),
    list.length ? p.longTable(t('findings'), columns, list, state) : p.nothing(wanted ? t('none-found') : t('no-findings'))];
  },
};

const matchesFinding = (one, device, wanted) => p.matches(wanted, device?.name, one.path, one.before, one.after, String(one.id), one.state, one.verdict);

function oneFinding(one, known) {
  const device = known.device.get(one.device);
  const near = nearest(one);
  return [p.title(t('finding-number', { id: one.id }), p.findingState(one.state)),
    h('p', { class: 'lead' }, p.deviceLink(device, one.device), ' ', code(one.path)),
    one.kind === 'watch-blinded' ? p.hint(t('blinded')) : p.difference(one.before, one.after),
    p.facts([
      [t('changed-between'), interval(one)],
      [t('verdict'), word('verdict', one.verdict), h('p', { class: 'soft' }, t('verdict-' + one.verdict + '-text'))],
      [t('operation'), word('operation', one.operation)],
      [t('holder'), device ? say(pathOf(known.organisation, device.organisation)) : null],
      [t('opened'), moment(one.opened, true)],
      one.closed && [t('closed'), moment(one.closed, true)],
      [t('who'), one.who ? say(one.who) : h('span', { class: 'soft' }, t('who-hidden'))],
      one.how && [t('how'), say(one.how)],
    ]),
    p.section('nearest', t('nearest'), near.length ? h('ul', { class: 'nearest' }, near) : p.nothing(t('no-ticket-near'))),
    p.hint(t('at-terminal'), ' ', h('code', {}, `assentctl finding why ${one.id}`), ' · ', h('code', {}, `assentctl finding accept ${one.id}`))];
}

// --- alarms

export const alarmsView = {
  name: 'alarms',
  async load() {
    const [alarms, known] = await Promise.all([status('alarms'), names('device', 'agent', 'link', 'network')]);
    return { alarms, known };
  },
  draw({ alarms, known }, [which], state) {
    const wanted = state.search || '';
    const shown = bySeverity(alarms).filter((one) => (which === 'all' || !quiet(one)) && p.matches(wanted, one.type, one.resource, one.text.text, one.severity));
    const hidden = alarms.filter(quiet).length;
      const how = (one) => [one.cleared ? p.mark('good', t('alarm-cleared')) : one.hidden?.why ? p.mark('off', word('hidden', one.hidden.why))
      : one.acknowledged ? p.mark('note', t('alarm-acknowledged')) : p.mark('warn', t('alarm-raised')),
    one.hidden?.by && h('p', { class: 'soft' }, say(one.hidden.by)), one['shelved-until'] && h('p', { class: 'soft' }, t('until'), ' ', moment(one['shelved-until'])),
    one.flapping && h('p', { class: 'soft' }, t('flapping'))];
    const columns = [
      { name: t('severity'), of: (one) => p.severity(one.severity) },
      { name: t('what'), kind: 'wide', of: (one) => [h('p', {}, say(one.text.text)), h('p', { class: 'soft code' }, one.type)] },
      { name: t('where'), of: (one) => [p.resource(one.resource, known), one.qualifier && h('p', { class: 'soft' }, say(one.qualifier))] },
      { name: t('state'), of: how },
      { name: t('raised'), of: (one) => moment(one.raised) },
      { name: t('alarm-changed'), of: (one) => moment(one.changed) },
      { name: t('how-often'), kind: 'num', of: (one) => count(one.times) },
    ];
    return [p.title(t('alarms')), h('div', { class: 'tools' },
      p.choice(t('which'), [['', t('alarms-that-count'), 'alarms'], ['all', t('alarms-with-quiet', { number: count(hidden) }), 'alarms/all']], which === 'all' ? 'all' : ''), p.search(wanted)),
    shown.length ? p.longTable(t('alarms'), columns, shown, state, (one) => `${one.type} ${one.resource} ${one.qualifier ?? ''}`)
      : p.nothing(wanted ? t('none-found') : t('no-alarms'))];
  },
};

// --- journal

export const journalView = {
  name: 'journal',
  async load() {
    const [events, summary] = await Promise.all([newestFirst(300), overview()]);
    return { events, summary, language };
  },
  draw({ events, summary }, parameters, state) {
    const wanted = state.search || '';
    const list = events.filter((one) => p.matches(wanted, one.text, one.msgid, one.severity));
    return [p.title(t('journal'), live.state === 'live' && p.mark('good', t('live'))),
      p.facts([[t('decisions'), count(summary.journal.decisions)], [t('records'), count(summary.journal.records)],
        [t('installation'), h('span', { class: 'code wrap' }, summary.installation)]]),
      p.hint(t('journal-hint')), h('div', { class: 'tools' }, p.search(wanted)),
      list.length ? eventList(list) : p.nothing(wanted ? t('none-found') : t('no-events'))];
  },
};

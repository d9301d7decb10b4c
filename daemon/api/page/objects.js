// Devices and tickets.
import { code, h, say } from './base.js';
import { names, newest, now, pathOf, row, rows, status } from './data.js';
import * as p from './parts.js';
import { ago, count, moment, t, word } from './texts.js';

// --- devices

const deviceColumns = (data) => [
  { name: t('device'), of: (one) => p.link(`devices/${one.id}`, say(one.name)) },
  { name: t('state'), of: (one) => p.deviceState(data.how.get(one.id)) },
  { name: t('open-findings'), kind: 'num', of: (one) => openFindings(data.how.get(one.id), one.id) },
  { name: t('network'), of: (one) => say(data.known.network.get(one.network)?.name || '–') },
  { name: t('holder'), of: (one) => say(pathOf(data.known.organisation, one.organisation)) },
  { name: t('address'), of: (one) => code(one.address + (one.port && one.port !== 161 ? ` ${one.port}` : '')) },
  { name: t('profile'), of: (one) => say(one.profile) },
  { name: t('last-reading'), of: (one) => ago(data.how.get(one.id)?.['last-reading'], now()) },
  { name: t('baseline'), of: (one) => (data.how.get(one.id)?.baseline ? p.mark('good', t('baseline-taken')) : p.mark('off', t('baseline-none'))) },
];

function openFindings(how, id) {
  if (!how?.findings) return h('span', { class: 'none' }, '0');
  return h('a', { href: `#/devices/${id}`, class: 'mark bad' }, p.shape('bad'), h('span', {}, count(how.findings)));
}

const trouble = (how) => (how?.heard && !how.reachable ? 2 : 0) + (how?.findings ? 1 : 0);

export const devicesView = {
  name: 'devices',
  async load([id]) {
    const [known, how] = await Promise.all([names('network', 'organisation', 'device', 'agent'), status('devices')]);
    const data = { known, how: new Map(how.map((one) => [one.id, one])) };
    if (!id) return data;
    const [one, findings, links] = await Promise.all([row('device', id), rows('finding', { device: id }, 2000), rows('link', { device: id }, 500)]);
    return { ...data, one, findings: findings.reverse(), links };
  },
  draw(data, parameters, state) {
    if (data.one) return oneDevice(data);
    const wanted = state.search || '';
    const list = [...data.known.device.values()].filter((one) => p.matches(wanted, one.name, one.address, one.profile,
      data.known.network.get(one.network)?.name, pathOf(data.known.organisation, one.organisation), ...(one.labels || [])));
    list.sort((a, b) => trouble(data.how.get(b.id)) - trouble(data.how.get(a.id)) || a.id - b.id);
    return [p.title(t('devices'), h('span', { class: 'soft' }, count(data.known.device.size))), h('div', { class: 'tools' }, p.search(wanted)),
      list.length ? p.longTable(t('devices'), deviceColumns(data), list, state) : p.nothing(wanted ? t('none-found') : t('no-devices'))];
  },
};

function oneDevice({ one, how, known, findings, links }) {
  const is = how.get(one.id);
  return [p.title(say(one.name), p.deviceState(is)),
    is?.reason && !is.reachable && h('p', { class: 'lead' }, say(is.reason)),
    p.facts([
      [t('network'), say(known.network.get(one.network)?.name)],
      [t('holder'), say(pathOf(known.organisation, one.organisation))],
      [t('address'), code(`${one.address}${one.port ? ` ${one.port}` : ''}`)],
      [t('profile'), say(one.profile)],
      [t('agent'), say(known.agent.get(one.agent)?.name)],
      [t('labels'), (one.labels || []).map((label) => [say(label, 'bdi', { class: 'label' }), ' '])],
      [t('last-reading'), ago(is?.['last-reading'], now()), ' ', h('span', { class: 'soft' }, moment(is?.['last-reading']))],
      [t('baseline'), is?.baseline ? p.mark('good', t('baseline-taken')) : p.mark('off', t('baseline-none'))],
      [t('samples'), count(is?.samples)],
    ]),
    p.section('device-findings', t('findings'), findings.length ? p.table(t('findings'), [
      { name: '#', of: (row) => p.link(`findings/${row.id}`, t('finding-number', { id: row.id })) },
      { name: t('state'), of: (row) => p.findingState(row.state) },
      { name: t('what'), kind: 'wide', of: (row) => h('div', { class: 'what' }, code(row.path), p.difference(row.before, row.after)) },
      { name: t('seen'), of: (row) => moment(row.latest) },
    ], findings.slice(0, 100)) : p.nothing(t('no-findings-here'))),
    links.length > 0 && p.section('device-links', t('links'), h('ul', { class: 'plain' }, links.map((link) =>
      h('li', {}, p.link(`links/${link.id}`, say(link.name)), ' ', code(link.interface)))))];
}

// --- tickets

const underWay = ['submitted', 'approved', 'open', 'verifying'];

export const ticketsView = {
  name: 'tickets',
  async load([id]) {
    if (/^\d+$/.test(id || '')) return { one: await row('ticket', id), known: await names('organisation', 'device') };
    if (id === 'all') return { list: await newest('ticket', 1000) };
    const lists = await Promise.all(underWay.map((state) => rows('ticket', { state }, 2000)));
    const list = lists.flat().sort((a, b) => b.id - a.id);
    return { list, recent: (await newest('ticket', 50)).filter((one) => !underWay.includes(one.state)).slice(0, 20) };
  },
  draw(data, [id], state) {
    if (data.one) return oneTicket(data.one, data.known);
    const wanted = state.search || '';
    const list = data.list.filter((one) => p.matches(wanted, String(one.id), one.state, one.kind, one.template, word('ticket', one.state)));
    return [p.title(t('tickets')), h('div', { class: 'tools' },
      p.choice(t('which'), [['', t('under-way'), 'tickets'], ['all', t('all-ones'), 'tickets/all']], id === 'all' ? 'all' : ''), p.search(wanted)),
    list.length ? p.longTable(t('tickets'), ticketColumns(), list, state) : p.nothing(wanted ? t('none-found') : t('no-tickets')),
    data.recent?.length > 0 && p.section('recent', t('lately-done'), p.table(t('lately-done'), ticketColumns(), data.recent))];
  },
};

const ticketColumns = () => [
  { name: t('ticket'), of: (one) => p.link(`tickets/${one.id}`, t('ticket-number', { id: one.id })) },
  { name: t('state'), of: (one) => p.ticketState(one.state) },
  { name: t('outcome'), of: (one) => (one.outcome ? word('outcome', one.outcome) : '–') },
  { name: t('kind'), of: (one) => [word('ticket-kind', one.kind), one.template ? [' ', say(one.template)] : ''] },
  { name: t('waits-for'), of: (one) => (one.state === 'submitted' ? say(waiting(one).join(', ')) : '–') },
  { name: t('submitted'), of: (one) => moment(one.submitted) },
  { name: t('window'), of: (one) => windowText(one) },
];

const windowText = (one) => (one.window?.opens || one.window?.closes ? [one.window.opens ? moment(one.window.opens) : t('at-once'), ' – ', moment(one.window.closes)] : '–');

const given = (one, stage) => (one.approvals || []).filter((approval) => approval.stage === stage.name);
const waiting = (one) => (one.stages || []).filter((stage) => given(one, stage).length < (stage.quorum || 1)).map((stage) => stage.name);

/** What has happened and what is to come, in order. */
function timeLine(one) {
  const step = (kind, at, text, ...more) => ({ kind, at, text, more });
  const out = [step('good', one.submitted, t('step-submitted'))];
  for (const approval of one.approvals || []) out.push(step('good', approval.at, t('step-approval'), say(approval.stage)));
  if (one.approved) out.push(step('good', one.approved, t('step-approved')));
  if (one.opened) out.push(step('good', one.opened, t('step-opened')));
  const ends = { rejected: 'bad', withdrawn: 'off', expired: 'off', revoked: 'bad', closed: 'good' };
  if (one.closed) out.push(step(ends[one.state] || 'good', one.closed, word('ticket', one.state), one.outcome && word('outcome', one.outcome)));
  out.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  if (one.state === 'submitted')
    for (const stage of one.stages || [])
      if (given(one, stage).length < (stage.quorum || 1)) {
        const due = stage.due && new Date(Date.parse(one.submitted) + stage.due * 1000).toISOString();
        out.push(step('wait', due, t('step-waits'), say(stage.name), ` ${given(one, stage).length}/${stage.quorum || 1}`));
      }
  if (['submitted', 'approved'].includes(one.state) && one.window?.opens) out.push(step('off', one.window.opens, t('step-will-open')));
  if (['submitted', 'approved', 'open'].includes(one.state) && one.window?.closes) out.push(step('off', one.window.closes, t('step-will-close')));
  if (['submitted', 'approved'].includes(one.state) && one.expires) out.push(step('off', one.expires, t('step-will-expire')));
  return h('ol', { class: 'line' }, out.map((each, at) => h('li', { class: each.kind, 'data-key': `${at} ${each.text}` }, p.shape(each.kind), moment(each.at, true),
    h('span', {}, each.text, each.more?.length ? h('span', { class: 'soft' }, ' ', each.more) : ''))));
}

function oneTicket(one, known) {
  const used = new Set(one['permit-used'] || []);
  const where = (permit) => (permit.device ? p.deviceLink(known.device.get(permit.device), permit.device) : [t('label'), ' ', say(permit.label)]);
  return [p.title(t('ticket-number', { id: one.id }), p.ticketState(one.state), one.outcome && h('span', { class: 'soft' }, word('outcome', one.outcome))),
    p.section('line', t('time-line'), timeLine(one)),
    p.facts([
      [t('kind'), word('ticket-kind', one.kind), one.template ? [' ', say(one.template)] : ''],
      [t('window'), windowText(one)],
      [t('policy'), t('policy-version', { version: one['policy-version'] })],
      [t('revision'), one.revision],
    ]),
    (one.stages || []).length > 0 && p.section('stages', t('stages'), p.table(t('stages'), [
      { name: t('stage'), of: (stage) => say(stage.name) },
      { name: t('given'), kind: 'num', of: (stage) => `${given(one, stage).length}/${stage.quorum || 1}` },
      { name: t('right'), of: (stage) => h('span', { class: 'code' }, say(stage.right)) },
      { name: t('holder'), of: (stage) => say(pathOf(known.organisation, stage.organisation) || '–') },
      { name: t('rule'), kind: 'wide', of: (stage) => say(stage.rule || '–') },
    ], one.stages, (stage) => stage.name)),
    (one.permits || []).length > 0 && p.section('permits', t('permits'), p.table(t('permits'), [
      { name: t('where'), of: where },
      { name: t('path'), kind: 'wide', of: (permit) => code(permit.path) },
      { name: t('operation'), of: (permit) => word('operation', permit.operation || 'any') },
      { name: t('value'), of: (permit) => (permit.value === undefined ? t('any-value') : code(permit.value)) },
      { name: t('state'), of: (permit) => (used.has(permit.number) ? p.mark('good', t('permit-used')) : p.mark('off', t('permit-unused'))) },
    ], one.permits.map((permit, at) => ({ ...permit, number: at + 1 })), (permit) => permit.number)),
    (one.made || []).length > 0 && p.section('made', t('made'), h('ul', { class: 'plain' }, one.made.slice(0, 50).map((made) =>
      h('li', {}, made.kind === 'device' ? p.deviceLink(known.device.get(made.id), made.id) : `${word('kind', made.kind)} ${made.id}`)))),
    p.hint(t('ticket-hidden'), ' ', h('code', {}, `assentctl ticket show ${one.id}`))];
}

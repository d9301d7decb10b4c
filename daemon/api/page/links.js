// Links: what each carries against what it may.
import { code, h, say } from './base.js';
import { names, pathOf, row, rows } from './data.js';
import * as p from './parts.js';
import { rate, t } from './texts.js';

export const linksView = {
  name: 'links',
  async load([id]) {
    const known = await names('network', 'organisation', 'device');
    if (id) return { known, one: await row('link', id) };
    return { known, list: await rows('link') };
  },
  draw(data, parameters, state) {
    const { network, organisation, device } = data.known;
    if (data.one) return oneLink(data.one, data.known);
    const wanted = state.search || '';
    const list = data.list.filter((one) => p.matches(wanted, one.name, one.interface, device.get(one.device)?.name, pathOf(organisation, one.organisation)));
    return [p.title(t('links')), h('div', { class: 'tools' }, p.search(wanted)), list.length ? p.longTable(t('links'), [
      { name: t('link'), of: (one) => p.link(`links/${one.id}`, say(one.name)) },
      { name: t('state'), of: (one) => (one.enabled ? p.mark('good', t('enabled')) : p.mark('off', t('disabled'))) },
      { name: t('holder'), of: (one) => say(pathOf(organisation, one.organisation)) },
      { name: t('network'), of: (one) => say(network.get(one.network)?.name) },
      { name: t('device'), of: (one) => [p.deviceLink(device.get(one.device), one.device), ' ', code(one.interface)] },
      { name: t('entitlement'), kind: 'num', of: (one) => rate(one.entitlement) },
    ], list, state) : p.nothing(wanted ? t('none-found') : t('no-links'))];
  },
};

function oneLink(one, known) {
  return [p.title(say(one.name), one.enabled ? p.mark('good', t('enabled')) : p.mark('off', t('disabled'))),
    p.facts([
      [t('holder'), say(pathOf(known.organisation, one.organisation))],
      [t('network'), say(known.network.get(one.network)?.name)],
      [t('device'), p.deviceLink(known.device.get(one.device), one.device), ' ', code(one.interface)],
      [t('entitlement'), rate(one.entitlement)],
    ])];
}

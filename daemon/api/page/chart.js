// Traffic as a drawing: from the organisation above the line, to it below; what is allowed as lines over it.
import { h, s } from './base.js';
import { minute, rate, t } from './texts.js';

/** A rate against what is allowed: a bar with a mark at the limit. */
export function meter(value, limit) {
  if (value === undefined) return h('span', { class: 'none' }, '–', limit > 0 && ` / ${rate(limit)}`);
  const whole = Math.max(limit ? limit * 1.25 : 0, value, 1);
  const over = limit > 0 && value > limit;
  return h('span', { class: 'meter' }, s('svg', { viewBox: '0 0 100 8', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    s('rect', { class: 'whole', width: 100, height: 8 }), value > 0 && s('rect', { class: over ? 'over' : 'part', y: 1.5, height: 5, width: Math.max(0.8, (value / whole) * 100) }),
    limit > 0 && s('line', { class: 'limit', x1: (limit / whole) * 100, x2: (limit / whole) * 100, y1: 0, y2: 8 })),
  h('span', { class: over ? 'num bad' : 'num' }, rate(value), limit > 0 && h('span', { class: 'soft' }, ` / ${rate(limit)}`)));
}

/** A round number at or above. */
function round(value) {
  const step = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return [1, 1.5, 2, 3, 4, 5, 7.5, 10].map((one) => one * step).find((one) => one >= value) ?? value;
}

/** Runs of points without a gap between them. */
function runs({ time, length }) {
  const out = [];
  time.forEach((at, n) => {
    const lasts = Array.isArray(length) ? length[n] : length;
    const last = out[out.length - 1];
    if (last && at - last.until <= lasts * 0.75) {
      last.points.push(n);
      last.until = at + lasts;
    } else {
      out.push({ points: [n], until: at + lasts });
    }
  });
  return out;
}

const labels = (from, until) => Array.from({ length: 5 }, (_, at) => h('span', {}, minute(from + ((until - from) * at) / 4, until - from >= 86400)));

/** `series`: columns time (s), length (s, one or for each), up and down (bit/s). `limits`: [{name, class, up, down}]. */
export function traffic(series, from, until, limits, name) {
  const top = round(Math.max(1000, ...series.up, ...series.down, ...limits.flatMap((one) => [one.up || 0, one.down || 0])));
  const x = (at) => (Math.max(0, Math.min(1, (at - from) / (until - from))) * 1000).toFixed(1);
  const y = (value, sign) => (100 - sign * Math.min(1, value / top) * 98).toFixed(2);
  const area = (values, sign) => runs(series).map(({ points }) => {
    const steps = points.map((n) => {
      const lasts = Array.isArray(series.length) ? series.length[n] : series.length;
      return `L${x(series.time[n])} ${y(values[n], sign)}L${x(series.time[n] + lasts)} ${y(values[n], sign)}`;
    }).join('');
    const last = points[points.length - 1];
    const end = series.time[last] + (Array.isArray(series.length) ? series.length[last] : series.length);
    return `M${x(series.time[points[0]])} 100${steps}L${x(end)} 100Z`;
  }).join('');
  const lines = limits.flatMap((one) => [['up', 1], ['down', -1]].filter(([side]) => one[side] > 0).map(([side, sign]) =>
    s('line', { class: one.class, x1: 0, x2: 1000, y1: y(one[side], sign), y2: y(one[side], sign) })));
  const quarter = [0.5, 1].flatMap((part) => [y(top * part, 1), y(top * part, -1)]).map((at) => s('line', { class: 'grid', x1: 0, x2: 1000, y1: at, y2: at }));
  const drawing = s('svg', { viewBox: '0 0 1000 200', preserveAspectRatio: 'none', role: 'img', 'aria-label': name }, quarter,
    s('path', { class: 'up', d: area(series.up, 1) || 'M0 100' }), s('path', { class: 'down', d: area(series.down, -1) || 'M0 100' }), lines,
    s('line', { class: 'zero', x1: 0, x2: 1000, y1: 100, y2: 100 }));
  return h('figure', { class: 'chart' }, h('div', { class: 'scale' }, h('span', {}, rate(top)), h('span', {}, '0'), h('span', {}, rate(top))), drawing,
    h('div', { class: 'times' }, labels(from, until)),
    h('figcaption', {}, h('ul', { class: 'legend' }, h('li', { class: 'up' }, t('up')), h('li', { class: 'down' }, t('down')),
      limits.filter((one) => one.up || one.down).map((one) => h('li', { class: one.class }, one.name)))));
}

/** The same in numbers: at most `rows` stretches of equal length, with mean and highest of each. */
export function stretches(series, from, until, rows) {
  const size = (until - from) / rows;
  const out = Array.from({ length: rows }, (_, at) => ({ from: from + at * size, count: 0, up: 0, down: 0, topUp: 0, topDown: 0 }));
  series.time.forEach((time, n) => {
    const one = out[Math.min(rows - 1, Math.max(0, Math.floor((time - from) / size)))];
    one.count += 1;
    one.up += series.up[n];
    one.down += series.down[n];
    one.topUp = Math.max(one.topUp, series.up[n]);
    one.topDown = Math.max(one.topDown, series.down[n]);
  });
  return out.filter((one) => one.count).map((one) => ({ ...one, up: one.up / one.count, down: one.down / one.count }));
}

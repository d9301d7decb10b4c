// The language of the page: texts by id, times and numbers as that language writes them.
import { h, kept, say } from './base.js';

export const languages = { en: 'English', zh_CN: '中文' };
let texts = {};
export let language = 'en';
export const tag = () => language.replace('_', '-');

function wished() {
  const chosen = kept('language');
  if (chosen in languages) return chosen;
  for (const one of navigator.languages || []) {
    if (/^zh/i.test(one)) return 'zh_CN';
    if (/^en/i.test(one)) return 'en';
  }
  return 'en';
}

/** Loads a language; without a name the one that is wished for. */
export async function speak(name = wished()) {
  const answer = await fetch(`/page/${name}.json`);
  if (!answer.ok) throw new Error(`texts: ${answer.status}`);
  texts = await answer.json();
  language = name;
  document.documentElement.lang = tag();
}

/** Pieces of a sentence; what is filled in is isolated and never searched again. */
export function tn(id, args = {}) {
  const text = texts[id];
  if (text === undefined) return [id, ...Object.entries(args).flatMap(([name, value]) => [` ${name}: `, say(value)])];
  return text.split(/(\{[a-z][a-z0-9-]*\})/).map((piece) => {
    const name = piece[0] === '{' ? piece.slice(1, -1) : '';
    if (!name || !(name in args)) return piece;
    return args[name] instanceof Node ? args[name] : say(args[name]);
  });
}

/** A sentence of ours as plain text. */
export function t(id, args = {}) {
  const text = texts['page.' + id] ?? id;
  return text.replace(/\{([a-z][a-z0-9-]*)\}/g, (all, name) => (name in args ? String(args[name]) : all));
}

/** A word of an enumeration; what is not known stays as it is. */
export const word = (area, value) => texts[`page.${area}-${value}`] ?? String(value ?? '');

export const count = (number) => new Intl.NumberFormat(tag()).format(number ?? 0);
export const percent = (share) =>
  new Intl.NumberFormat(tag(), { style: 'percent', maximumFractionDigits: share > 0 && share < 0.01 ? 2 : share < 0.1 ? 1 : 0 }).format(share);

const units = ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s'];
/** A rate in bit/s. */
export function rate(value) {
  if (value === undefined || value === null || !Number.isFinite(Number(value))) return '–';
  let number = Number(value);
  let unit = 0;
  while (Math.abs(number) >= 1000 && unit < 4) {
    number /= 1000;
    unit += 1;
  }
  const digits = number >= 100 || unit === 0 || Number.isInteger(number) ? 0 : number >= 10 ? 1 : 2;
  return `${new Intl.NumberFormat(tag(), { maximumFractionDigits: digits }).format(number)} ${units[unit]}`;
}

const two = (number) => String(number).padStart(2, '0');
const day = (at) => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
const clock = (at) => `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;

/** A moment: the time alone where it is of today; UTC in its title. */
export function moment(text, whole = false) {
  const at = new Date(text);
  if (!text || Number.isNaN(at.getTime())) return h('span', { class: 'none' }, '–');
  const today = !whole && day(at) === day(new Date());
  return h('time', { datetime: text, title: `${text.slice(0, 19).replace('T', ' ')} UTC` }, today ? clock(at) : `${day(at)} ${clock(at)}`);
}

/** A moment on an axis: hour and minute, with month and day where the axis is long. */
export function minute(seconds, long) {
  const at = new Date(seconds * 1000);
  return (long ? day(at).slice(5) + ' ' : '') + clock(at).slice(0, 5);
}

const steps = [['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]];
function span(seconds) {
  for (const [unit, size] of steps) if (Math.abs(seconds) >= size || unit === 'second') return [Math.round(seconds / size), unit];
  return [0, 'second'];
}

/** How long ago; redrawn with the page. `now` is the daemon's clock where it is known. */
export function ago(text, now = Date.now()) {
  const at = Date.parse(text);
  if (!text || Number.isNaN(at)) return h('span', { class: 'none' }, '–');
  const [number, unit] = span((at - now) / 1000);
  const said = new Intl.RelativeTimeFormat(tag(), { numeric: 'always', style: 'short' }).format(Math.abs(number) ? number : -0, unit);
  return h('time', { datetime: text, title: `${text.slice(0, 19).replace('T', ' ')} UTC` }, said);
}

/** A length of time in seconds. */
export function lasting(seconds) {
  const [number, unit] = span(seconds);
  return new Intl.NumberFormat(tag(), { style: 'unit', unit, unitDisplay: 'long' }).format(number);
}

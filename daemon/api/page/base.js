// Making elements, and showing what others wrote. Text goes in as text only: nothing here parses HTML.

const svg = 'http://www.w3.org/2000/svg';

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {}))
    if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== undefined && value !== null) element.setAttribute(name, value);
  element.append(...children.flat(9).filter((one) => one !== null && one !== undefined && one !== false && one !== ''));
  return element;
}

/** An element; children are nodes, texts or lists of them. */
export function h(name, attributes, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** An element of a drawing. */
export function s(name, attributes, ...children) {
  return fill(document.createElementNS(svg, name), attributes, children);
}

// Characters that show nothing or move others about: controls, directions, joiners without a shape, tags.
const odd = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

function shown(char) {
  const code = char.codePointAt(0);
  const text = code < 0x20 ? String.fromCodePoint(0x2400 + code) : code === 0x7f ? '\u2421' : code.toString(16).toUpperCase();
  return h('span', { class: 'odd', title: 'U+' + code.toString(16).toUpperCase().padStart(4, '0') }, text);
}

/** Text from outside, isolated from what stands around it, with everything invisible made visible. */
export function say(text, name = 'bdi', attributes = {}) {
  const value = String(text ?? '');
  const parts = [];
  let from = 0;
  for (const found of value.matchAll(odd)) {
    parts.push(value.slice(from, found.index), shown(found[0]));
    from = found.index + found[0].length;
  }
  parts.push(value.slice(from));
  return h(name, attributes, ...parts);
}

/** The same in the type of addresses and paths. */
export const code = (text) => say(text, 'bdi', { class: 'code' });

/** Attributes take plain text, but not what turns it round. */
export const plain = (text) => String(text ?? '').replace(odd, '\ufffd');

function same(a, b) {
  return a.nodeType === b.nodeType && a.nodeName === b.nodeName && key(a) === key(b);
}

function key(node) {
  return node.nodeType === 1 ? node.getAttribute('data-key') || node.id || '' : '';
}

function copyAttributes(from, to) {
  for (const { name } of [...to.attributes]) if (!from.hasAttribute(name) && name !== 'open') to.removeAttribute(name);
  for (const { name, value } of from.attributes) if (to.getAttribute(name) !== value && name !== 'open') to.setAttribute(name, value);
}

/** Makes the children of `old` like those of `fresh`, keeping what is equal: focus, selection and scroll stay. */
export function morph(old, fresh) {
  const keyed = new Map();
  for (const node of old.childNodes) if (key(node)) keyed.set(key(node), node);
  let at = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    let found = at && same(at, wanted) ? at : keyed.get(key(wanted));
    if (!found || !same(found, wanted)) {
      old.insertBefore(wanted, at);
      continue;
    }
    if (found === at) at = at.nextSibling;
    else old.insertBefore(found, at);
    if (found.nodeType === 3) {
      if (found.data !== wanted.data) found.data = wanted.data;
    } else {
      copyAttributes(wanted, found);
      morph(found, wanted);
    }
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

/** What a person chose, kept in this browser where it lets us. */
export function kept(name, value) {
  try {
    if (value === undefined) return localStorage.getItem('assent-' + name);
    localStorage.setItem('assent-' + name, value);
  } catch {
    // A browser that keeps nothing: the choice holds until the page is closed.
  }
  return value === undefined ? null : value;
}

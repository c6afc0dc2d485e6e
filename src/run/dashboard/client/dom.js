import { plain } from './format.js';

export function byId(id) {
  return document.getElementById(id);
}

/** Makes an element. Texts are texts: nothing from the device becomes HTML. */
export function make(tag, options = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(options)) {
    if (name === 'class') element.className = value;
    else if (name === 'text') element.textContent = plain(value);
    else if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export function setText(element, text) {
  const shown = plain(text);
  if (element.textContent !== shown) element.textContent = shown;
}

export function setClass(element, name) {
  if (element.className !== name) element.className = name;
}

/** Keeps one child for each item, by its key, so that focus and selection stay. */
export function reconcile(parent, items, { key, create, update }) {
  const known = new Map(Array.from(parent.children, child => [child.dataset.key, child]));
  let before = parent.firstElementChild;
  for (const item of items) {
    const name = key(item);
    let child = known.get(name);
    if (child === undefined) {
      child = create(item);
      child.dataset.key = name;
    }
    known.delete(name);
    update(child, item);
    if (child === before) before = before.nextElementSibling;
    else parent.insertBefore(child, before);
  }
  for (const child of known.values()) child.remove();
}

/** A button that asks once more, in its own place, and then works. */
export function careful(label, work) {
  const button = make('button', { type: 'button', text: label });
  let timer;
  const calm = () => {
    clearTimeout(timer);
    timer = undefined;
    button.classList.remove('asks');
    button.textContent = label;
  };
  button.addEventListener('click', async () => {
    if (timer === undefined) {
      button.classList.add('asks');
      button.textContent = 'Really?';
      timer = setTimeout(calm, 4000);
      return;
    }
    calm();
    button.disabled = true;
    button.textContent = '…';
    try {
      await work();
    } catch (error) {
      say(error.message);
    } finally {
      button.disabled = false;
      button.textContent = label;
    }
  });
  return button;
}

/** Shows a message above all; an empty one takes it away. */
export function say(text) {
  const message = byId('message');
  setText(message, text);
  message.hidden = text === '';
}

import { visible } from '../../core/text/index.ts';

/** Text that is HTML already. */
export interface Html {
  readonly html: string;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** What may stand in a template: text is escaped, absent is empty, lists are joined. */
export type Fragment = string | number | Html | undefined | readonly Fragment[];

/** A template that escapes all that is put into it, except {@link Html}. Attribute values must be in quotes. */
export function html(strings: TemplateStringsArray, ...values: readonly Fragment[]): Html {
  return { html: strings.map((text, i) => text + (i < values.length ? render(values[i]) : '')).join('') };
}

function render(value: Fragment): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escapeText(value);
  return 'html' in value ? value.html : value.map(render).join('');
}

/** Text from anywhere, inert in HTML, and with nothing in it that turns or hides other text. */
function escapeText(text: string): string {
  return visible(text).replace(/[&<>"']/g, character => ENTITIES[character] ?? '');
}

/** JSON for a `<script type="application/json">`: nothing in it ends the script or opens a comment (HTML, 4.12.1.3). */
export function embedJson(value: unknown): Html {
  return { html: JSON.stringify(value).replaceAll('<', '\\u003c') };
}

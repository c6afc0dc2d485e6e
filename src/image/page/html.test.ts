import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { embedJson, html } from './html.ts';

test('text in a template is inert, markup of templates is not escaped twice', () => {
  equal(
    html`<p title="${`"'`}">${'<b>&'}${html`<i>${1}</i>`}</p>`.html,
    '<p title="&quot;&#39;">&lt;b&gt;&amp;<i>1</i></p>',
  );
  equal(html`${undefined}${[html`<b></b>`, 'a']}`.html, '<b></b>a');
});

test('direction marks and control characters in text are visible', () => {
  equal(html`${'a\u202eb\u0000\udcff'}`.html, 'a\\u202eb\\x00\\xff');
});

test('JSON cannot end its script or open a comment, and reads back as it was', () => {
  const value = { name: '</script><!--<script>\u2028', lone: '\udcff' };
  const { html: text } = embedJson(value);
  ok(!text.includes('<'));
  deepEqual(JSON.parse(text), value);
});

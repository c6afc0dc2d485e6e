import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { embedJson, type Html, html } from './html.ts';

/** What a page consists of. */
export interface PageParts {
  readonly title: string;
  readonly body: Html;
  /** For the scripts. */
  readonly data: unknown;
  /** Files of `client/`, each after those that it imports. */
  readonly scripts: readonly string[];
}

/** What fits a small screen and paper comes last, so that it wins. */
const STYLES = ['base.css', 'controls.css', 'tables.css', 'findings.css', 'adapt.css'];

/**
 * One HTML file that needs nothing else and may do nothing else: its content security policy (CSP Level 3)
 * allows its own style and script, by their hashes, and no network.
 */
export function htmlDocument({ title, body, data, scripts }: PageParts): string {
  const style = STYLES.map(readAsset).join('');
  const script = bundle(scripts);
  const policy = `default-src 'none'; style-src ${hashSource(style)}; script-src ${hashSource(script)}; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${{ html: policy }}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${{ html: style }}</style>
</head>
<body>
${body}
<script type="application/json" id="data">${embedJson(data)}</script>
<script>${{ html: script }}</script>
</body>
</html>
`.html;
}

function readAsset(name: string): string {
  return readFileSync(new URL(`client/${name}`, import.meta.url), 'utf8');
}

/** One script of several modules, each with a scope of its own; it stands in for a loader of modules. */
function bundle(names: readonly string[]): string {
  return `'use strict';\nconst modules = {};\n${names.map(moduleScope).join('')}`;
}

function moduleScope(name: string): string {
  const source = readAsset(name);
  const exported = Array.from(source.matchAll(/^export function (\w+)/gm), match => match[1]);
  const code = source
    .replace(/^import (\{[^}]*\}) from '\.\/([\w.]+)';$/gm, "const $1 = modules['$2'];")
    .replace(/^export (?=function)/gm, '');
  return `modules['${name}'] = (() => {\n${code}return { ${exported.join(', ')} };\n})();\n`;
}

function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** The parts of the page. */
export interface Assets {
  readonly body: string;
  readonly style: string;
  readonly script: string;
}

const STYLES = ['base.css', 'parts.css', 'adapt.css'];
/** Each after those that it imports. */
const SCRIPTS = [
  'format.js',
  'dom.js',
  'spark.js',
  'server.js',
  'history.js',
  'chart.js',
  'containers.js',
  'device.js',
  'projects.js',
  'logs.js',
  'events.js',
  'main.js',
];

/** Reads the parts of the page from where they are; the only place that does. */
export function readAssets(): Assets {
  const { resolve } = createRequire(import.meta.url);
  const library = (name: string): string => readFileSync(resolve(`uplot/dist/${name}`), 'utf8');
  const own = SCRIPTS.map(moduleScope).join('');
  return {
    body: readAsset('body.html').trim(),
    style: [library('uPlot.min.css'), ...STYLES.map(name => dense(readAsset(name)))].join('\n'),
    script: `${library('uPlot.iife.min.js')}\n(() => {\n'use strict';\nconst modules = {};\n${own}})();\n`,
  };
}

function readAsset(name: string): string {
  return readFileSync(new URL(`client/${name}`, import.meta.url), 'utf8');
}

/** One module, in a scope of its own; its imports are of those before it. */
function moduleScope(name: string): string {
  const source = readAsset(name);
  const exported = Array.from(source.matchAll(/^export (?:async )?function (\w+)/gm), match => match[1]);
  const code = dense(source)
    .replace(/^import (\{[^}]*\}) from '\.\/([\w.]+)';$/gm, "const $1 = modules['$2'];")
    .replace(/^export (?=(?:async )?function)/gm, '');
  return `modules['${name}'] = (() => {\n${code}return { ${exported.join(', ')} };\n})();\n`;
}

/** Without indentation and comments of whole lines: a page of a small device comes over slow links. */
function dense(source: string): string {
  return source
    .replace(/^\s*\/\*[\s\S]*?\*\/\n/gm, '')
    .replace(/^\s*\/\/.*\n/gm, '')
    .replace(/^[ \t]+/gm, '')
    .replace(/\n{2,}/g, '\n');
}

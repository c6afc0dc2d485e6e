import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** The parts of the page. */
export interface Assets {
  readonly body: string;
  readonly style: string;
  readonly script: string;
}

const STYLES = ['base.css', 'parts.css', 'adapt.css'];
/** Each after those that it imports; all share one scope. */
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
  const own = SCRIPTS.map(name => withoutModules(readAsset(name))).join('');
  return {
    body: readAsset('body.html').trim(),
    style: [library('uPlot.min.css'), ...STYLES.map(readAsset)].join('\n'),
    script: `${library('uPlot.iife.min.js')}\n(() => {\n'use strict';\n${own}})();\n`,
  };
}

function readAsset(name: string): string {
  return readFileSync(new URL(`client/${name}`, import.meta.url), 'utf8');
}

/** A script within the one scope of the page needs no imports and exports. */
function withoutModules(source: string): string {
  return source
    .replace(/^import \{[^}]*\} from '\.\/[\w.]+';\n/gm, '')
    .replace(/^export (?=function|const)/gm, '');
}

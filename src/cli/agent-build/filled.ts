import { readAssets } from '../../run/dashboard/index.ts';
import { readVersion } from '../version/index.ts';

/** The source of a module with what it would read from beside itself already in it. */
export function filled(path: string, source: string): string {
  if (/^cli\/version\/version\./.test(path))
    return `export const readVersion = () => ${JSON.stringify(readVersion())};`;
  if (/^run\/dashboard\/assets\./.test(path))
    return `export const readAssets = () => (${JSON.stringify(readAssets())});`;
  if (/^trust\/sign\/envelope\/bundle\./.test(path))
    // Only a call of `require` by its name is followed.
    return source.replace(/^const load = .*$/m, '').replaceAll(/\bload\('/g, "require('");
  return source;
}

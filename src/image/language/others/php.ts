import { posix } from 'node:path';
import { type Found, filesOnly, type Imports, type View } from '../view/index.ts';
import { calledIn, PHP_CALLS } from './called.ts';
import type { WholeLanguage } from './whole.ts';

const INCLUDES =
  /\b(?:include|require)(?:_once)?[\s(]{0,20}(?:(?:__DIR__|dirname[\s(]{0,9}__FILE__[\s)]{0,9})\s{0,9}\.\s{0,9})?["']([^"'$\n]{1,300})["']/g;
const WASTE = /\/(?:tests?|docs?|\.git|examples?|pear\/(?:doc|test)|build|include)$|\.(?:h|la|a|md)$/;

/** PHP: literal includes are followed; extensions and `vendor` without what is for development are kept whole. */
export const PHP: WholeLanguage = {
  name: 'php',
  interpreters: /^(?:php(?:\d[\d.]*)?|php-fpm[\d.]*|php-cgi[\d.]*|frankenphp)$/,
  sources: /\.(?:php|phtml|inc|phar)$/,
  directories: [
    '/usr/lib/php*',
    '/usr/local/lib/php',
    '/usr/local/etc',
    '/usr/share/php*',
    '/etc/php*',
    '/usr/lib64/php',
  ],
  waste: WASTE,
  valued: /^-[cdrtSzBRFE]$/,
  read: readPhp,
};

function readPhp(view: View, path: string, text: string): Imports {
  const dir = posix.dirname(path);
  const files: Found[] = [];
  for (const [, name = ''] of text.matchAll(INCLUDES)) {
    const target = [posix.join(dir, name), posix.resolve(view.cwd, name)].find(each => view.file(each));
    if (target === undefined) continue;
    files.push({ path: target, reason: `include ${name}`, kind: 'code', language: 'php' });
    if (
      posix.basename(target) === 'autoload.php' &&
      view.isDirectory(posix.join(posix.dirname(target), 'composer'))
    )
      files.push(...vendor(view, posix.dirname(target)));
  }
  return { ...filesOnly(files), commands: calledIn(text, PHP_CALLS) };
}

/** What Composer installed, less the packages that `installed.json` names as for development. */
function vendor(view: View, dir: string): Found[] {
  const names = view.text(posix.join(dir, 'composer/installed.json')) ?? '';
  const list = /"dev-package-names"\s*:\s*\[([^\]]*)\]/.exec(names)?.[1] ?? '';
  const dev = new Set([...list.matchAll(/"([^"]+)"/g)].map(match => posix.join(dir, match[1]!)));
  return view
    .under(dir, path => WASTE.test(path) || dev.has(path))
    .map(path => ({ path, reason: 'installed by composer', kind: 'data' }));
}

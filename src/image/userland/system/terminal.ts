import { posix } from 'node:path';
import type { Tree } from '../../tree/index.ts';
import { type Environment, reached, type SystemPath, unique } from './evidence.ts';

const PLACES = ['/etc/terminfo', '/lib/terminfo', '/usr/share/terminfo', '/usr/lib/terminfo'];
/** What engines set as `TERM` for an interactive session, and what programs fall back to. */
const USUAL = ['xterm', 'xterm-256color', 'linux', 'vt100', 'dumb'];

/** The descriptions of the terminals (terminfo(5)) that a session in a container is likely to have. */
export function terminalFiles(tree: Tree, env: Environment): readonly SystemPath[] {
  const names = [...USUAL, env.TERM ?? ''].filter(name => /^[\w.+-]+$/.test(name));
  const places = [...(env.TERMINFO === undefined ? [] : [env.TERMINFO]), ...PLACES];
  return unique(
    names.flatMap(name =>
      // By its first letter, or on some systems by the hexadecimal number of that letter.
      [name.charAt(0), name.charCodeAt(0).toString(16)].flatMap(directory =>
        places.flatMap(place =>
          reached(tree, posix.join(place, directory, name), `describes the terminal ${name}`),
        ),
      ),
    ),
  );
}

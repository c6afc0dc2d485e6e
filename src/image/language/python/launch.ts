import { posix } from 'node:path';

/** What a call of Python runs. */
export interface Launch {
  readonly script?: string;
  readonly modules: readonly string[];
  /** A program that is given as text. */
  readonly code?: string;
}

/** Reads a call of the interpreter; the arguments of a known server name modules too. */
export function readLaunch(argv: readonly string[]): Launch {
  for (let at = 1; at < argv.length; at++) {
    const word = argv[at]!;
    if (word === '-c') return { modules: [], code: argv[at + 1] ?? '' };
    if (word.startsWith('-c')) return { modules: [], code: word.slice(2) };
    if (/^-[bBdEhiIOPqRsSuvVx]*m$/.test(word)) return moduleLaunch(argv[at + 1] ?? '', argv.slice(at + 2));
    if (word === '-W' || word === '-X' || word === '--check-hash-based-pycs') at++;
    else if (!word.startsWith('-')) {
      return { script: word, modules: appModules(posix.basename(word), argv.slice(at + 1)) };
    }
  }
  return { modules: [] };
}

function moduleLaunch(module: string, rest: readonly string[]): Launch {
  return { modules: module === '' ? [] : [module, ...appModules(module.split('.')[0]!, rest)] };
}

const SERVERS =
  /^(?:gunicorn|uvicorn|hypercorn|daphne|granian|waitress-serve|waitress|flask|celery|uwsgi|rq|dramatiq|arq|fastapi|streamlit|faust|huey_consumer|mod_wsgi-express)(?:\.py|3|-\d.*)?$/;
const APPLICATION = /^(?:[\w./-]+=)?([A-Za-z_]\w*(?:[./][A-Za-z_]\w*)*?)(?:\.py)?(?::[\w.]+(?:\(.*\))?)?$/;

/** The modules that the arguments of a known server name: `shop.wsgi:app`, `-A shop`, `shop/main.py`. */
function appModules(server: string, args: readonly string[]): string[] {
  if (!SERVERS.test(server)) return [];
  return args
    .filter(word => word.length < 300 && (!word.startsWith('-') || word.includes('=')))
    .map(word => APPLICATION.exec(word.replace(/^--?[\w-]+=/, ''))?.[1]?.replaceAll('/', '.') ?? '')
    .filter(name => name !== '');
}

import { constants } from 'node:os';
import { SampanError } from '../errors/index.ts';

const REAL_TIME_LEAST = 34;
const REAL_TIME_MOST = 64;

/** The number of a signal: `SIGTERM`, `TERM`, `15`, `SIGRTMIN+3` (signal(7)). @throws SampanError `usage`. */
export function signalNumber(text: string): number {
  const name = text.trim().toUpperCase();
  const number = /^\d+$/.test(name)
    ? Number(name)
    : namedSignal(name.startsWith('SIG') ? name : `SIG${name}`);
  if (number !== undefined && number > 0 && number <= REAL_TIME_MOST) return number;
  throw new SampanError('usage', `${JSON.stringify(text)} is not a signal`);
}

function namedSignal(name: string): number | undefined {
  const known = Object.entries(constants.signals).find(([signal]) => signal === name);
  if (known !== undefined) return known[1];
  const match = /^SIGRT(?:MIN(?:\+(\d+))?|MAX(?:-(\d+))?)$/.exec(name);
  if (match === null) return undefined;
  return name.startsWith('SIGRTMIN')
    ? REAL_TIME_LEAST + Number(match[1] ?? 0)
    : REAL_TIME_MOST - Number(match[2] ?? 0);
}

import type { RunRecord } from '../../image/exercise/index.ts';

/**
 * What a slim image does differently from its original, one line each, for people; nothing when it works the
 * same: the way it starts and ends, each probe's status and the shape of its answer, and what it complains of.
 */
export function differences(original: RunRecord, slim: RunRecord): string[] {
  return [...outcome(original, slim), ...probes(original, slim), ...complaints(original, slim)];
}

function outcome(original: RunRecord, slim: RunRecord): string[] {
  if (slim.exit.oomKilled && !original.exit.oomKilled) return ['it ran out of memory'];
  if (slim.outcome !== original.outcome) {
    return [`it ${WORDS[slim.outcome]} (status ${slim.exit.code}), the original ${WORDS[original.outcome]}`];
  }
  if (slim.exit.code !== original.exit.code) {
    return [`it ends with status ${slim.exit.code}, the original with ${original.exit.code}`];
  }
  return [];
}

const WORDS: Readonly<Record<RunRecord['outcome'], string>> = {
  ready: 'got ready',
  finished: 'finished',
  crashed: 'crashed',
  'never-ready': 'never got ready',
};

function probes(original: RunRecord, slim: RunRecord): string[] {
  if (slim.outcome !== 'ready') return [];
  const found: string[] = [];
  for (const wanted of original.probes) {
    const got = slim.probes.find(probe => probe.name === wanted.name);
    if (got === undefined) found.push(`${wanted.name} was not reached`);
    else if (wanted.ok && !got.ok) found.push(`${wanted.name}: ${got.detail}`);
    else if (got.status !== wanted.status)
      found.push(`${wanted.name}: ${got.detail}, the original ${wanted.detail}`);
    else if (got.shape !== wanted.shape)
      found.push(`${wanted.name}: another kind of answer: ${got.shape}, the original ${wanted.shape}`);
  }
  return found;
}

/** What programs say when a file is not there. */
const COMPLAINT =
  /error while loading shared|cannot open shared object|ModuleNotFoundError|ImportError|Cannot find module|ERR_MODULE_NOT_FOUND|No such file or directory|ENOENT|LoadError|ClassNotFoundException|NoClassDefFoundError|Can't locate .* in @INC|Failed opening required|cannot load such file|symbol not found|version `[^']*' not found/;

function complaints(original: RunRecord, slim: RunRecord): string[] {
  const known = new Set(complaintLines(original).map(withoutNumbers));
  const news = complaintLines(slim).filter(line => !known.has(withoutNumbers(line)));
  return [...new Set(news)].slice(0, 5).map(line => `it says: ${line.slice(0, 200)}`);
}

function complaintLines({ output }: RunRecord): string[] {
  return `${output.stderr}\n${output.stdout}`
    .split('\n')
    .map(line => line.trim())
    .filter(line => COMPLAINT.test(line));
}

/** Times, process numbers and addresses differ from run to run. */
function withoutNumbers(line: string): string {
  return line.replace(/0x[0-9a-f]+|\d+/gi, '#');
}

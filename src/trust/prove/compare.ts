import { formatSize } from '../../core/text/index.ts';
import type { ProbeResult, RunRecord } from '../../image/exercise/index.ts';

/**
 * What a slim image does differently from its original, one line each, for people; nothing when it works the
 * same: the way it starts and ends, each probe's status and the shape of its answer, what it complains of, and
 * start time and memory far beyond the original's.
 */
export function differences(original: RunRecord, slim: RunRecord): string[] {
  return [
    ...outcome(original, slim),
    ...probes(original, slim),
    ...complaints(original, slim),
    ...costs(original, slim),
  ];
}

/**
 * As {@link differences}, where the original was run several times: what differs between its own runs says
 * nothing about the slim image.
 */
export function steadyDifferences(originals: readonly RunRecord[], slim: RunRecord): string[] {
  const [first, ...others] = originals;
  if (first === undefined) return [];
  let steady = differences(first, slim);
  for (const other of others) {
    const noise = new Set(differences(first, other).map(subjectOf));
    const again = new Set(differences(other, slim));
    steady = again.size === 0 ? [] : steady.filter(each => again.has(each) && !noise.has(subjectOf(each)));
  }
  return steady;
}

/** What a difference is about: the probe, or the thing itself. */
function subjectOf(difference: string): string {
  return difference.startsWith('it says') ? difference : (difference.split(': ')[0] ?? difference);
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
  const left = new Map<string, ProbeResult[]>();
  for (const probe of slim.probes) left.set(probe.name, [...(left.get(probe.name) ?? []), probe]);
  for (const wanted of original.probes) {
    // The same request may be made twice, and answered otherwise the second time.
    const got = left.get(wanted.name)?.shift();
    if (got === undefined) found.push(`${wanted.name} was not reached`);
    else if (wanted.ok && !got.ok) found.push(`${wanted.name}: ${got.detail}`);
    else if (got.status !== wanted.status)
      found.push(`${wanted.name}: ${got.detail}, the original ${wanted.detail}`);
    else if (got.shape !== wanted.shape)
      found.push(`${wanted.name}: another kind of answer: ${got.shape}, the original ${wanted.shape}`);
  }
  return found;
}

/** Machines are noisy: only what is far beyond the original is a finding. */
const SLOWER = { times: 5, besidesMs: 5000 };
const LARGER = { times: 2, besidesBytes: 64 << 20 };

function costs(original: RunRecord, slim: RunRecord): string[] {
  if (slim.outcome !== 'ready' || original.outcome !== 'ready') return [];
  const found: string[] = [];
  if (slim.readyMs > original.readyMs * SLOWER.times + SLOWER.besidesMs) {
    found.push(
      `it needs ${Math.round(slim.readyMs)} ms to start, the original ${Math.round(original.readyMs)}`,
    );
  }
  const [before, after] = [original.usage.peakMemoryBytes, slim.usage.peakMemoryBytes];
  if (before !== undefined && after !== undefined && after > before * LARGER.times + LARGER.besidesBytes) {
    found.push(`it needs ${formatSize(after)} of memory, the original ${formatSize(before)}`);
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

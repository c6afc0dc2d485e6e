import type { Outcome, PageFile, PageRun, SlimPageData } from '../data.ts';

/** Names that try to become markup, code or other names. */
export const HOSTILE_NAMES: readonly string[] = [
  '<img src=x onerror="globalThis.pwned=1">',
  '</script><script>globalThis.pwned=1</script>',
  '<!--<script>',
  `"'\`\${globalThis.pwned=1}`,
  'line\nbreak\u2028',
  'moc\u202egpj.exe',
  'latin\udce91',
  '__proto__',
  'constructor',
  '\x1b[2J',
];

const RUN: PageRun = {
  exit: '0',
  ready: 'port 8080 open',
  startMs: 812,
  peakMemoryBytes: 41_200_000,
  probes: [{ name: 'GET :8080/', result: '200', passed: true }],
};

const OUTCOMES: readonly Outcome[] = ['kept', 'dropped', 'stripped', 'dropped'];

/** A slimming of `count` files, in directories as an image has them; every hostile name is everywhere. */
export function samplePageData(count: number): SlimPageData {
  const files = Array.from({ length: count }, (_, i) => sampleFile(i));
  return {
    image: `corpus/sample ${HOSTILE_NAMES[0]}`,
    result: `sample-slim${HOSTILE_NAMES[1]}`,
    platform: 'linux/arm64',
    level: 'balanced',
    version: '0.1.0',
    before: { sizeBytes: 239_000_000, files: count, packages: 2, layers: 4 },
    after: { sizeBytes: 12_400_000, files: count >> 1, packages: 1, layers: 3 },
    elapsedMs: 4210,
    files,
    layers: HOSTILE_NAMES,
    packages: HOSTILE_NAMES.map((name, i) => ({
      name,
      version: `${i}.0${name}`,
      type: 'deb',
      outcome: i % 2 === 0 ? 'kept' : 'dropped',
      sizeBefore: 1000 * i,
      sizeAfter: i % 2 === 0 ? 1000 * i : 0,
      filesBefore: 10,
      filesAfter: i % 2 === 0 ? 10 : 0,
    })),
    proof: {
      verdict: 'proven',
      summary: `Both answered alike ${HOSTILE_NAMES[0]}.`,
      original: RUN,
      slim: { ...RUN, exit: HOSTILE_NAMES[1]! },
      notes: HOSTILE_NAMES,
    },
  };
}

function sampleFile(i: number): PageFile {
  const hostile = HOSTILE_NAMES[i % HOSTILE_NAMES.length]!;
  const top = ['usr/lib', 'usr/share/doc', 'opt/app', 'var/cache'][i % 4];
  return {
    path: `/${top}/part${(i >> 2) % 97}/${i % 51 === 0 ? `${hostile.replaceAll('/', '_')}` : 'file'}${i}.so`,
    size: 100 + ((i * 7919) % 250_000),
    outcome: OUTCOMES[i % 4]!,
    sizeAfter: 80,
    reason: i % 10 === 0 ? hostile : 'read when it ran',
    category: ['libraries', 'documentation', 'application', hostile][i % 4]!,
    ...(i % 3 === 0 ? { package: hostile } : {}),
    layer: i % 4,
  };
}

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** What a process and all that it started used. */
export interface Usage {
  readonly status: number;
  readonly seconds: number;
  /** The highest sum of resident memory seen at one moment, in bytes; shared pages count in each process. */
  readonly peakBytes: number;
  readonly stdout: string;
  readonly stderr: string;
}

const SAMPLE_MS = 20;

/** Runs a program to its end and samples the memory of its whole family from /proc, every 20 ms. */
export function runMeasured(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Usage> {
  const start = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', chunk => out.push(chunk));
  child.stderr.on('data', chunk => err.push(chunk));
  let peakBytes = 0;
  const timer = setInterval(() => {
    peakBytes = Math.max(peakBytes, familyBytes(child.pid ?? 0));
  }, SAMPLE_MS);
  return new Promise<Usage>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code => {
      const seconds = (performance.now() - start) / 1000;
      const [stdout = '', stderr = ''] = [out, err].map(chunks => Buffer.concat(chunks).toString());
      resolve({ status: code ?? 1, seconds, peakBytes, stdout, stderr });
    });
  }).finally(() => clearInterval(timer));
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly bytes: number;
}

/** The resident memory of a process and of all its descendants. */
function familyBytes(root: number): number {
  const family = new Set([root]);
  const all = processes();
  for (let before = 0; before < family.size; ) {
    before = family.size;
    for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
  }
  return all.filter(({ pid }) => family.has(pid)).reduce((sum, { bytes }) => sum + bytes, 0);
}

function processes(): Process[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(name => {
      try {
        const status = readFileSync(`/proc/${name}/status`, 'utf8');
        const number = (key: string): number =>
          Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
        return [{ pid: Number(name), parent: number('PPid'), bytes: number('VmRSS') * 1024 }];
      } catch {
        // It ended between the listing and the reading.
        return [];
      }
    });
}

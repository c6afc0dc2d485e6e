import { containerState } from '../../core/docker/index.ts';
import { isSampanError, SampanError } from '../../core/errors/index.ts';
import type { AgentHost, AgentModule, ModuleAnswer, ModuleCall } from '../module/index.ts';
import { evidenceText } from './evidence.ts';
import { type Trace, traceJson } from './model.ts';
import { traceContainer } from './run.ts';
import { seccompProfile } from './seccomp.ts';

/** What the module is told. */
export interface TraceSettings {
  readonly maxSeconds: number;
  readonly perSecond: number;
}

/** Reads the settings of the module. @throws SampanError `usage` that names the key. */
export function traceSettings(given: Readonly<Record<string, unknown>>): TraceSettings {
  const { maxSeconds = 60, perSecond = 2000, ...rest } = given;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined)
    throw new SampanError('usage', `trace.${unknown} is not known: maxSeconds, perSecond`);
  return {
    maxSeconds: whole(maxSeconds, 'trace.maxSeconds', 3600),
    perSecond: whole(perSecond, 'trace.perSecond', 1e6),
  };
}

function whole(value: unknown, where: string, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new SampanError('usage', `${where}: must be a whole number from 1 to ${most}`);
}

interface Last {
  readonly container: string;
  readonly trace: Trace;
  readonly evidence: string;
}

/**
 * Traces a container when it is asked to, one at a time: `POST containers/NAME?seconds=10`. Then `GET last`,
 * `last/evidence` and `last/seccomp` give what it saw. It does nothing by itself.
 */
export const traceModule: AgentModule = {
  name: 'trace',
  start: async host => {
    const settings = traceSettings(host.settings);
    const ending = new AbortController();
    const signal = AbortSignal.any([host.signal, ending.signal]);
    let last: Last | undefined;
    let running: string | undefined;
    return {
      status: () => ({
        running,
        last: last === undefined ? undefined : { container: last.container, ...traceJson(last.trace) },
      }),
      answer: async call => {
        if (call.method === 'GET') return answerLast(last, call.path);
        const name = /^containers\/([^/]+)$/.exec(call.path)?.[1];
        if (call.method !== 'POST' || name === undefined) return undefined;
        if (running !== undefined) return { status: 409, json: { error: `${running} is being traced` } };
        running = decodeURIComponent(name);
        try {
          last = await traceOnce(running, call, { host, settings, signal });
          return answerLast(last, 'last');
        } catch (error) {
          if (!isSampanError(error)) throw error;
          return { status: error.code === 'not-found' ? 404 : 503, json: { error: error.message } };
        } finally {
          running = undefined;
        }
      },
      [Symbol.asyncDispose]: async () => ending.abort(),
    };
  },
};

async function traceOnce(
  container: string,
  call: ModuleCall,
  about: { readonly host: AgentHost; readonly settings: TraceSettings; readonly signal: AbortSignal },
): Promise<Last> {
  const { host, settings } = about;
  const { pid, imageId: image } = await containerState(await host.docker(), container);
  if (pid === 0) throw new SampanError('unavailable', `${container} does not run`);
  const asked = Number(call.query.get('seconds') ?? 10);
  const seconds = Math.min(settings.maxSeconds, Math.max(1, Math.floor(asked) || 10));
  const signal = AbortSignal.any([about.signal, call.signal]);
  const trace = await traceContainer({ pid, image }, { seconds, perSecond: settings.perSecond, signal });
  return { container, trace, evidence: evidenceText(trace, `/proc/${pid}/root`) };
}

function answerLast(last: Last | undefined, path: string): ModuleAnswer | undefined {
  if (!['last', 'last/evidence', 'last/seccomp'].includes(path)) return undefined;
  if (last === undefined) return { status: 404, json: { error: 'nothing was traced yet' } };
  if (path === 'last') return { status: 200, json: { container: last.container, ...traceJson(last.trace) } };
  const text = path === 'last/evidence' ? last.evidence : seccompProfile([last.trace], process.arch);
  return { status: 200, json: JSON.parse(text) };
}

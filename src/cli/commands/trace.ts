import { resolve } from 'node:path';
import { bytesContent, contentStream, writeAtomically } from '../../core/bytes/index.ts';
import {
  evidenceText,
  seccompProfile,
  type Trace,
  traceContainer,
  traceJson,
} from '../../run/trace/index.ts';
import { choice, defineCommand, duration, file, flag, number, required } from '../command/index.ts';
import { containerOf, openEngine, openProject, PROJECT_OPTIONS } from '../compose/index.ts';
import { formatTable, type Output, writeJson } from '../output/index.ts';

/** `sampan trace`. */
export const traceCommand = defineCommand({
  description:
    'Watches for a time what a container of a service does: files that it opens, programs that it starts, addresses that it connects to, system calls. Through eBPF where bpftrace works, which costs it little; otherwise with strace, which slows it down. Root is needed for both.\n\nWhat was seen can be kept as evidence for sampan slim, and as a seccomp profile that allows the system calls that were seen and those that starting needs. A profile knows only what happened while it was traced: use all of the app meanwhile, and try it before you rely on it.',
  arguments: { service: required({ description: 'the service', complete: 'nothing' }) },
  options: {
    ...PROJECT_OPTIONS,
    duration: duration({ description: 'for so long', default: '30s' }),
    index: number({
      description: 'which container of a service with several',
      min: 1,
      max: 10_000,
      default: '1',
    }),
    rate: number({
      description: 'events a second that are looked at',
      min: 1,
      max: 1_000_000,
      default: '5000',
    }),
    tool: choice({ values: ['auto', 'bpftrace', 'strace'], default: 'auto', description: 'what watches' }),
    evidence: file({ description: 'write evidence for sampan slim to this file' }),
    seccomp: file({ description: 'write a seccomp profile to this file' }),
    json: flag({ description: 'print JSON, schema sampan.trace/1' }),
  },
  examples: [
    {
      line: 'trace web --duration 1m --evidence web.evidence.json',
      explanation: 'then sampan slim --evidence',
    },
    {
      line: 'trace web --seccomp web.seccomp.json',
      explanation: 'for security_opt: [seccomp:web.seccomp.json]',
    },
  ],
  async run(context, { service, duration: ms, index, rate, tool, evidence, seccomp, json, ...values }) {
    const { project } = openProject(context, { ...values, profile: ['*'] });
    const { signal, stdout } = context;
    const docker = await openEngine(context);
    const { pid, imageId, name } = await containerOf(docker, project, { service, number: index, signal });
    const seconds = Math.max(1, Math.round(ms / 1000));
    const stage = context.progress.stage(`Tracing ${name} for ${seconds} s`);
    const trace = await traceContainer(
      { pid, image: imageId },
      { seconds, perSecond: rate, tool: tool === 'auto' ? undefined : tool, signal },
    ).catch(error => {
      stage.fail();
      throw error;
    });
    stage.done();
    const write = async (path: string | undefined, text: () => string): Promise<void> => {
      if (path !== undefined)
        await writeAtomically(resolve(context.cwd, path), contentStream(bytesContent(Buffer.from(text()))));
    };
    await write(evidence, () => evidenceText(trace, `/proc/${pid}/root`));
    await write(seccomp, () => seccompProfile([trace], process.arch));
    if (json) writeJson(stdout, 'sampan.trace/1', { service, container: name, ...traceJson(trace) });
    else print(trace, stdout);
  },
});

const SHOWN = 15;

function print(trace: Trace, stdout: Output): void {
  const part = (title: string, map: ReadonlyMap<string, number>): void => {
    const all = [...map].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    if (all.length === 0) return;
    const rows = all.slice(0, SHOWN).map(([name, count]) => [String(count), name]);
    stdout.write(
      formatTable(
        [
          { title: 'TIMES', align: 'right' },
          { title, shrink: 'path' },
        ],
        rows,
        stdout,
      ),
    );
    stdout.write(all.length > SHOWN ? `       and ${all.length - SHOWN} more (--json has all)\n\n` : '\n');
  };
  part('STARTED', trace.started);
  part('CONNECTED TO', trace.connected);
  part('OPENED', trace.opened);
  part('SYSTEM CALLS', trace.syscalls);
  const dropped = trace.dropped === 0 ? '' : `; ${trace.dropped} events were above the rate`;
  stdout.write(`by ${trace.tool}, ${(trace.durationMs / 1000).toFixed(1)} s${dropped}\n`);
}

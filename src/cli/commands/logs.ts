import { SampanError } from '../../core/errors/index.ts';
import { readFilter } from '../../run/logs/index.ts';
import { any, choice, defineCommand, flag, list, number, parseDuration, text } from '../command/index.ts';
import {
  checkServices,
  followLines,
  logPrinter,
  logSources,
  openEngine,
  openProject,
  PROJECT_OPTIONS,
  pastLines,
} from '../compose/index.ts';

/** `sampan logs`. */
export const logsCommand = defineCommand({
  description:
    'Shows what the containers of a project have printed, all together in the order of time, each line behind the name of its container. With --follow it goes on, also through restarts, new versions and an engine that is away for a while.\n\nLevels are recognised in JSON, logfmt, the common forms of text and the priorities of systemd; a line that says none counts as info. With --level or --grep the lines of a stack trace stay together with their first.',
  arguments: { services: any({ description: 'only these services', complete: 'nothing' }) },
  options: {
    ...PROJECT_OPTIONS,
    follow: flag({ description: 'go on with what they print from now on' }),
    since: text({ placeholder: 'TIME', description: 'from then on: 10m ago, or 2026-01-31T12:00:00Z' }),
    until: text({ placeholder: 'TIME', description: 'up to then' }),
    tail: number({ description: 'at most so many of the last lines of each container', min: 0 }),
    grep: list({ placeholder: 'PATTERN', description: 'only what one of these regular expressions matches' }),
    level: choice({
      values: ['trace', 'debug', 'info', 'notice', 'warn', 'error', 'fatal'],
      description: 'only what is at least as bad',
    }),
    timestamps: flag({ short: 't', description: 'with the time of each line' }),
    json: flag({ description: 'print lines of JSON, schema sampan.logs/1' }),
  },
  examples: [
    { line: 'logs --follow', explanation: 'all services, as they print' },
    { line: 'logs web --since 10m --level warn', explanation: 'what went wrong lately' },
    { line: "logs --json --grep 'time ?out'", explanation: 'for a program' },
  ],
  async run(context, { services, follow, since, until, tail, grep, level, timestamps, json, ...values }) {
    const { project } = openProject(context, { ...values, profile: ['*'] });
    checkServices(project, services);
    const docker = await openEngine(context);
    const isFiltered = grep.length > 0 || level !== undefined;
    const filter = isFiltered ? readFilter({ include: grep, level }, '--') : undefined;
    const printer = logPrinter(context.stdout, { project: project.name, json, timestamps, filter });
    const now = context.now();
    const span = {
      project: project.name,
      services,
      since: since === undefined ? undefined : momentOf(since, now),
      until: until === undefined ? undefined : momentOf(until, now),
      tailLines: tail,
      signal: context.signal,
    };
    try {
      if (follow) return await followLines(docker, span, lines => printer.print(lines));
      for await (const line of pastLines(docker, span, await logSources(docker, span))) printer.print([line]);
    } finally {
      printer.end();
    }
  },
});

/** A moment as engines read it: a duration before now, a time, or seconds since 1970. */
function momentOf(text: string, nowMs: number): string {
  if (/^\d{9,11}(\.\d{1,9})?$/.test(text)) return text;
  const isTime = /^\d{4}-\d\d-\d\d/.test(text);
  const ms = isTime ? Date.parse(text) : nowMs - parseDuration(text.replace(/ ago$/, ''));
  if (Number.isFinite(ms)) return (ms / 1000).toFixed(3);
  throw new SampanError('usage', `not a time: ${text}`, { remedy: 'write 10m, or 2026-01-31T12:00:00Z' });
}

/** How bad a line is, the least first. */
export const LEVELS = ['trace', 'debug', 'info', 'notice', 'warn', 'error', 'fatal'] as const;

/** One of {@link LEVELS}. */
export type Level = (typeof LEVELS)[number];

const WORDS: Readonly<Record<string, Level>> = {
  trace: 'trace',
  finest: 'trace',
  verbose: 'trace',
  debug: 'debug',
  dbg: 'debug',
  fine: 'debug',
  info: 'info',
  inf: 'info',
  information: 'info',
  log: 'info',
  notice: 'notice',
  warn: 'warn',
  wrn: 'warn',
  warning: 'warn',
  error: 'error',
  err: 'error',
  severe: 'error',
  fatal: 'fatal',
  critical: 'fatal',
  crit: 'fatal',
  alert: 'fatal',
  emerg: 'fatal',
  emergency: 'fatal',
  panic: 'fatal',
};

/** The eight of syslog (RFC 5424, section 6.2.1), which systemd writes as `<n>` (sd-daemon(3)). */
const PRIORITIES: readonly Level[] = ['fatal', 'fatal', 'fatal', 'error', 'warn', 'notice', 'info', 'debug'];

/** Where a level is looked for: far enough for a time and a name before it. */
const HEAD = 200;
/** Members of JSON objects that say it, as loggers of many languages name them. */
const JSON_LEVEL =
  /"(?:level|severity|lvl|loglevel|log\.level|levelname|@level)"\s*:\s*(?:"([A-Za-z]{1,16})"|(\d{1,3})\b)/i;
const LOGFMT = /(?:^|\s)(?:level|lvl|severity)="?([A-Za-z]{1,16})\b/;
const SYSTEMD = /^<([0-7])>/;
/** glog and klog: `E1123 10:00:00.000000`. */
const GLOG = /^([IWEF])\d{4} \d\d:/;
const GLOG_LEVELS: Readonly<Record<string, Level>> = { I: 'info', W: 'warn', E: 'error', F: 'fatal' };
/** In brackets, or a word in capitals near the beginning, or a first word with a colon. */
const BRACKETS = /[[(<]([A-Za-z]{3,11})[\])>:]/g;
const CAPITALS = /(?:^|[\s|:\]-])([A-Z]{3,11})(?=$|[\s|:[\],-])/g;
const FIRST_WORD = /^([A-Za-z]{3,11}):/;

/**
 * The level that a line says it has: in JSON (names, and the numbers of pino and bunyan), logfmt, as a priority of
 * systemd, and in the common ways of text. Undefined where it says none.
 */
export function levelOf(line: string): Level | undefined {
  const priority = SYSTEMD.exec(line)?.[1];
  if (priority !== undefined) return PRIORITIES[Number(priority)];
  const trimmed = line.charCodeAt(0) <= 32 ? line.trimStart() : line;
  if (trimmed.startsWith('{')) return jsonLevel(trimmed);
  const head = plain(trimmed.slice(0, HEAD));
  const written = LOGFMT.exec(head)?.[1];
  const known = written === undefined ? undefined : levelNamed(written);
  return known ?? textLevel(head);
}

/** The level of a name, in any case. */
export function levelNamed(name: string): Level | undefined {
  const word = name.toLowerCase();
  return Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
}

/** Whether a level is at least as bad as another. */
export function isAtLeast(level: Level, least: Level): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(least);
}

function jsonLevel(line: string): Level | undefined {
  const match = JSON_LEVEL.exec(line.slice(0, 4096));
  if (match === null) return undefined;
  const [, word, number] = match;
  return word === undefined ? numberedLevel(Number(number)) : levelNamed(word);
}

/** Up to 7 as syslog counts; from 10 as bunyan and pino do, and Python's logging from 10 to 50 alike. */
function numberedLevel(number: number): Level | undefined {
  if (number <= 7) return PRIORITIES[number];
  if (number < 20) return number < 10 ? undefined : number === 10 ? 'trace' : 'debug';
  return number < 30
    ? 'debug'
    : number < 40
      ? 'info'
      : number < 50
        ? 'warn'
        : number < 60
          ? 'error'
          : 'fatal';
}

function textLevel(head: string): Level | undefined {
  const glog = GLOG.exec(head)?.[1];
  if (glog !== undefined) return GLOG_LEVELS[glog];
  for (const [, word = ''] of head.matchAll(BRACKETS)) {
    const level = levelNamed(word);
    if (level !== undefined) return level;
  }
  for (const [, word = ''] of head.slice(0, 80).matchAll(CAPITALS)) {
    const level = levelNamed(word);
    if (level !== undefined) return level;
  }
  return (
    levelNamed(FIRST_WORD.exec(head)?.[1] ?? '') ??
    (/^Traceback \(|^panic: /.test(head) ? 'error' : undefined)
  );
}

/** Without the colours of a terminal. (ECMA-48, "SGR") */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
  return text.includes('\x1b') ? text.replace(/\x1b\[[\d;]*m/g, '') : text;
}

/** How a program that runs another one is called. */
interface Wrapper {
  /** Options that take the next word, when it is not joined to them with `=`. */
  readonly valued?: string;
  /** Words before the command that are its own. */
  readonly own?: number;
}

const WRAPPERS: Readonly<Record<string, Wrapper>> = {
  authbind: {},
  busybox: {},
  capsh: {},
  catatonit: { valued: '-P' },
  catchsegv: {},
  chpst: { valued: '-u -U -e -/ -n -m -d -o -p -f -c -b -0' },
  chroot: { own: 1 },
  chrt: { valued: '-T -P -D', own: 1 },
  command: {},
  'docker-init': { valued: '-p -e' },
  doas: { valued: '-u -C' },
  'dumb-init': { valued: '-r --rewrite' },
  eatmydata: {},
  exec: { valued: '-a' },
  fixuid: {},
  flock: { valued: '-w -E', own: 1 },
  gosu: { own: 1 },
  'ld.so': {},
  ionice: { valued: '-c -n -p' },
  nice: { valued: '-n --adjustment' },
  nohup: {},
  numactl: { valued: '-N -m -i -C -p' },
  prlimit: {},
  runuser: { valued: '-u -g -G -s' },
  's6-setuidgid': { own: 1 },
  's6-envuidgid': { own: 1 },
  setarch: { own: 1 },
  setpriv: {
    valued: '--reuid --regid --groups --inh-caps --ambient-caps --bounding-set --securebits --selinux-label',
  },
  setsid: {},
  setuser: { own: 1 },
  stdbuf: { valued: '-i -o -e' },
  'su-exec': { own: 1 },
  sudo: { valued: '-u -g -C -h -p -r -t -T -D -R' },
  taskset: { own: 1 },
  time: { valued: '-f -o' },
  timeout: { valued: '-s -k --signal --kill-after', own: 1 },
  tini: { valued: '-p -e' },
  'tini-static': { valued: '-p -e' },
  unshare: {},
  'with-contenv': {},
  xargs: { valued: '-I -n -P -d -E -L -s -a' },
};

/** What programs start by name, whatever their arguments are: an archive says itself how it is packed. */
const SERVANTS: Readonly<Record<string, readonly string[]>> = {
  git: ['ssh'],
  rsync: ['ssh'],
  scp: ['ssh'],
  sftp: ['ssh'],
  tar: ['gzip', 'bzip2', 'xz', 'zstd', 'lzma', 'lzip'],
};

/** The command lines that a program runs for its caller; none when it is no such program. */
export function wrappedCommands(name: string, args: readonly string[]): string[][] {
  if (name === 'env') return keep(environment(args));
  if (name === 'find') return executed(args);
  if (name === 'su' || name === 'runuser' || name === 'script') {
    const text = args[args.findIndex(word => word === '-c' || word === '--command') + 1];
    if (text !== undefined && args.some(word => word === '-c' || word === '--command'))
      return [['/bin/sh', '-c', text]];
  }
  if (Object.hasOwn(SERVANTS, name)) return SERVANTS[name]!.map(each => [each]);
  const wrapper = Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name] : undefined;
  return wrapper === undefined ? [] : keep(afterOptions(args, wrapper));
}

function keep(argv: string[]): string[][] {
  return argv.length === 0 ? [] : [argv];
}

function afterOptions(args: readonly string[], { valued = '', own = 0 }: Wrapper): string[] {
  const values = new Set(valued.split(' '));
  let at = 0;
  for (; at < args.length && args[at]!.startsWith('-'); at++) {
    if (args[at] === '--') return args.slice(at + 1 + own);
    if (values.has(args[at]!)) at++;
  }
  const rest = args.slice(at + own);
  return rest[0] === '--' ? rest.slice(1) : rest;
}

/** `env`: assignments and options before the command; `-S` is a command line in one word. */
function environment(args: readonly string[]): string[] {
  const words = [...args];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const split = /^(?:-[iv]*S|--split-string=?)(.*)$/.exec(word)?.[1];
    if (split !== undefined)
      words.unshift(...(split === '' ? (words.shift() ?? '') : split).split(/\s+/).filter(Boolean));
    else if (word === '-u' || word === '-C' || word === '--unset' || word === '--chdir') words.shift();
    else if (!word.startsWith('-') && !/^\w+=/.test(word)) return [word, ...words];
  }
  return [];
}

/** `find … -exec COMMAND ;` */
function executed(args: readonly string[]): string[][] {
  return args.flatMap((word, at) => {
    if (!/^-(?:exec|execdir|ok|okdir)$/.test(word)) return [];
    const end = args.findIndex((other, i) => i > at && (other === ';' || other === '\\;' || other === '+'));
    return keep(args.slice(at + 1, end < 0 ? undefined : end));
  });
}

import { posix } from 'node:path';
import type { Found, View } from '../view/index.ts';
import type { WholeLanguage } from './whole.ts';

/** Java: the run-time environment without its sources and development parts; every archive on the class path. */
export const JAVA: WholeLanguage = {
  name: 'java',
  interpreters: /^java$/,
  sources: /\.jsh$/,
  directories: ['/etc/java*', '/usr/share/java'],
  waste:
    /\/(?:src\.zip|jmods|demo|sample|man|include|legal|ct\.sym|docs?|jrt-fs\.jar\.orig)$|\.(?:debuginfo|diz)$/,
  valued: /^(?:-cp|-classpath|--class-path|-p|--module-path|-jar|-m|--module|--add-\w+|--limit-modules)$/,
  home: interpreter => (interpreter === '' ? [] : [javaHome(interpreter)]),
  called,
};

function javaHome(interpreter: string): string {
  const home = posix.dirname(posix.dirname(interpreter));
  return posix.basename(home) === 'jre'
    ? posix.dirname(home)
    : home === '/usr' || home === '/'
      ? '/usr/lib/jvm'
      : home;
}

function called(view: View, args: readonly string[], cwd: string): Found[] {
  const found: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const value = args[at + 1] ?? '';
    if (/^(?:-cp|-classpath|--class-path|-p|--module-path)$/.test(args[at]!))
      found.push(...value.split(':').flatMap(entry => classPath(view, posix.resolve(cwd, entry))));
    else if (args[at] === '-jar') found.push(...archive(view, posix.resolve(cwd, value)));
    else if (args[at]!.startsWith('-javaagent:'))
      found.push(posix.resolve(cwd, args[at]!.slice(11).split('=')[0]!));
  }
  found.push(
    ...(view.env.CLASSPATH ?? '')
      .split(':')
      .filter(Boolean)
      .flatMap(entry => classPath(view, posix.resolve(cwd, entry))),
  );
  return found.map(path => ({ path, reason: 'on the class path', kind: 'data' }));
}

function classPath(view: View, entry: string): string[] {
  if (posix.basename(entry) === '*') return archives(view, posix.dirname(entry));
  return view.isDirectory(entry) ? view.under(entry) : archive(view, entry);
}

/** An archive, and those beside it that the `Class-Path` of its manifest usually names. */
function archive(view: View, path: string): string[] {
  const dir = posix.dirname(path);
  // What is called `lib` at the root of the file system, or beside it, is the system's.
  const beside = /^\/(?:usr(?:\/local)?)?$/.test(dir)
    ? []
    : ['lib', 'libs', 'dependency', 'dependency-jars', 'app', 'quarkus'];
  return [path, ...archives(view, dir), ...beside.flatMap(name => view.under(posix.join(dir, name)))];
}

function archives(view: View, dir: string): string[] {
  return [...view.names(dir)].filter(name => /\.[jw]ar$/.test(name)).map(name => posix.join(dir, name));
}

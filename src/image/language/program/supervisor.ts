import { posix } from 'node:path';
import type { Command, View } from '../view/index.ts';

const PLACES = ['/etc/supervisord.conf', '/etc/supervisor/supervisord.conf', '/etc/supervisor.conf'];

/** The commands of the programs that supervisord is told to run, its included files among them. */
export function supervisedCommands(view: View, { argv, cwd = view.cwd }: Command): Command[] {
  const at = argv.findIndex(word => word === '-c' || word === '--configuration');
  const given = at < 0 ? argv.find(word => word.startsWith('--configuration='))?.slice(16) : argv[at + 1];
  const files = given === undefined ? PLACES : [posix.resolve(cwd, given)];
  const texts = files.flatMap(file => view.text(file) ?? []);
  const included = files.flatMap((file, i) => includedFiles(view, posix.dirname(file), texts[i] ?? ''));
  return [...texts, ...included.flatMap(file => view.text(file) ?? [])].flatMap(programs);
}

function includedFiles(view: View, dir: string, text: string): string[] {
  const line = /^\[include\][^[]*?^files\s*=\s*(.+)$/ms.exec(text)?.[1] ?? '';
  return (line.split('\n')[0] ?? '').split(/\s+/).flatMap(pattern => {
    const path = posix.resolve(dir, pattern);
    const suffix = /\*(\.\w+)?$/.exec(path);
    if (suffix === null) return [path];
    const names = [...view.names(posix.dirname(path))].filter(name => name.endsWith(suffix[1] ?? ''));
    return names.map(name => posix.join(posix.dirname(path), name));
  });
}

function programs(text: string): Command[] {
  return text
    .split(/^\[(?=program:|eventlistener:)/m)
    .slice(1)
    .flatMap(section => {
      const line = /^command\s*=\s*(.+)$/m.exec(section)?.[1]?.trim();
      const cwd = /^directory\s*=\s*(.+)$/m.exec(section)?.[1]?.trim();
      if (line === undefined) return [];
      return [{ argv: ['/bin/sh', '-c', line], ...(cwd === undefined ? {} : { cwd }) }];
    });
}

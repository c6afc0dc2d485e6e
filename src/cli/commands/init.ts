import { closeSync, openSync, readdirSync, readFileSync, statSync, writeSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { SampanError, systemCode, wrap } from '../../core/errors/index.ts';
import {
  type ProjectFiles,
  recognise,
  starterDockerfile,
  starterDockerignore,
} from '../../image/starter/index.ts';
import { defineCommand, flag, number, optional, text } from '../command/index.ts';
import { visible } from '../output/index.ts';

/** `sampan init`. */
export const initCommand = defineCommand({
  description: [
    'Recognises a project in Go, Node.js, Python, Rust, C or C++ (CMake, Make) or Java (Maven, Gradle), and writes a Dockerfile and a .dockerignore for it: several stages, a small base, a user that is not root, a health check, one time zone, locked dependencies.',
    'It is a beginning that sampan lint finds nothing in; read it, and change what your program needs.',
  ].join('\n\n'),
  arguments: { directory: optional({ description: 'the project; this directory unless told' }) },
  options: {
    port: number({
      placeholder: 'PORT',
      min: 1,
      max: 65535,
      description: 'where the program answers HTTP; the health check asks there',
    }),
    zone: text({
      placeholder: 'ZONE',
      default: 'Etc/UTC',
      description: 'the time zone of the devices, such as Europe/Berlin',
    }),
    force: flag({ description: 'replace files that are there' }),
    dryRun: flag({ description: 'print the files, and write nothing' }),
  },
  examples: [
    { line: 'init', explanation: 'a Dockerfile for the project in this directory' },
    {
      line: 'init server --port 8080 --zone Europe/Berlin',
      explanation: 'with a health check and the zone of the devices',
    },
  ],
  async run(context, { directory = '.', port, zone, force, dryRun }) {
    if (!/^[A-Za-z][\w+-]*(?:\/[\w+-]+){0,2}$/.test(zone)) {
      throw new SampanError('usage', `${visible(zone)} is no time zone`, {
        remedy: 'write it as in Europe/Berlin or Etc/UTC',
      });
    }
    const root = resolve(context.cwd, directory);
    const project = recognise(openProject(root));
    if (project === undefined) {
      throw new SampanError('not-found', `no project is recognised in ${directory}`, {
        remedy:
          'there must be a go.mod, package.json, requirements.txt, pyproject.toml, Cargo.toml, CMakeLists.txt, Makefile, pom.xml or build.gradle',
      });
    }
    const files = [
      { name: 'Dockerfile', content: starterDockerfile(project, { port, zone }) },
      { name: '.dockerignore', content: starterDockerignore(project) },
    ];
    if (dryRun) {
      for (const { name, content } of files) context.stdout.write(`==> ${name} <==\n${content}\n`);
      return;
    }
    if (!force)
      refuseExisting(
        root,
        files.map(({ name }) => name),
      );
    for (const { name, content } of files) writeNew(join(root, name), content, force);
    for (const { name } of files) context.stdout.write(`${relative(context.cwd, join(root, name))}\n`);
    if (!context.quiet)
      context.stderr.write(
        `a ${project.language} project; see what it holds, then: docker build ${directory}\n`,
      );
  },
});

const MAX_FILE = 1 << 20;

function openProject(root: string): ProjectFiles {
  const names = listed(root);
  return {
    names,
    directory: basename(root),
    read: path => {
      try {
        const full = join(root, path);
        const { size } = statSync(full);
        return size > MAX_FILE ? undefined : readFileSync(full, 'utf8');
      } catch {
        // What cannot be read tells nothing about the project.
        return undefined;
      }
    },
  };
}

function listed(root: string): string[] {
  try {
    return readdirSync(root, { withFileTypes: true })
      .filter(entry => !entry.isDirectory())
      .map(entry => entry.name)
      .sort();
  } catch (error) {
    throw wrap(`reading ${root}`, error);
  }
}

function refuseExisting(root: string, names: readonly string[]): void {
  const there = names.filter(name => statSync(join(root, name), { throwIfNoEntry: false }) !== undefined);
  if (there.length === 0) return;
  throw new SampanError('usage', `already there: ${there.join(', ')}`, {
    remedy: 'add --force to replace what is there, or --dry-run to see what would be written',
  });
}

function writeNew(path: string, content: string, force: boolean): void {
  try {
    // Without --force not even a file that was made a moment ago is overwritten.
    const file = openSync(path, force ? 'w' : 'wx');
    try {
      writeSync(file, content);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (systemCode(error) === 'EEXIST')
      throw new SampanError('usage', `already there: ${path}`, { remedy: 'add --force to replace it' });
    throw wrap(`writing ${path}`, error);
  }
}

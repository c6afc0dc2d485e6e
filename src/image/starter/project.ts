/** The files of a project, as far as they tell what it is. */
export interface ProjectFiles {
  /** Names in the top directory. */
  readonly names: readonly string[];
  /** The name of the directory itself. */
  readonly directory: string;
  /** The text of a file of the project; undefined where there is none, or where it is no small text. */
  read(path: string): string | undefined;
}

/** A project that was recognised. Every text in it is safe to stand in a Dockerfile. */
export type Project = GoProject | NodeProject | PythonProject | RustProject | NativeProject | JavaProject;

/** A Go module. */
export interface GoProject {
  readonly language: 'Go';
  /** `1.25`. */
  readonly version: string;
  readonly name: string;
  /** The package to build: `.` or `./cmd/NAME`. */
  readonly main: string;
  readonly hasSums: boolean;
}

/** A package of Node.js. */
export interface NodeProject {
  readonly language: 'Node.js';
  readonly manager: 'npm' | 'yarn' | 'pnpm';
  /** The lock file, if there is one. */
  readonly lock: string | undefined;
  readonly hasBuild: boolean;
  readonly hasDependencies: boolean;
  /** The file that starts it. */
  readonly main: string;
}

/** A Python program. */
export interface PythonProject {
  readonly language: 'Python';
  readonly dependencies: 'requirements.txt' | 'pyproject.toml' | undefined;
  /** What follows `python`. */
  readonly start: readonly string[];
}

/** A Rust package. */
export interface RustProject {
  readonly language: 'Rust';
  readonly name: string;
  readonly hasLock: boolean;
}

/** A program in C or C++. */
export interface NativeProject {
  readonly language: 'C/C++';
  readonly tool: 'cmake' | 'make';
  readonly name: string;
}

/** A Java program. */
export interface JavaProject {
  readonly language: 'Java';
  readonly tool: 'maven' | 'gradle';
}

/** Recognises what a project is written in; undefined for one that is none of them. */
export function recognise(files: ProjectFiles): Project | undefined {
  const has = (name: string) => files.names.includes(name);
  if (has('go.mod')) return goProject(files);
  if (has('Cargo.toml')) return rustProject(files);
  if (has('pom.xml')) return { language: 'Java', tool: 'maven' };
  if (has('build.gradle') || has('build.gradle.kts')) return { language: 'Java', tool: 'gradle' };
  if (has('package.json')) return nodeProject(files);
  if (has('requirements.txt') || has('pyproject.toml') || files.names.some(name => name.endsWith('.py')))
    return pythonProject(files);
  if (has('CMakeLists.txt')) return nativeProject(files, 'cmake');
  return has('Makefile') || has('makefile') || has('GNUmakefile') ? nativeProject(files, 'make') : undefined;
}

/** A name that means nothing to a shell or a Dockerfile. */
function plainName(text: string | undefined, otherwise: string): string {
  return text !== undefined && /^[A-Za-z0-9][\w.-]{0,63}$/.test(text) ? text : otherwise;
}

function plainPath(text: unknown): string | undefined {
  if (typeof text !== 'string' || text.length > 200) return undefined;
  const path = text.replace(/^\.\//, '');
  return /^[\w@-][\w@./-]*$/.test(path) && !path.includes('..') ? path : undefined;
}

function nameOfDirectory({ directory }: ProjectFiles): string {
  return plainName(directory, 'app');
}

function goProject(files: ProjectFiles): GoProject {
  const text = files.read('go.mod') ?? '';
  const module = /^module\s+(\S+)/m
    .exec(text)?.[1]
    ?.replace(/\/v\d+$/, '')
    .replace(/^.*\//, '');
  const version = /^go\s+(\d+\.\d+)/m.exec(text)?.[1] ?? '1.25';
  const name = plainName(module, nameOfDirectory(files));
  const inRoot = files.names.some(
    file => file.endsWith('.go') && /^package main$/m.test(files.read(file) ?? ''),
  );
  const hasCommand = files.read(`cmd/${name}/main.go`) !== undefined;
  return {
    language: 'Go',
    version,
    name,
    main: inRoot || !hasCommand ? '.' : `./cmd/${name}`,
    hasSums: files.names.includes('go.sum'),
  };
}

function rustProject(files: ProjectFiles): RustProject {
  const text = files.read('Cargo.toml') ?? '';
  const binary = /\[\[bin\]\][^[]*?^name\s*=\s*"([^"]*)"/ms.exec(text)?.[1];
  const name = binary ?? /\[package\][^[]*?^name\s*=\s*"([^"]*)"/ms.exec(text)?.[1];
  return {
    language: 'Rust',
    name: plainName(name, nameOfDirectory(files)),
    hasLock: files.names.includes('Cargo.lock'),
  };
}

function nodeProject(files: ProjectFiles): NodeProject {
  const json = objectOf(files.read('package.json'));
  const scripts = record(json.scripts);
  const locks = [
    ['package-lock.json', 'npm'],
    ['pnpm-lock.yaml', 'pnpm'],
    ['yarn.lock', 'yarn'],
  ] as const;
  const [lock, manager] = locks.find(([name]) => files.names.includes(name)) ?? [undefined, 'npm' as const];
  const started =
    typeof scripts.start === 'string'
      ? /\bnode\s+(?:--?[\w=-]+\s+)*([^\s-]\S*)/.exec(scripts.start)?.[1]
      : undefined;
  const usual = ['server.js', 'index.js', 'app.js', 'main.js', 'src/index.js', 'src/server.js'];
  const there = usual.find(name => files.names.includes(name) || files.read(name) !== undefined);
  return {
    language: 'Node.js',
    manager,
    lock,
    hasBuild: typeof scripts.build === 'string',
    hasDependencies:
      Object.keys(record(json.dependencies)).length + Object.keys(record(json.devDependencies)).length > 0,
    main: plainPath(started) ?? plainPath(json.main) ?? there ?? 'index.js',
  };
}

function objectOf(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    return record(JSON.parse(text ?? '{}'));
  } catch {
    return {};
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function pythonProject(files: ProjectFiles): PythonProject {
  const has = (name: string) => files.names.includes(name);
  const dependencies = has('requirements.txt')
    ? 'requirements.txt'
    : has('pyproject.toml')
      ? 'pyproject.toml'
      : undefined;
  const script = ['main.py', 'app.py', 'server.py', 'run.py', '__main__.py'].find(has);
  const project = /^\[project\][^[]*?^name\s*=\s*"([^"]*)"/ms.exec(files.read('pyproject.toml') ?? '')?.[1];
  const module = plainName(project?.replaceAll('-', '_'), nameOfDirectory(files).replaceAll('-', '_'));
  return { language: 'Python', dependencies, start: script === undefined ? ['-m', module] : [script] };
}

/** A Makefile names its program in a variable, or where it is linked: what is compiled ends in `.o`. */
const NAMED = /^(?:TARGET|PROGRAM|PROG|BIN|NAME|EXE)\s*[:?]?=\s*([\w.-]+)\s*$/m;
const LINKED = /^\t.*\s-o\s+(?!\S+\.l?o\b)([\w.-]+)(?:\s|$)/m;

function nativeProject(files: ProjectFiles, tool: 'cmake' | 'make'): NativeProject {
  const text = files.read('CMakeLists.txt') ?? '';
  const makefile = files.read('Makefile') ?? files.read('makefile') ?? files.read('GNUmakefile') ?? '';
  const program =
    tool === 'cmake'
      ? /add_executable\s*\(\s*([\w.-]+)/i.exec(text)?.[1]
      : (NAMED.exec(makefile) ?? LINKED.exec(makefile))?.[1];
  return { language: 'C/C++', tool, name: plainName(program, nameOfDirectory(files)) };
}

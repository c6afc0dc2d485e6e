import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DEFAULT_SETTINGS, lintText } from '../lint/index.ts';
import {
  type Project,
  type ProjectFiles,
  recognise,
  starterDockerfile,
  starterDockerignore,
} from './index.ts';

function files(content: Readonly<Record<string, string>>, directory = 'meter'): ProjectFiles {
  return {
    names: Object.keys(content).filter(name => !name.includes('/')),
    directory,
    read: path => content[path],
  };
}

const PROJECTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'a Go module': {
    'go.mod': 'module example.com/edge/agent\n\ngo 1.24\n',
    'go.sum': '',
    'main.go': 'package main\n',
  },
  'a Go module with a command': {
    'go.mod': 'module example.com/agent/v2\ngo 1.25.1\n',
    'cmd/agent/main.go': 'package main\n',
  },
  'a Node.js package': {
    'package.json':
      '{"scripts":{"start":"node --enable-source-maps src/server.js"},"dependencies":{"ws":"8"}}',
    'package-lock.json': '{}',
  },
  'a Node.js package with a build': {
    'package.json': '{"main":"dist/app.js","scripts":{"build":"tsc"},"devDependencies":{"typescript":"5"}}',
    'pnpm-lock.yaml': '',
  },
  'a Node.js package of yarn': {
    'package.json': '{"dependencies":{"ws":"8"},"scripts":{"build":"x"}}',
    'yarn.lock': '',
    'index.js': '',
  },
  'a Node.js package without a lock file': { 'package.json': '{"dependencies":{"ws":"8"}}' },
  'a Python program': { 'requirements.txt': 'flask\n', 'app.py': '' },
  'a Python project': { 'pyproject.toml': '[project]\nname = "edge-meter"\n' },
  'a Python script': { 'main.py': '' },
  'a Rust package': { 'Cargo.toml': '[package]\nname = "probe"\n', 'Cargo.lock': '' },
  'a CMake project': { 'CMakeLists.txt': 'project(x)\nadd_executable(probe a.c)\n' },
  'a Makefile': { Makefile: 'TARGET = probe\nall:\n' },
  'a Maven project': { 'pom.xml': '<project/>' },
  'a Gradle project': { 'build.gradle.kts': '' },
};

function project(content: Readonly<Record<string, string>>): Project {
  const found = recognise(files(content));
  ok(found !== undefined);
  return found;
}

for (const [name, content] of Object.entries(PROJECTS)) {
  describe(name, () => {
    for (const options of [{}, { port: 8080, zone: 'Europe/Berlin' }]) {
      test(`gets a Dockerfile in which lint finds nothing, ${JSON.stringify(options)}`, () => {
        const made = project(content);
        const text = starterDockerfile(made, options);
        const dockerignore = starterDockerignore(made);
        const { findings } = lintText(
          { path: 'Dockerfile', text, kind: 'dockerfile', dockerignore },
          DEFAULT_SETTINGS,
        );
        deepEqual(
          findings.map(({ rule, message }) => `${rule}: ${message}`),
          [],
        );
        match(text, /^USER \d+:\d+$/m);
        match(text, /^HEALTHCHECK /m);
      });
    }
  });
}

test('what a project says of itself is used', () => {
  deepEqual(project(PROJECTS['a Go module with a command']!), {
    language: 'Go',
    version: '1.25',
    name: 'agent',
    main: './cmd/agent',
    hasSums: false,
  });
  equal(
    starterDockerfile(project(PROJECTS['a Node.js package']!)).includes('CMD ["node", "src/server.js"]'),
    true,
  );
  deepEqual(project(PROJECTS['a Python project']!), {
    language: 'Python',
    dependencies: 'pyproject.toml',
    start: ['-m', 'edge_meter'],
  });
  deepEqual(project(PROJECTS['a Makefile']!), { language: 'C/C++', tool: 'make', name: 'probe' });
  const makefile =
    'main.o: main.c\n\tcc -c -o main.o main.c\nall: main.o\n\tcc -o $@.x main.o\n\tcc main.o -o gauge\n';
  deepEqual(project({ Makefile: makefile }), { language: 'C/C++', tool: 'make', name: 'gauge' });
});

test('a directory of something else is not recognised', () => {
  equal(recognise(files({ 'README.md': '# x' })), undefined);
  equal(recognise(files({})), undefined);
});

test('names that mean something to a shell or a Dockerfile do not get into it', () => {
  const evil = 'x\nRUN evil $(id) `id`';
  const hostile: Readonly<Record<string, string>>[] = [
    { 'go.mod': `module a/${evil.replaceAll('\n', '$x')}\n` },
    { 'package.json': JSON.stringify({ main: `../${evil}`, scripts: { start: 'node "a;b"' } }) },
    { 'Cargo.toml': '[package]\nname = "$(evil)"\n' },
    { 'pyproject.toml': '[project]\nname = "evil;evil"\n' },
    { 'CMakeLists.txt': 'add_executable($evil)' },
    { 'package.json': '[1, 2' },
    { 'package.json': 'null' },
  ];
  for (const content of hostile) {
    const made = recognise(files(content, 'a b$(evil)'));
    ok(made !== undefined);
    equal(/evil|;b/.test(starterDockerfile(made)), false);
  }
});

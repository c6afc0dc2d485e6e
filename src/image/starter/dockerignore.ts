import type { Project } from './project.ts';

const ALWAYS = [
  '.git',
  '.github',
  '.gitlab-ci.yml',
  '.idea',
  '.vscode',
  '.DS_Store',
  '.env',
  '.env.*',
  '*.key',
  '*.pem',
  '*.log',
  'Dockerfile*',
  '.dockerignore',
  'compose*.yaml',
  'compose*.yml',
  'docker-compose*.yml',
];

const BY_LANGUAGE: Readonly<Record<Project['language'], readonly string[]>> = {
  Go: ['bin', 'dist', '**/*_test.go'],
  'Node.js': ['node_modules', 'npm-debug.log*', 'coverage', '.nyc_output', '.cache'],
  Python: [
    '**/__pycache__',
    '**/*.py[cod]',
    '.venv',
    'venv',
    '.pytest_cache',
    '.mypy_cache',
    '.tox',
    '*.egg-info',
  ],
  Rust: ['target'],
  'C/C++': ['build', 'cmake-build-*', '**/*.o', '**/*.a'],
  Java: ['target', 'build', '.gradle', 'out', '**/*.class'],
};

/** A `.dockerignore` for a project: what the build does not need, and what must not leave the machine. */
export function starterDockerignore({ language }: Project): string {
  return [
    '# What the build does not need, and what must stay here.',
    ...ALWAYS,
    ...BY_LANGUAGE[language],
    '',
  ].join('\n');
}

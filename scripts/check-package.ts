import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A folder that stands for all that `exports` offers. */
const OFFERED = 'core/tar';

/** Fails, with the path, when a file that package.json promises is not packed, or one that does not belong is. */
function main(): void {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  const offered = Object.values<string>(manifest.exports['./*']).map(path => path.replace('*', OFFERED));
  const promised = [...Object.values<string>(manifest.bin), ...offered].map(path =>
    path.replace(/^\.\//, ''),
  );
  const packed = packedFiles();
  const wrong = [
    ...promised
      .filter(path => !packed.has(path))
      .map(path => `${path} is promised by package.json, and missing`),
    ...[...packed].filter(isStray).map(path => `${path} does not belong in the package`),
  ];
  if (!readFileSync('dist/cli/main.js', 'utf8').startsWith('#!/usr/bin/env node\n')) {
    wrong.push('dist/cli/main.js has no "#!/usr/bin/env node" in its first line');
  }
  for (const what of wrong) console.error(`build: ${what}`);
  if (wrong.length > 0) process.exit(1);
  execFileSync('dist/cli/main.js', ['--help'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const said = execFileSync('dist/cli/main.js', ['--version'], { encoding: 'utf8' }).trim();
  if (said !== manifest.version) {
    console.error(`build: dist/cli/main.js says ${said}, package.json ${manifest.version}`);
    process.exit(1);
  }
  console.log(`build: dist/ is whole, ${packed.size} files in the package`);
}

function isStray(path: string): boolean {
  return /\.test\.|conformance|(?<!\.d)\.ts$/.test(path);
}

function packedFiles(): ReadonlySet<string> {
  const report = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const parsed: unknown = JSON.parse(report);
  // npm 11 gives a list; later ones an object by package name.
  const [first] = Array.isArray(parsed) ? parsed : Object.values(Object(parsed));
  return new Set(first.files.map((file: { readonly path: string }) => file.path));
}

main();

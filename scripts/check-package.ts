import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** Fails, with the path, when a file that package.json promises is not built or not packed. */
function main(): void {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  const promised: string[] = [
    ...Object.values<string>(manifest.bin),
    ...Object.values<string>(manifest.exports['.']),
  ];
  const packed = packedFiles();
  const wrong = promised
    .map(path => path.replace(/^\.\//, ''))
    .filter(path => !existsSync(path) || !packed.has(path));
  const stray = [...packed].filter(path => /\.test\.|(^|[^d])\.ts$/.test(path) && !path.endsWith('.d.ts'));
  for (const path of wrong)
    console.error(`build: package.json promises ${path}, which is not in the package`);
  for (const path of stray) console.error(`build: ${path} does not belong in the package`);
  if (wrong.length + stray.length > 0) process.exit(1);
  const banner = readFileSync('dist/cli/main.js', 'utf8').startsWith('#!/usr/bin/env node\n');
  if (!banner) throw new Error('dist/cli/main.js: no "#!/usr/bin/env node" in its first line');
  execFileSync(process.execPath, ['dist/cli/main.js', '--help'], { stdio: 'ignore' });
  console.log(`build: dist/ is whole, ${packed.size} files in the package`);
}

function packedFiles(): Set<string> {
  const report = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const parsed: unknown = JSON.parse(report);
  const [first] = Array.isArray(parsed) ? parsed : Object.values(Object(parsed));
  return new Set(first.files.map((file: { readonly path: string }) => file.path));
}

main();

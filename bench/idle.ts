import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An image with nothing but busybox, which sleeps. */
export const IDLE_IMAGE = 'sampan-bench/idle:1';
/** How many services an idle site has. */
export const SERVICES = 10;
const BUSYBOX = ['/bin/busybox', '/usr/bin/busybox'].find(path => existsSync(path));

/** A directory with a Compose file of ten services that sleep; their image is made in the engine. */
export function idleSite(directory: string, name: string): string {
  if (BUSYBOX === undefined) throw new Error('there is no static busybox');
  makeImage(directory);
  const site = join(directory, name);
  mkdirSync(site, { recursive: true });
  const service = `{image: "${IDLE_IMAGE}", stop_grace_period: 0s, restart: "no"}`;
  const services = Array.from({ length: SERVICES }, (_, index) => `  s${index}: ${service}`);
  writeFileSync(join(site, 'compose.yaml'), `services:\n${services.join('\n')}\n`);
  return site;
}

function makeImage(directory: string): void {
  const root = mkdtempSync(join(directory, 'root-'));
  mkdirSync(join(root, 'bin'));
  execFileSync('cp', [BUSYBOX ?? '', join(root, 'bin/busybox')]);
  execFileSync(
    'sh',
    [
      '-c',
      `tar -C ${root} -c . | docker import --change 'CMD ["/bin/busybox","sleep","100000"]' - ${IDLE_IMAGE}`,
    ],
    { stdio: 'ignore' },
  );
}

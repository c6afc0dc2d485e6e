import type { Finding } from '../finding.ts';
import type { Ground } from '../ground.ts';
import { Collector } from './collect.ts';

const SETUID = 0o4000;
const SETGID = 0o2000;
const CAPABILITY = 'security.capability';

/** Programs that run with other rights than their caller's. */
export function privilegeFindings(ground: Ground): readonly Finding[] {
  const setuid = new Collector();
  const capabilities = new Collector();
  for (const { path, layer, row } of ground.files) {
    const scan = ground.stacked.layers[layer]!;
    const mode = scan.mode[row]!;
    if ((mode & 0o111) !== 0 && (mode & (SETUID | SETGID)) !== 0) {
      setuid.add(layer, { path, bytes: 0, note: (mode & SETUID) === 0 ? 'setgid' : 'setuid' });
    }
    if (scan.rare.get(row)?.xattrs?.has(CAPABILITY)) capabilities.add(layer, { path, bytes: 0 });
  }
  return [
    ...of(setuid, ground, {
      id: 'setuid-files',
      title: 'Programs that run as another user than their caller (setuid, setgid)',
      confidence: 'certain',
      fix: 'RUN find / -xdev -perm /6000 -type f -exec chmod a-s {} + # in the RUN that installs; run with no-new-privileges',
    }),
    ...of(capabilities, ground, {
      id: 'file-capabilities',
      title: 'Programs with capabilities of their own',
      confidence: 'certain',
      fix: 'RUN setcap -r … # and give the container what it needs: cap_add in the Compose file',
    }),
  ];
}

function of(files: Collector, ground: Ground, kind: Parameters<Collector['finish']>[0]): readonly Finding[] {
  return files.files === 0 ? [] : [files.finish(kind, ground)];
}

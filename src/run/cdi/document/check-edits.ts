import type { Problems } from './problems.ts';
import type { CdiEdits, CdiHook, CdiIntelRdt, CdiMount, CdiNetDevice, CdiNode } from './types.ts';

const NODE_TYPES = new Set(['', 'b', 'c', 'u', 'p']);
const HOOKS = new Set([
  'prestart',
  'createRuntime',
  'createContainer',
  'startContainer',
  'poststart',
  'poststop',
]);
const MAX_CLOS_ID = 4096;

/** Whether edits change nothing; a device must change something. */
export function isEmptyEdits(edits: CdiEdits): boolean {
  const { env = [], deviceNodes = [], netDevices = [], mounts = [], hooks = [], additionalGids = [] } = edits;
  const lists = [env, deviceNodes, netDevices, mounts, hooks, additionalGids];
  return lists.every(one => one.length === 0) && edits.intelRdt === undefined;
}

/** Tells what is wrong with edits. (CDI specification, "OCI Edits") */
export function checkEdits(edits: CdiEdits, path: string, problems: Problems): void {
  checkEnv(edits.env, `${path}.env`, problems);
  for (const [index, node] of (edits.deviceNodes ?? []).entries())
    checkNode(node, `${path}.deviceNodes[${index}]`, problems);
  for (const [index, mount] of (edits.mounts ?? []).entries())
    checkMount(mount, `${path}.mounts[${index}]`, problems);
  for (const [index, hook] of (edits.hooks ?? []).entries())
    checkHook(hook, `${path}.hooks[${index}]`, problems);
  checkNetDevices(edits.netDevices ?? [], `${path}.netDevices`, problems);
  if (edits.intelRdt !== undefined) checkIntelRdt(edits.intelRdt, `${path}.intelRdt`, problems);
}

function checkEnv(env: readonly string[] | undefined, path: string, problems: Problems): void {
  for (const [index, one] of (env ?? []).entries())
    if (one.indexOf('=') <= 0) problems.add(`${path}[${index}]`, `${JSON.stringify(one)} is not NAME=value`);
}

function checkPath(value: string, path: string, problems: Problems): void {
  if (value === '') problems.add(path, 'must not be empty');
  else if (!value.startsWith('/') || value.includes('\0'))
    problems.add(path, `${JSON.stringify(value)} is not an absolute path`);
}

function checkNode(node: CdiNode, path: string, problems: Problems): void {
  const { hostPath = '', type = '', permissions = '', major = 0, minor = 0 } = node;
  checkPath(node.path, `${path}.path`, problems);
  if (hostPath !== '') checkPath(hostPath, `${path}.hostPath`, problems);
  if (!NODE_TYPES.has(type)) problems.add(`${path}.type`, `${JSON.stringify(type)} is none of b, c, u, p`);
  if (major < 0 || minor < 0) problems.add(path, `${major}:${minor} are no numbers of a device`);
  if (permissions !== 'none' && !/^[rwm]*$/.test(permissions))
    problems.add(`${path}.permissions`, `${JSON.stringify(permissions)} is not some of r, w and m`);
}

function checkMount(
  { hostPath, containerPath, type = '' }: CdiMount,
  path: string,
  problems: Problems,
): void {
  checkPath(containerPath, `${path}.containerPath`, problems);
  // Of a file system that is no part of the host's, such as tmpfs, it is only a name.
  if (['', 'bind', 'none'].includes(type)) checkPath(hostPath, `${path}.hostPath`, problems);
  else if (hostPath === '') problems.add(`${path}.hostPath`, 'must not be empty');
}

function checkHook(
  { hookName, path: program, env, timeout = 1 }: CdiHook,
  path: string,
  problems: Problems,
): void {
  if (!HOOKS.has(hookName)) problems.add(`${path}.hookName`, `${JSON.stringify(hookName)} is no hook`);
  checkPath(program, `${path}.path`, problems);
  checkEnv(env, `${path}.env`, problems);
  if (timeout <= 0) problems.add(`${path}.timeout`, 'must be more than 0');
}

function checkNetDevices(devices: readonly CdiNetDevice[], path: string, problems: Problems): void {
  const hosts = new Set<string>();
  const names = new Set<string>();
  for (const [index, { hostInterfaceName, name }] of devices.entries()) {
    if (hostInterfaceName === '' || name === '')
      problems.add(`${path}[${index}]`, 'must have a hostInterfaceName and a name');
    if (hosts.has(hostInterfaceName))
      problems.add(`${path}[${index}]`, `${hostInterfaceName} is given twice`);
    if (names.has(name)) problems.add(`${path}[${index}]`, `two are called ${name}`);
    hosts.add(hostInterfaceName);
    names.add(name);
  }
}

function checkIntelRdt({ closID = '' }: CdiIntelRdt, path: string, problems: Problems): void {
  if (closID === '/') return;
  const isName = closID.length < MAX_CLOS_ID && closID !== '.' && closID !== '..' && !/[/\n]/.test(closID);
  if (!isName) problems.add(`${path}.closID`, 'is not the name of a directory');
}

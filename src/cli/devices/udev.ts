import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SampanError, systemCode } from '../../core/errors/index.ts';
import { readSelector, type Selector } from '../../run/compose/index.ts';
import {
  type Device,
  fitOf,
  HOST_ROOTS,
  matchDevices,
  openCatalogue,
  type RuleOptions,
  stableSelector,
  udevRule,
} from '../../run/devices/index.ts';
import type { Context } from '../context/index.ts';

const FILE = '/etc/udev/rules.d/70-sampan.rules';

/** Prints rules for selectors, checked by udevadm where it is there, and says how they come into force. */
export function printRules(
  { stdout, stderr }: Context,
  selectors: readonly string[],
  options: RuleOptions,
): void {
  if (selectors.length === 0)
    throw new SampanError('usage', 'udev needs a selector', {
      remedy: 'name a device: sampan devices udev 0403:6001 --link sensor',
    });
  if (options.link !== undefined && selectors.length > 1)
    throw new SampanError('usage', 'one link cannot lead to several devices');
  const devices = openCatalogue(HOST_ROOTS).read();
  const rules = selectors.map(text =>
    ruleOf(text, { devices, options, warn: line => stderr.write(`! ${line}\n`) }),
  );
  const text = rules.join('');
  stdout.write(text);
  const checked = verify(text);
  stderr.write(
    `${checked}\nwrite it to ${FILE}, then: udevadm control --reload && udevadm trigger --settle\n`,
  );
}

interface RuleInput {
  readonly devices: readonly Device[];
  readonly options: RuleOptions;
  readonly warn: (line: string) => void;
}

function ruleOf(text: string, { devices, options, warn }: RuleInput): string {
  const selector = readSelector(text);
  const { text: doubt } = fitOf({ ...selector, count: selector.count ?? 1 }, devices);
  if (doubt !== '') warn(doubt);
  const lasting = lastingOf(selector, devices);
  const [match] = matchDevices(selector, devices);
  const about = match === undefined ? '' : `# ${match.device.name.replaceAll('\n', ' ')}\n`;
  return about + udevRule(lasting, options);
}

/** A node is named by its number, which changes; the device behind it is meant. */
function lastingOf(selector: Selector, devices: readonly Device[]): Selector {
  if (selector.path === undefined) return selector;
  const [match, ...others] = matchDevices(selector, devices);
  const usb = match === undefined ? undefined : stableSelector(match.device, devices)?.usb;
  const [node] = match?.nodes ?? [];
  if (others.length > 0 || usb === undefined || node === undefined) return selector;
  const several =
    (match?.device.nodes ?? []).filter(({ subsystem }) => subsystem === node.subsystem).length > 1;
  const only = several && node.interface !== undefined ? { interface: node.interface } : {};
  return readSelector(JSON.stringify({ usb: { ...usb, ...only }, subsystem: node.subsystem }));
}

/** What udevadm says of rules. (systemd 254 and newer) */
function verify(text: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'sampan-udev-'));
  try {
    const path = join(directory, '70-sampan.rules');
    writeFileSync(path, text);
    const { error, status, stdout, stderr } = spawnSync('udevadm', ['verify', '--no-summary', path], {
      encoding: 'utf8',
      timeout: 10_000,
    });
    if (systemCode(error) === 'ENOENT') return 'not checked: udevadm is not there';
    if (status === 0) return 'udevadm finds nothing wrong with it';
    if (/unknown|unrecognized|invalid option/i.test(stderr)) return 'not checked: this udevadm cannot verify';
    throw new SampanError('invalid', `udevadm refuses the rule: ${(stderr || stdout).trim().slice(0, 500)}`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

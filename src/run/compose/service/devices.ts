import {
  changed,
  duration,
  either,
  flag,
  integer,
  listOf,
  mapOf,
  object,
  oneOf,
  program,
  type Read,
  scalar,
  text,
  texts,
  word,
  wrong,
} from '../shape/index.ts';
import { fileMode, idNumber } from './mounts.ts';

/** A device of the host that is always given. */
export interface DeviceMapping {
  readonly source: string;
  readonly target: string;
  readonly permissions: string;
}

const permissions: Read<string> = scalar('some of r, w and m', value =>
  /^(?!.*(.).*\1)[rwm]{1,3}$/.test(value) ? value : undefined,
);

const shortDevice = changed(word, (value, node, to): DeviceMapping | { readonly cdi: string } | undefined => {
  if (isCdiName(value)) return { cdi: value };
  const [source = '', target = source, rights = 'rwm', ...rest] = value.split(':');
  const isRights = /^[rwm]{1,3}$/.test(rights);
  if (rest.length > 0 || !source.startsWith('/') || !isRights)
    return wrong(to, node, `${JSON.stringify(value)} is not HOST[:CONTAINER[:rwm]] or vendor/class=name`);
  return /^[rwm]{1,3}$/.test(target)
    ? { source, target: source, permissions: target }
    : { source, target, permissions: rights };
});

/** `devices` of a service: nodes of the host, and names of CDI devices. */
export const devices: Read<readonly (DeviceMapping | { readonly cdi: string })[]> = listOf(
  either(
    shortDevice,
    changed(
      object({ source: word, target: word, permissions }),
      ({ source, target, permissions: rights }, node, to) => {
        if (source === undefined) return wrong(to, node, 'needs a source');
        if (isCdiName(source)) return { cdi: source };
        return { source, target: target ?? source, permissions: rights ?? 'rwm' };
      },
    ),
  ),
);

/** Whether a text is a qualified name of a CDI device. (CDI specification, "Device naming") */
function isCdiName(name: string): boolean {
  return /^[A-Za-z][\w.-]*\/[A-Za-z][\w.-]*=[A-Za-z0-9][\w.:-]*$/.test(name);
}

const hexId: Read<string> = scalar('four hexadecimal digits', value => {
  const match = /^(?:0x)?([0-9a-f]{1,4})$/i.exec(value);
  return match?.[1]?.toLowerCase().padStart(4, '0');
});

const SELECTOR = {
  name: word,
  usb: object({ vendor: hexId, product: hexId, serial: word, port: word, interface: word }),
  subsystem: word,
  path: word,
  cdi: word,
  as: word,
  count: scalar('a number of devices, or all', value =>
    value === 'all' ? -1 : /^[1-9]\d{0,2}$/.test(value) ? Number(value) : undefined,
  ),
  required: flag,
  permissions,
  mode: fileMode,
  uid: idNumber,
  gid: idNumber,
  onLost: oneOf('keep', 'restart', 'stop'),
  notify: word,
};

/** `x-sampan: devices:`, devices by what they are. */
export const selectors = listOf(
  changed(object(SELECTOR), (selector, node, to) => {
    const { usb, subsystem, path, cdi } = selector;
    if (usb === undefined && subsystem === undefined && path === undefined && cdi === undefined)
      return wrong(to, node, 'says nothing about the device', 'give usb, subsystem, path or cdi');
    if (cdi !== undefined && !isCdiName(cdi)) return wrong(to, node, `${cdi} is not vendor/class=name`);
    if (selector.as !== undefined && !/^\/dev\/[^\s]+$/.test(selector.as))
      return wrong(to, node, `as: ${selector.as} is not a path below /dev`);
    return selector;
  }),
);

/** `x-sampan` of a service. */
export const extension = object({
  devices: selectors,
  /** What is refused otherwise, each with the reason why it is needed. */
  allow: object({ privileged: word, dev: word, engine: word, host: word }),
  update: object({
    strategy: oneOf('download-then-kill', 'kill-then-download', 'delete-then-download', 'hand-over'),
    healthTimeout: duration,
    rollback: flag,
    lock: word,
  }),
  restart: object({
    onUnhealthy: flag,
    limit: integer(0, 1000),
    window: duration,
    delay: duration,
    maxDelay: duration,
  }),
  config: object({
    onChange: oneOf('restart', 'signal', 'rewrite', 'none'),
    signal: word,
    files: mapOf(object({ source: word, target: word, mode: fileMode, uid: idNumber, gid: idNumber })),
    environment: texts,
  }),
  logs: object({ level: word, include: texts, exclude: texts, ratePerSecond: integer(), multiline: text }),
  defaults: flag,
  probe: program,
});

/** A device as it is asked for. */
export interface QualifiedName {
  readonly kind: string;
  readonly name: string;
}

const VENDOR_OR_CLASS = /^[A-Za-z](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?$/;
const DEVICE = /^[A-Za-z0-9](?:[A-Za-z0-9_.:-]*[A-Za-z0-9])?$/;
const MAX_VENDOR = 253;
const MAX_CLASS = 63;

/** What is wrong with `vendor/class`; undefined when nothing is. (CDI specification, "Kind") */
export function kindProblem(kind: string): string | undefined {
  const [vendor = '', ...rest] = kind.split('/');
  const [className = ''] = rest;
  if (rest.length !== 1 || vendor === '' || className === '') return 'is not vendor/class';
  if (!VENDOR_OR_CLASS.test(vendor) || vendor.length > MAX_VENDOR)
    return `has the vendor ${JSON.stringify(vendor)}: a letter first, a letter or digit last, and _ - . between`;
  if (!VENDOR_OR_CLASS.test(className) || className.length > MAX_CLASS)
    return `has the class ${JSON.stringify(className)}: a letter first, a letter or digit last, and _ - . between`;
  return undefined;
}

/** Whether a device may be called so. (CDI specification, "CDI Devices") */
export function isDeviceName(name: string): boolean {
  return DEVICE.test(name);
}

/** Reads `vendor/class=name`; undefined for what is none. */
export function parseQualified(text: string): QualifiedName | undefined {
  const at = text.indexOf('=');
  if (at < 0) return undefined;
  const kind = text.slice(0, at);
  const name = text.slice(at + 1);
  return kindProblem(kind) === undefined && isDeviceName(name) ? { kind, name } : undefined;
}

/** The same, written. */
export function qualifiedName({ kind, name }: QualifiedName): string {
  return `${kind}=${name}`;
}

const NAME_PART = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const DNS_LABELS = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;

/** Whether an annotation may have this key: a name, or a DNS name, a slash and a name, as Kubernetes has them. */
export function isAnnotationKey(key: string): boolean {
  const parts = key.toLowerCase() === key ? key.split('/') : key.toLowerCase().split('/');
  if (parts.length > 2) return false;
  const prefix = parts.length === 2 ? parts[0] : undefined;
  return (
    NAME_PART.test(parts.at(-1) ?? '') &&
    (prefix === undefined || (prefix.length <= MAX_VENDOR && DNS_LABELS.test(prefix)))
  );
}

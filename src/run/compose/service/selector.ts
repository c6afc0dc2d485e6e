import { SampanError } from '../../../core/errors/index.ts';
import { readNode } from '../node/index.ts';
import type { Reading } from '../shape/index.ts';
import { selectors } from './devices.ts';

/** A device as `x-sampan: devices` of a service means it. */
export type Selector = NonNullable<ReturnType<typeof selectors>>[number];

/**
 * Reads one selector as a file has it (`{usb: {vendor: "0403"}}`), and its short forms: a path, or `0403:6001` with
 * a serial number behind.
 *
 * @throws SampanError `usage` that says what is wrong.
 */
export function readSelector(text: string): Selector {
  if (text.startsWith('/')) return { path: text };
  const short = /^([0-9a-f]{4}):([0-9a-f]{4})(?::(.+))?$/i.exec(text);
  if (short !== null) {
    const [, vendor = '', product = '', serial] = short;
    const usb = { vendor: vendor.toLowerCase(), product: product.toLowerCase() };
    return { usb: serial === undefined ? usb : { ...usb, serial } };
  }
  const { node, problems } = readNode('', `- ${text}`, () => undefined);
  const reading: Reading = { problems: [...problems], notices: [] };
  const [selector, ...others] = (node === undefined ? undefined : selectors(node, reading)) ?? [];
  const [problem] = reading.problems;
  if (problem !== undefined || selector === undefined || others.length > 0)
    throw new SampanError('usage', `${text}: ${problem?.message ?? 'must be one selector'}`, {
      remedy: 'write it as sampan devices prints it, or a path, or VENDOR:PRODUCT[:SERIAL]',
    });
  return selector;
}

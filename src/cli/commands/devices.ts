import { SampanError } from '../../core/errors/index.ts';
import { readSelector } from '../../run/compose/index.ts';
import { HOST_ROOTS, matchDevices, openCatalogue } from '../../run/devices/index.ts';
import { any, defineCommand, flag, text } from '../command/index.ts';
import { deviceJson, deviceTable, printRules, runCdi, watchAndTell } from '../devices/index.ts';
import { writeJson } from '../output/index.ts';

/** `sampan devices`. */
export const devicesCommand = defineCommand({
  description:
    'Shows what is plugged in and built in, read from the kernel: USB devices with the nodes that belong to them, serial ports, cameras, I²C, SPI, GPIO, 1-Wire, CAN, sound, input, disks, TPM, graphics, accelerators. Each has a selector to paste below x-sampan: devices: of a service in a Compose file; it means the device also after it was plugged in again.\n\ndevices udev SELECTOR… prints rules for udev: a lasting link, a mode, a group.\n\ndevices cdi SELECTOR… writes documents of the Container Device Interface, with which engines give devices to containers by name; --nvidia for NVIDIA GPUs with all that their driver needs. Without either it writes again what it wrote before: after the driver was replaced, or a device came back under another number.',
  arguments: {
    words: any({
      description: 'selectors, to show only what they mean; or udev or cdi, and selectors',
      complete: 'nothing',
    }),
  },
  options: {
    watch: flag({ description: 'tell what comes and goes, until it is interrupted' }),
    json: flag({ description: 'print JSON, schema sampan.devices/1; with --watch one object a line' }),
    link: text({ placeholder: 'NAME', description: 'udev: a link /dev/NAME to it' }),
    mode: text({ placeholder: 'MODE', description: 'udev: its permissions, in octal digits' }),
    group: text({ placeholder: 'GROUP', description: 'udev: its group' }),
    nvidia: flag({ description: 'cdi: for the NVIDIA GPUs of this machine' }),
    output: text({
      placeholder: 'DIR',
      description: 'cdi: where documents are, instead of /etc/cdi; - prints the document',
    }),
    check: flag({ description: 'cdi: only compare the documents with this machine; 3 when one is not true' }),
  },
  examples: [
    { line: 'devices', explanation: 'all of them' },
    { line: "devices '/dev/ttyUSB*'", explanation: 'which serial adapters there are' },
    { line: 'devices --watch', explanation: 'which one is it? unplug it and see' },
    {
      line: 'devices udev 0403:6001 --link sensor --mode 0660 --group dialout',
      explanation: 'a rule for udev',
    },
    { line: 'devices cdi --nvidia', explanation: 'a CDI document for the NVIDIA GPUs' },
    { line: 'devices cdi --check', explanation: 'whether the documents are still true' },
  ],
  async run(context, { words, watch, json, nvidia, output, check, ...rule }) {
    const [verb, ...others] = words;
    if (verb === 'udev') return printRules(context, others, rule);
    if (verb === 'cdi') return await runCdi(context, { selectors: others, nvidia, output, check, json });
    if (nvidia || check || output !== undefined)
      throw new SampanError('usage', '--nvidia, --output and --check go with devices cdi');
    if (Object.values(rule).some(value => value !== undefined))
      throw new SampanError('usage', '--link, --mode and --group go with devices udev');
    if (watch) return await watchAndTell(context, { json });
    const devices = openCatalogue(HOST_ROOTS).read();
    const selectors = words.map(readSelector);
    const shown =
      selectors.length === 0
        ? devices
        : devices.filter(device => selectors.some(one => matchDevices(one, [device]).length > 0));
    if (json)
      return writeJson(context.stdout, 'sampan.devices/1', {
        devices: shown.map(device => deviceJson(device, devices)),
      });
    if (shown.length === 0) return void context.stderr.write('no device was found\n');
    context.stdout.write(deviceTable(shown, context.stdout));
  },
});

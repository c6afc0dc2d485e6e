import type { MadeDevice } from './machine.ts';

const PCI = '/devices/pci0000:00/0000:00:14.0/usb1';
const USB_CLASS = { bDeviceClass: '00' };

interface Port {
  readonly port: string;
  /** The number of its node. */
  readonly number?: number;
}

function usb(
  { port, number = 0 }: Port,
  files: Readonly<Record<string, string>>,
  {
    interfaces,
    nodes,
  }: { readonly interfaces: readonly (readonly [string, string])[]; readonly nodes: MadeDevice['nodes'] },
): MadeDevice {
  const at = (index: number): string => `${port}:1.${index}`;
  const raw = {
    name: `bus/usb/001/0${10 + number}`,
    subsystem: 'usb',
    numbers: `189:${10 + number}`,
    at: '',
  };
  return {
    place: `${PCI}/${port}`,
    files: {
      ...USB_CLASS,
      ...files,
      ...Object.fromEntries(
        interfaces.flatMap(([interfaceClass], index) => [
          [`${at(index)}/bInterfaceNumber`, String(index).padStart(2, '0')],
          [`${at(index)}/bInterfaceClass`, interfaceClass],
        ]),
      ),
    },
    drivers: Object.fromEntries(
      interfaces.flatMap(([, driver], index) => (driver === '' ? [] : [[at(index), driver]])),
    ),
    nodes: [raw, ...nodes],
  };
}

function ttyUsb(port: string, number: number, index = 0): MadeDevice['nodes'][number] {
  const name = `ttyUSB${number}`;
  return { name, subsystem: 'tty', numbers: `188:${number}`, at: `${port}:1.${index}/${name}/tty/${name}` };
}

/** An FTDI FT232R with its serial number, as Linux shows it. */
export function ftdi({
  port,
  number = 0,
  serial = 'A50285BI',
}: Port & { readonly serial?: string }): MadeDevice {
  const node = {
    ...ttyUsb(port, number),
    links: [`serial/by-id/usb-FTDI_FT232R_USB_UART_${serial}-if00-port0`],
  };
  const files = {
    idVendor: '0403',
    idProduct: '6001',
    serial,
    manufacturer: 'FTDI',
    product: 'FT232R USB UART',
  };
  return usb({ port, number }, files, { interfaces: [['ff', 'ftdi_sio']], nodes: [node] });
}

/** A CH340, which has no serial number and no name of its maker. */
export function ch340({ port, number = 0 }: Port): MadeDevice {
  const files = { bDeviceClass: 'ff', idVendor: '1a86', idProduct: '7523', product: 'USB Serial' };
  return usb({ port, number }, files, { interfaces: [['ff', 'ch341']], nodes: [ttyUsb(port, number)] });
}

/** A CP2102 of those that all have the serial number 0001. */
export function cp2102({ port, number = 0 }: Port): MadeDevice {
  const files = {
    idVendor: '10c4',
    idProduct: 'ea60',
    serial: '0001',
    manufacturer: 'Silicon Labs',
    product: 'CP2102 USB to UART Bridge Controller',
  };
  return usb({ port, number }, files, { interfaces: [['ff', 'cp210x']], nodes: [ttyUsb(port, number)] });
}

/** A Logitech camera: pictures, their descriptions, and a microphone. */
export function webcam({ port, number = 0 }: Port): MadeDevice {
  const video = (index: number): MadeDevice['nodes'][number] => ({
    name: `video${index}`,
    subsystem: 'video4linux',
    numbers: `81:${index}`,
    at: `${port}:1.0/video4linux/video${index}`,
    files: { index: String(index), name: 'HD Pro Webcam C920' },
  });
  const sound = (name: string, minor: number): MadeDevice['nodes'][number] => ({
    name: `snd/${name}`,
    subsystem: 'sound',
    numbers: `116:${minor}`,
    at: `${port}:1.2/sound/card1/${name}`,
  });
  const media = { name: 'media0', subsystem: 'media', numbers: '237:0', at: `${port}:1.0/media0` };
  const files = {
    bDeviceClass: 'ef',
    idVendor: '046d',
    idProduct: '082d',
    serial: '7D9C9A2F',
    product: 'HD Pro Webcam C920',
  };
  return usb({ port, number }, files, {
    interfaces: [
      ['0e', 'uvcvideo'],
      ['0e', 'uvcvideo'],
      ['01', 'snd-usb-audio'],
      ['01', 'snd-usb-audio'],
    ],
    nodes: [video(0), video(1), media, sound('controlC1', 3), sound('pcmC1D0c', 4)],
  });
}

function ttyAcm(port: string, number: number, index = 0): MadeDevice['nodes'][number] {
  const name = `ttyACM${number}`;
  return { name, subsystem: 'tty', numbers: `166:${number}`, at: `${port}:1.${index}/tty/${name}` };
}

/** A u-blox 7 receiver, without a serial number. */
export function gps({ port, number = 0 }: Port): MadeDevice {
  const files = {
    bDeviceClass: '02',
    idVendor: '1546',
    idProduct: '01a7',
    manufacturer: 'u-blox AG - www.u-blox.com',
    product: 'u-blox 7 - GPS/GNSS Receiver',
  };
  return usb({ port, number }, files, {
    interfaces: [
      ['02', 'cdc_acm'],
      ['0a', 'cdc_acm'],
    ],
    nodes: [ttyAcm(port, number)],
  });
}

/** A ConBee II Zigbee stick. */
export function zigbee({ port, number = 0 }: Port): MadeDevice {
  const files = {
    bDeviceClass: '02',
    idVendor: '1cf1',
    idProduct: '0030',
    serial: 'DE2406743',
    manufacturer: 'dresden elektronik ingenieurtechnik GmbH',
    product: 'ConBee II',
  };
  return usb({ port, number }, files, {
    interfaces: [
      ['02', 'cdc_acm'],
      ['0a', 'cdc_acm'],
    ],
    nodes: [ttyAcm(port, number)],
  });
}

/** A Quectel EC25: four serial ports and a control channel. */
export function modem({ port, number = 0 }: Port): MadeDevice {
  const files = {
    bDeviceClass: 'ef',
    idVendor: '2c7c',
    idProduct: '0125',
    manufacturer: 'Android',
    product: 'Android',
  };
  const control = {
    name: 'cdc-wdm0',
    subsystem: 'usbmisc',
    numbers: '180:176',
    at: `${port}:1.4/usbmisc/cdc-wdm0`,
  };
  return usb({ port, number }, files, {
    interfaces: [
      ['ff', 'option'],
      ['ff', 'option'],
      ['ff', 'option'],
      ['ff', 'option'],
      ['ff', 'qmi_wwan'],
    ],
    nodes: [0, 1, 2, 3].map(index => ttyUsb(port, number + index, index)).concat(control),
  });
}

/** A sound card on USB, with a knob. */
export function soundCard({ port, number = 0 }: Port): MadeDevice {
  const files = {
    idVendor: '0d8c',
    idProduct: '0014',
    manufacturer: 'C-Media Electronics Inc.',
    product: 'USB Audio Device',
  };
  const sound = (name: string, minor: number): MadeDevice['nodes'][number] => ({
    name: `snd/${name}`,
    subsystem: 'sound',
    numbers: `116:${minor}`,
    at: `${port}:1.0/sound/card2/${name}`,
  });
  const hid = `${port}:1.3/0003:0D8C:0014.0001`;
  return usb({ port, number }, files, {
    interfaces: [
      ['01', 'snd-usb-audio'],
      ['01', 'snd-usb-audio'],
      ['01', 'snd-usb-audio'],
      ['03', 'usbhid'],
    ],
    nodes: [
      sound('controlC2', 10),
      sound('pcmC2D0p', 11),
      { name: 'input/event5', subsystem: 'input', numbers: '13:69', at: `${hid}/input/input5/event5` },
      { name: 'hidraw0', subsystem: 'hidraw', numbers: '245:0', at: `${hid}/hidraw/hidraw0` },
    ],
  });
}

/** What a Raspberry Pi 4 has built in. */
export function raspberryPi(): readonly MadeDevice[] {
  const soc = '/devices/platform/soc/fe';
  const one = (
    place: string,
    node: Omit<MadeDevice['nodes'][number], 'at'> & { readonly at: string },
  ): MadeDevice => ({ place, nodes: [node] });
  return [
    one(`${soc}804000.i2c/i2c-1`, {
      name: 'i2c-1',
      subsystem: 'i2c-dev',
      numbers: '89:1',
      at: 'i2c-dev/i2c-1',
      files: { name: 'bcm2835 (i2c@7e804000)' },
    }),
    one(`${soc}204000.spi/spi_master/spi0/spi0.0`, {
      name: 'spidev0.0',
      subsystem: 'spidev',
      numbers: '153:0',
      at: 'spidev/spidev0.0',
    }),
    one(`${soc}200000.gpio`, { name: 'gpiochip0', subsystem: 'gpio', numbers: '254:0', at: 'gpiochip0' }),
    one(`${soc}201000.serial`, { name: 'ttyAMA0', subsystem: 'tty', numbers: '204:64', at: 'tty/ttyAMA0' }),
    one('/devices/virtual/tty/tty1', { name: 'tty1', subsystem: 'tty', numbers: '4:1', at: '' }),
    one('/devices/virtual/mem/null', { name: 'null', subsystem: 'mem', numbers: '1:3', at: '' }),
    one('/devices/platform/gpu/drm', {
      name: 'dri/renderD128',
      subsystem: 'drm',
      numbers: '226:128',
      at: 'renderD128',
      links: ['dri/by-path/platform-gpu-render'],
    }),
    one('/devices/virtual/hailo_chardev/hailo0', {
      name: 'hailo0',
      subsystem: 'hailo_chardev',
      numbers: '511:0',
      at: '',
    }),
    one('/devices/platform/scb/fd500000.pcie/pci0000:00/0000:01:00.0/apex/apex_0', {
      name: 'apex_0',
      subsystem: 'apex',
      numbers: '120:0',
      at: '',
    }),
    one('/devices/virtual/misc/rknpu', { name: 'rknpu', subsystem: 'misc', numbers: '10:120', at: '' }),
    one('/devices/virtual/misc/fuse', { name: 'fuse', subsystem: 'misc', numbers: '10:229', at: '' }),
    one('/devices/platform/tpm/tpm0', { name: 'tpm0', subsystem: 'tpm', numbers: '10:224', at: '' }),
  ];
}

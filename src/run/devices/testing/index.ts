export { ch340, cp2102, ftdi, gps, modem, raspberryPi, soundCard, webcam, zigbee } from './known.ts';
export { listed, type Machine, type MadeDevice, type MadeNode, makeMachine } from './machine.ts';
export { openSite, type Site } from './site.ts';

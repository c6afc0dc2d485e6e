export { DEVICE_KIND, devicesFor, renewed } from './device.ts';

export {
  type Device,
  type DeviceKind,
  type DeviceSelector,
  HOST_ROOTS,
  type HostNode,
  type Roots,
  type UsbIdentity,
  type UsbInterface,
} from './model.ts';

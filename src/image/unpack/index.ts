export { type Footprint, footprints, keepsAccessTimes } from './footprints.ts';
export { LONG_AGO, type Unpacked, unpack } from './unpack.ts';

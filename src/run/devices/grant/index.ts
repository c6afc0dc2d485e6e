export { type Asking, type GrantOptions, grantDevices } from './edits.ts';
export { readWish, specOf, type Wish, writeMirror, writeWish } from './wish.ts';

export { type Found, findAll } from './all.ts';

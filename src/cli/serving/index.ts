export { serveRegistry } from './serve.ts';
export type { ServeValues } from './values.ts';

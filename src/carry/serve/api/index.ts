export type { Call, Registry } from './call.ts';
export { type Route, routeOf } from './route.ts';

export { diffPageOf, inspectPageOf } from './pages.ts';

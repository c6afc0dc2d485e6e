export { type Assets, readAssets } from './assets.ts';
export { dashboardPage } from './page.ts';

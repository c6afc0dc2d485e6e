export { type Owners, readOwners } from './owners.ts';

export { readPackageDatabases } from './database.ts';
export { reachablePackages } from './reach.ts';
export { realPaths } from './real-paths.ts';
export { type Kept, reducedDatabase, type WrittenFile } from './reduce.ts';
export type { Manager, OsPackage, PackageDatabase } from './types.ts';

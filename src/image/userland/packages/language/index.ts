export { readComposerPackages } from './composer.ts';
export { readGems } from './gems.ts';
export { readLanguagePackages } from './installed.ts';
export { readJars } from './jars.ts';
export { readNpmPackages } from './npm.ts';
export { developmentRoots } from './npm-development.ts';
export { normalisedPythonName, type PythonDistribution, readPythonDistributions } from './python.ts';
export { type PathFile, pythonSites, readPathFiles } from './python-sites.ts';
export type { Ecosystem, LanguagePackage } from './types.ts';

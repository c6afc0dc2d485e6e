export { certificateBundles, certificateDirectories } from './certificates.ts';
export { type Environment, libraryDirectories, type SystemPath } from './evidence.ts';
export { iconvFiles, wantedCharsets } from './iconv.ts';
export { type LocaleName, localeFiles, parseLocale, translationNames, wantedLocales } from './locale.ts';
export { nameServiceFiles, nameServices } from './name-service.ts';
export { opensslFiles } from './openssl.ts';
export { osReleaseFiles, readOsRelease } from './os-release.ts';
export { pamFiles } from './pam.ts';
export { terminalFiles } from './terminal.ts';
export { timeZoneFiles, type ZoneDatabase, zoneDatabase } from './time-zone.ts';
export {
  accountFiles,
  type Group,
  readGroups,
  readUsers,
  shellFiles,
  type User,
  userFiles,
} from './users.ts';

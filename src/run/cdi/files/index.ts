export { type FileKind, type HostFiles, hostFiles } from './files.ts';
export { type LibraryLink, linksTo } from './links.ts';

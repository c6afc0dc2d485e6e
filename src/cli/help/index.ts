export { completionScript, SHELLS, type Shell } from './completion.ts';
export { findCommand } from './find.ts';
export { markdownReference } from './markdown.ts';
export { GROUPS, overview } from './overview.ts';
export { type Item, type Page, pageOf } from './page.ts';
export { terminalPage } from './terminal.ts';

export { member, readJson, strings, textMember } from './json.ts';
export { lines, readText } from './text.ts';

export { type Access, basicAccess, OPEN_ACCESS } from './access.ts';
export { parseHtpasswd, type Users, watchHtpasswd } from './htpasswd.ts';
export { type Compare, type Passwords, passwordsOf } from './passwords.ts';

/**
 * Node's `node:http`. An `import` of it would read all that it exports, and so load Node's WebSocket and `fetch`: 14 MB
 * and 50 ms that nobody here needs.
 */
export function nodeHttp(): typeof import('node:http') {
  return process.getBuiltinModule('node:http');
}

/**
 * What an answer looks like, so that two runs can be compared: the type, the structure of JSON (names, types,
 * not values), the tags of HTML, and whether there is a body. Host names, times and numbers do not show.
 */
export function shapeOf(answer: {
  readonly type: string;
  readonly body: string;
  readonly isCut: boolean;
}): string {
  const type = answer.type.split(';')[0]?.trim().toLowerCase() ?? '';
  if (answer.isCut) return `${type} more than is read`;
  if (answer.body.trim() === '') return `${type} empty`;
  if (type.includes('json')) return `${type} ${jsonShape(answer.body)}`;
  if (type.includes('html')) return `${type} ${htmlShape(answer.body)}`;
  return `${type} ${answer.body.includes('\n') ? 'lines' : 'text'}`;
}

const MAX_SHAPE = 2000;

function jsonShape(body: string): string {
  try {
    const value: unknown = JSON.parse(body);
    return describe(value, 0).slice(0, MAX_SHAPE);
  } catch {
    return 'broken';
  }
}

function describe(value: unknown, depth: number): string {
  if (Array.isArray(value))
    return value.length === 0 ? '[]' : `[${depth > 4 ? '' : describe(value[0], depth + 1)}]`;
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  if (depth > 4) return '{}';
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${name}:${describe(member, depth + 1)}`).join(',')}}`;
}

function htmlShape(body: string): string {
  const tags = body.match(/<[a-z][a-z0-9-]*/gi) ?? [];
  return [...new Set(tags.map(tag => tag.slice(1).toLowerCase()))].sort().join(',').slice(0, MAX_SHAPE);
}

import {
  at,
  type ComposeFile,
  type MapValue,
  type Service,
  textAt,
  type Value,
} from '../../compose/index.ts';
import type { Span } from '../../source/index.ts';
import type { Edit, Found } from '../rule.ts';

/** A finding in a service; a comment at the head of the service counts for it too. */
export function inService(service: Service, span: Span, message: string, edits?: readonly Edit[]): Found {
  return {
    span,
    message: `${service.name}: ${message}`,
    anchors: [service.nameSpan],
    ...(edits === undefined ? {} : { edits }),
  };
}

/** Services that are described here in full: not those that extend or override others. */
export function wholeServices({ services }: ComposeFile): Service[] {
  return services.filter(({ value }) => {
    const named = at(value, 'image') !== undefined || at(value, 'build') !== undefined;
    return named && at(value, 'extends') === undefined;
  });
}

/** Something that is mounted into a service. */
export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly options: string;
  /** What says so. */
  readonly value: Value;
}

/** The volumes of a service that name what they mount. */
export function mountsOf(service: Service): Mount[] {
  const list = at(service.value, 'volumes');
  return (list?.kind === 'list' ? list.items : []).flatMap((value): Mount[] => {
    if (value.kind === 'scalar') {
      const [source = '', target = '', options = ''] = value.text.split(':');
      return target === '' ? [] : [{ source, target, options, value }];
    }
    const text = (key: string) => textAt(value, key) ?? '';
    return [
      {
        source: text('source'),
        target: text('target'),
        options: text('read_only') === 'true' ? 'ro' : '',
        value,
      },
    ];
  });
}

/** Adds lines at the end of a service; undefined where it is written in braces or elsewhere. */
export function appendToService(
  { source }: ComposeFile,
  { value }: Service,
  lines: readonly string[],
): Edit | undefined {
  const own = value.fields.filter(({ isMerged }) => !isMerged);
  const [first] = own;
  if (first === undefined || value.isFlow) return undefined;
  const lineStart = source.text.lastIndexOf('\n', first.keySpan.start) + 1;
  const indent = source.text.slice(lineStart, first.keySpan.start);
  if (/[^ ]/.test(indent) || indent === '') return undefined;
  const end = endOfContent(source.text, own);
  const text = lines.map(line => `${source.lineBreak}${indent}${line}`).join('');
  return { span: { start: end, end }, text };
}

function endOfContent(text: string, fields: MapValue['fields']): number {
  const last = fields.reduce((end, { value, keySpan }) => Math.max(end, value.span.end, keySpan.end + 1), 0);
  const content = text.slice(0, last).trimEnd().length;
  const lineEnd = text.indexOf('\n', content);
  const end = lineEnd < 0 ? text.length : lineEnd;
  return text[end - 1] === '\r' ? end - 1 : end;
}

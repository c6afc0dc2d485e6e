import type { MapValue } from '../../../core/yaml/index.ts';
import type { SourceText, Span } from '../source/index.ts';

/** One service of a Compose file. */
export interface Service {
  readonly name: string;
  readonly nameSpan: Span;
  readonly value: MapValue;
}

/** A parsed Compose file. */
export interface ComposeFile {
  readonly source: SourceText;
  readonly root: MapValue | undefined;
  readonly services: readonly Service[];
  readonly problems: readonly { readonly span: Span; readonly message: string }[];
}

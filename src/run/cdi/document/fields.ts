import { flag, integer, list, object, text, texts } from './shape.ts';

const U32 = 2 ** 32 - 1;
const INT = Number.MAX_SAFE_INTEGER;

const node = object({
  path: text,
  hostPath: text,
  type: text,
  major: integer(-INT, INT),
  minor: integer(-INT, INT),
  fileMode: integer(0, U32),
  permissions: text,
  uid: integer(0, U32),
  gid: integer(0, U32),
});

const edits = object({
  env: list(text),
  deviceNodes: list(node),
  netDevices: list(object({ hostInterfaceName: text, name: text })),
  mounts: list(object({ hostPath: text, containerPath: text, options: list(text), type: text })),
  hooks: list(
    object({
      hookName: text,
      path: text,
      args: list(text),
      env: list(text),
      timeout: integer(-INT, INT),
    }),
  ),
  intelRdt: object({
    closID: text,
    l3CacheSchema: text,
    memBwSchema: text,
    enableCMT: flag,
    enableMBM: flag,
    schemata: list(text),
    enableMonitoring: flag,
  }),
  additionalGids: list(integer(0, U32)),
});

/** Every field of a document, and no other. */
export const document = object({
  cdiVersion: text,
  kind: text,
  annotations: texts,
  devices: list(object({ name: text, annotations: texts, containerEdits: edits })),
  containerEdits: edits,
});

/** What was read, with holes where required fields are missing. */
export type Read = NonNullable<ReturnType<typeof document>>;

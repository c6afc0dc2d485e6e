import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Fetched, FetchJob, FetchMeans } from '../../carry/fetch/index.ts';
import { parseDigest } from '../../core/bytes/index.ts';
import { SampanError, wrap } from '../../core/errors/index.ts';
import { inStage } from '../../core/progress/index.ts';
import { file, flag, size, text } from '../command/index.ts';
import type { Context } from '../context/index.ts';
import { formatPercent, formatSize } from '../output/index.ts';
import { readVersion } from '../version/index.ts';

/** What commands that fetch a file take. */
export const FETCH_OPTIONS = {
  digest: text({ placeholder: 'DIGEST', description: 'what the whole file must be: sha256:…' }),
  list: text({
    placeholder: 'URL|none',
    description: 'where the list of its chunks is; at URL.chunks, if there is one, unless told',
  }),
  limitRate: size({ description: 'at most so many bytes a second: 200k' }),
  window: text({ placeholder: 'TIMES', description: 'only at this time of day, local: 01:00-05:00' }),
  headerFile: file({ description: 'a file with header fields for the server, one a line: Name: value' }),
  ca: file({ description: 'a file with certificate authorities (PEM), besides those of the system' }),
  plainHttp: flag({ description: 'allow plain HTTP to other machines' }),
};

/** Their values. */
export interface FetchValues {
  readonly digest: string | undefined;
  readonly list: string | undefined;
  readonly limitRate: number | undefined;
  readonly window: string | undefined;
  readonly headerFile: string | undefined;
  readonly ca: string | undefined;
  readonly plainHttp: boolean;
}

/** True for what is to be fetched, and not a file here. */
export function isUrl(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

/** Fetches a URL to a path, and shows how far it is. */
export async function fetchTo(
  context: Context,
  values: FetchValues,
  { url: address, path }: { readonly url: string; readonly path: string },
): Promise<Fetched> {
  const { fetchFile, parseWindow } = await import('../../carry/fetch/index.ts');
  const { parseUrl, shownUrl } = await import('../../carry/http/index.ts');
  const { limitRate, window, digest } = values;
  if (limitRate === 0) throw new SampanError('usage', '--limit-rate: at least one byte a second');
  const url = parseUrl(address);
  const job: FetchJob = {
    url: withoutUser(url),
    path,
    headers: { ...authorization(url), ...(await headersIn(context, values.headerFile)) },
    digest: digest === undefined ? undefined : parseDigest(digest),
    list: values.list === undefined ? undefined : values.list === 'none' ? false : parseUrl(values.list, url),
    bytesPerSecond: limitRate,
    window: window === undefined ? undefined : parseWindow(window),
  };
  return await inStage(context.progress, {
    title: `Fetching ${shownUrl(url)}`,
    run: async stage =>
      await fetchFile(job, {
        ...(await meansFor(context, values)),
        progress: (bytes, all) => stage.update(progressText(bytes, all)),
      }),
    summary: ({ sizeBytes }) => formatSize(sizeBytes),
  });
}

async function meansFor(context: Context, values: FetchValues): Promise<FetchMeans> {
  const { httpClient, REAL_WAITING } = await import('../../carry/http/index.ts');
  const ca = values.ca === undefined ? undefined : await readText(context, values.ca);
  const waiting = { ...REAL_WAITING, now: context.now };
  const send = httpClient({
    userAgent: `sampan/${readVersion()}`,
    proxies: context.env,
    waiting,
    isPlainAllowed: () => values.plainHttp,
    ...(ca === undefined ? {} : { tlsFor: async () => ({ ca: [ca] }) }),
  });
  const say = (text: string): void => {
    if (!context.quiet) context.stderr.write(`${text}\n`);
  };
  return { send, waiting, signal: context.signal, say };
}

function progressText(bytes: number, all: number | undefined): string {
  if (all === undefined || all === 0) return formatSize(bytes);
  return `${formatSize(bytes)} of ${formatSize(all)}, ${formatPercent(bytes / all)}`;
}

/** What a URL says about users is sent as a header: it must not be in messages or on the disk. */
function authorization({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === '' && password === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function withoutUser(url: URL): URL {
  const plain = new URL(url);
  [plain.username, plain.password, plain.hash] = ['', '', ''];
  return plain;
}

async function headersIn(
  context: Context,
  path: string | undefined,
): Promise<Readonly<Record<string, string>>> {
  if (path === undefined) return {};
  const lines = (await readText(context, path)).split('\n').filter(line => line.trim() !== '');
  return Object.fromEntries(
    lines.map((line, i) => {
      const [, name, value] = /^([A-Za-z0-9-]+):[ \t]*([\x21-\x7e][\x20-\x7e]*?)\s*$/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) return [name.toLowerCase(), value];
      // Never the line itself: it may hold a secret.
      throw new SampanError('usage', `${path}: line ${i + 1} is no header field`, {
        remedy: 'write one a line, as Name: value',
      });
    }),
  );
}

async function readText({ cwd }: Context, path: string): Promise<string> {
  return await readFile(resolve(cwd, path), 'utf8').catch(error => {
    throw wrap(`reading ${path}`, error);
  });
}

/** What a URL calls its file. @throws SampanError `usage` when it does not. */
export function fileNameOf(address: string): string {
  const path = URL.parse(address)?.pathname ?? '';
  const last = path.slice(path.lastIndexOf('/') + 1);
  const name = safeDecode(last).replace(/[^A-Za-z0-9._+-]+/g, '-');
  if (!/^\.*$/.test(name) && name.length <= 200) return name;
  throw new SampanError('usage', 'the URL does not say what the file is called', {
    remedy: 'say where it goes: -o FILE',
  });
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

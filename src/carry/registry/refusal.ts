import { type ErrorCode, SampanError } from '../../core/errors/index.ts';
import { contentType, type HttpResponse, readBody } from '../http/index.ts';
import { LOGIN_REMEDY } from './token.ts';

const MAX_ERROR_BYTES = 1 << 16;
const MAX_MESSAGE = 160;

/**
 * The error for an answer that is none of those that were wanted, with what the registry says about it
 * (distribution spec 1.1, "Error Codes"). `attempted` says what was asked: `manifest of registry.example/app:1`.
 */
export async function refusal(response: HttpResponse, attempted: string): Promise<SampanError> {
  const { status } = response;
  const said = await messageOf(response);
  const code = codeOf(status);
  const remedy = remedyOf(status);
  const text = `${attempted}: ${meaningOf(status)}${said === undefined ? '' : ` (${said})`}`;
  return new SampanError(code, text, remedy === undefined ? {} : { remedy });
}

function codeOf(status: number): ErrorCode {
  if (status === 401 || status === 403) return 'denied';
  if (status === 404) return 'not-found';
  if (status === 429) return 'limit';
  return status >= 500 ? 'unavailable' : 'invalid';
}

function meaningOf(status: number): string {
  if (status === 401) return 'the registry wants to know who asks, or refused it';
  if (status === 403) return 'the registry does not allow it';
  if (status === 404) return 'not in the registry';
  if (status === 429) return 'the registry says that there were too many requests';
  return `the registry answered with status ${status}`;
}

function remedyOf(status: number): string | undefined {
  if (status === 401 || status === 403) return LOGIN_REMEDY;
  if (status === 429) return 'try again later, log in for a higher limit, or use a mirror';
  return status >= 500 ? 'try again later' : undefined;
}

/** The first error that the registry names. A page for people is only told by its type. */
async function messageOf(response: HttpResponse): Promise<string | undefined> {
  const type = contentType(response);
  if (type.includes('html')) {
    response.close();
    return `a web page, ${type}`;
  }
  try {
    const value: unknown = JSON.parse((await readBody(response, MAX_ERROR_BYTES)).toString('utf8'));
    return firstError(value);
  } catch {
    response.close();
    return undefined;
  }
}

function firstError(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('errors' in value)) return undefined;
  const [first]: unknown[] = Array.isArray(value.errors) ? value.errors : [];
  if (typeof first !== 'object' || first === null) return undefined;
  const words = ['code', 'message'].flatMap(key => {
    const word: unknown = Reflect.get(first, key);
    return typeof word === 'string' && word !== '' ? [printable(word)] : [];
  });
  return words.length === 0 ? undefined : words.join(': ');
}

/** What a stranger says, without what steers terminals or looks like a credential. */
function printable(text: string): string {
  return text
    .replace(/[^\x20-\x7e]+/g, ' ')
    .replace(/\b(bearer|basic)\s+\S+/gi, '$1 …')
    .replace(/[A-Za-z0-9_=.+/-]{80,}/g, '…')
    .slice(0, MAX_MESSAGE);
}

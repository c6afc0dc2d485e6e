import { SampanError } from '../errors/index.ts';
import { type Fields, fieldsAt, isFields, textAt } from './json.ts';

const LINE_LIMIT = 4 * 1024 * 1024;

/**
 * The messages of a progress stream (JSON objects, one after the other, each on its line), as they come.
 *
 * @throws SampanError with the engine's words when a message is an error; `invalid` for what is not JSON.
 */
export async function* progressMessages(body: AsyncIterable<Uint8Array>): AsyncGenerator<Fields> {
  for await (const line of linesOf(body)) {
    const message = parseMessage(line);
    if (message === undefined) continue;
    throwIfError(message);
    yield message;
  }
}

async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LINE_LIMIT) throw new SampanError('limit', 'a message of the engine has no end');
    yield* lines;
  }
  yield rest + decoder.decode();
}

function parseMessage(line: string): Fields | undefined {
  if (line.trim() === '') return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return isFields(value) ? value : undefined;
  } catch (error) {
    throw new SampanError('invalid', `the engine sent a message that is not JSON: ${line.slice(0, 200)}`, {
      cause: error,
    });
  }
}

function throwIfError(message: Fields): void {
  const text = textAt(fieldsAt(message, 'errorDetail'), 'message') || textAt(message, 'error');
  if (text === '') return;
  if (/no space left on device/i.test(text)) {
    throw new SampanError('no-space', `the engine has no disk space left: ${text}`, {
      remedy: 'free some space (docker system df shows what is used)',
    });
  }
  throw new SampanError('invalid', `the engine refused: ${text}`);
}

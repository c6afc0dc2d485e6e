import { SampanError } from '../../core/errors/index.ts';
import { type CommandEntry, suggestion } from '../command/index.ts';

/**
 * The command of that name.
 *
 * @throws SampanError `usage` when there is none; the remedy names one that is like it.
 */
export function findCommand(table: readonly CommandEntry[], name: string): CommandEntry {
  const entry = table.find(candidate => candidate.name === name);
  if (entry !== undefined) return entry;
  const near = suggestion(
    name,
    table.map(candidate => candidate.name),
  );
  throw new SampanError('usage', `unknown command ${name}`, {
    remedy: near === undefined ? 'see sampan --help' : `did you mean ${near}?`,
  });
}

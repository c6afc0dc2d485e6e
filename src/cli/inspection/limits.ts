import { SampanError } from '../../core/errors/index.ts';
import { type Budget, FINDING_IDS, SEVERITIES } from '../../image/inspect/index.ts';
import { parseSize } from '../command/index.ts';

/** A kind of finding, or a severity. @throws SampanError `usage` for any other word. */
export function checkKind(kind: string, where: string): string {
  if (FINDING_IDS.includes(kind) || SEVERITIES.some(severity => severity === kind)) return kind;
  throw new SampanError('usage', `${where}: there is no finding ${kind}`, {
    remedy: `choose among ${SEVERITIES.join(', ')}, ${FINDING_IDS.join(', ')}`,
  });
}

/** A size, or a share of the whole. @throws SampanError `usage`. */
export function parseWaste(given: string, where: string): NonNullable<Budget['maxWaste']> {
  const percent = /^(\d{1,3}(?:\.\d+)?)\s*%$/.exec(given.trim())?.[1];
  if (percent === undefined) return { bytes: parseSize(given) };
  if (Number(percent) > 100) throw new SampanError('usage', `${where}: ${given} is more than all`);
  return { share: Number(percent) / 100 };
}

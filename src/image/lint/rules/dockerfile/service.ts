import { type Dockerfile, lastStage } from '../../dockerfile/index.ts';
import { isCall } from '../../shell/index.ts';
import { type DockerfileRule, dockerfileRule, type Found } from '../rule.ts';
import { baseKind, everywhere, installed, ofKind, ranBy, shipped } from './queries.ts';

/** Rules about health checks and ports. */
export const SERVICE_RULES: readonly DockerfileRule[] = [
  dockerfileRule({
    id: 'healthcheck',
    topic: 'start',
    severity: 'info',
    summary: 'there is no HEALTHCHECK',
    why: 'A process can hang and still run. On a device nobody watches; with a health check the supervisor restarts it. HEALTHCHECK NONE says that there is nothing to check.',
    bad: 'FROM nginx:1.29-alpine\nUSER nginx\nCMD ["nginx", "-g", "daemon off;"]\n',
    good: 'FROM nginx:1.29-alpine\nUSER nginx\nHEALTHCHECK CMD wget -q -O /dev/null http://localhost/ || exit 1\nCMD ["nginx", "-g", "daemon off;"]\n',
    covers: ['DL3057', 'CIS-DI-0006'],
    *check(file) {
      const stage = lastStage(file);
      const all = shipped(file);
      const starts = ofKind(all, 'CMD', 'ENTRYPOINT').at(-1);
      if (stage === undefined || starts === undefined || ofKind(all, 'HEALTHCHECK').length > 0) return;
      yield {
        span: starts.head,
        message: 'add HEALTHCHECK CMD …, or HEALTHCHECK NONE where there is nothing to ask',
      };
    },
  }),
  dockerfileRule({
    id: 'healthcheck-tool',
    topic: 'start',
    severity: 'warning',
    summary: 'the health check uses a program that the image does not have',
    why: 'The check can never pass: the container is unhealthy for ever, and is restarted again and again.',
    bad: 'FROM alpine:3.22\nHEALTHCHECK CMD curl -f http://localhost/ || exit 1\nCMD ["httpd", "-f"]\n',
    good: 'FROM alpine:3.22\nHEALTHCHECK CMD wget -q -O /dev/null http://localhost/ || exit 1\nCMD ["httpd", "-f"]\n',
    check: missingCheckTool,
  }),
  dockerfileRule({
    id: 'expose-port',
    topic: 'clarity',
    severity: 'error',
    summary: 'EXPOSE names a port that there is not',
    why: 'Ports go from 1 to 65535, with /tcp, /udp or /sctp; an address or a mapping belongs to the start of the container.',
    bad: 'FROM alpine:3.22\nEXPOSE 80800\n',
    good: 'FROM alpine:3.22\nEXPOSE 8080\n',
    covers: ['DL3011', 'ExposeInvalidFormat'],
    *check(file) {
      for (const expose of ofKind(everywhere(file), 'EXPOSE')) {
        for (const word of expose.words) {
          if (!isPort(word.value))
            yield {
              span: word.span,
              message: `${word.value.slice(0, 60)} is no port: write 8080 or 8080/udp`,
            };
        }
      }
    },
  }),
  dockerfileRule({
    id: 'expose-case',
    topic: 'clarity',
    severity: 'info',
    fixable: true,
    summary: 'the protocol of EXPOSE has capitals',
    why: 'Protocols are written small; some tools do not know TCP.',
    bad: 'FROM alpine:3.22\nEXPOSE 8080/TCP\n',
    good: 'FROM alpine:3.22\nEXPOSE 8080/tcp\n',
    covers: ['ExposeProtoCasing'],
    *check(file) {
      for (const expose of ofKind(everywhere(file), 'EXPOSE')) {
        for (const { raw, span } of expose.words) {
          if (/\/(?:TCP|UDP|SCTP|Tcp|Udp|Sctp)$/.test(raw))
            yield {
              span,
              message: `write ${raw.toLowerCase()}`,
              edits: [{ span, text: raw.replace(/\/\w+$/, end => end.toLowerCase()) }],
            };
        }
      }
    },
  }),
];

function isPort(text: string): boolean {
  if (text.includes('$')) return true;
  const [, from = '', to] = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(?:tcp|udp|sctp))?$/i.exec(text) ?? [];
  const fits = (port: string) => Number(port) >= 1 && Number(port) <= 65535;
  return fits(from) && (to === undefined || (fits(to) && Number(from) <= Number(to)));
}

function* missingCheckTool(file: Dockerfile): Generator<Found> {
  const kind = baseKind(lastStage(file));
  if (kind === undefined) return;
  const all = shipped(file);
  const check = ofKind(all, 'HEALTHCHECK').at(-1);
  const tool = check?.body.text.match(/^cmd\s+(?:\[\s*")?(?:\/usr\/bin\/)?(curl|wget)\b/i)?.[1];
  if (check === undefined || tool === undefined) return;
  const lacks =
    kind.isScratch ||
    kind.isDistroless ||
    kind.isSlim ||
    /^(?:debian|ubuntu)$/.test(kind.name) ||
    (tool === 'curl' &&
      (kind.isBusybox ||
        kind.name === 'alpine' ||
        (/^(?:node|python|golang|php)$/.test(kind.name) && kind.isAlpine)));
  const brought = ranBy(all).some(
    ({ command }) =>
      installed(command).some(({ name }) => name === tool || name === `lib${tool}`) ||
      isCall(command, ['busybox']),
  );
  if (
    !lacks ||
    brought ||
    ofKind(all, 'COPY', 'ADD').some(({ body }) => body.text.includes(tool) || body.text.includes('busybox'))
  )
    return;
  const instead =
    kind.isAlpine || kind.isBusybox
      ? 'use wget, which is there'
      : 'install it, or let the program check itself';
  yield { span: check.head, message: `${kind.name} has no ${tool}: ${instead}` };
}

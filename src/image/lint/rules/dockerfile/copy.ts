import {
  type Dockerfile,
  effective,
  type Instruction,
  lastStage,
  lineageOf,
} from '../../dockerfile/index.ts';
import { isIgnored, readIgnore } from '../../patterns.ts';
import { type DockerfileRule, dockerfileRule, type Found } from '../rule.ts';
import { baseKind, everywhere, insertAfter, ofKind, ranBy, shipped } from './queries.ts';
import { transfer } from './transfer.ts';

const ARCHIVE = /\.(?:tar|tgz|tbz2?|txz|tar\.(?:gz|bz2|xz|zst|lz|lzma)|gz|bz2|xz|zst)$/i;
const isRemote = (source: string) => /^(?:https?|ftp):\/\//i.test(source);
const isGit = (source: string) => /^git@|\.git(?:#|$)|^git:\/\//.test(source);
const isStart = (path: string) => /^(?:\.\/?|\/|\*)$/.test(path);

/** COPY and ADD of files of the build context. */
function fromContext(instructions: readonly Instruction[]) {
  return ofKind(instructions, 'COPY', 'ADD').flatMap(instruction => {
    const moved = transfer(instruction);
    const named = instruction.flags.some(({ name }) => name === 'from');
    return moved === undefined || named ? [] : [{ instruction, ...moved }];
  });
}

/** Rules about COPY and ADD. */
export const COPY_RULES: readonly DockerfileRule[] = [
  dockerfileRule({
    id: 'copy-not-add',
    topic: 'copy',
    severity: 'warning',
    fixable: true,
    summary: 'ADD is used where COPY does it',
    why: 'ADD unpacks archives and fetches addresses by the look of a name. COPY does what it says.',
    bad: 'FROM alpine:3.22\nADD app.conf /etc/app.conf\n',
    good: 'FROM alpine:3.22\nCOPY app.conf /etc/app.conf\n',
    covers: ['DL3020', 'CIS-DI-0009'],
    *check(file) {
      for (const { instruction, sources } of fromContext(everywhere(file))) {
        if (
          instruction.keyword !== 'ADD' ||
          instruction.flags.some(({ name }) => !['chown', 'chmod', 'link', 'exclude'].includes(name))
        )
          continue;
        if (
          sources.some(
            source => ARCHIVE.test(source) || isRemote(source) || isGit(source) || /[*?$]/.test(source),
          )
        )
          continue;
        const lower =
          file.source.text.slice(instruction.keywordSpan.start, instruction.keywordSpan.end) === 'add';
        yield {
          span: instruction.head,
          message: 'write COPY',
          edits: [{ span: instruction.keywordSpan, text: lower ? 'copy' : 'COPY' }],
        };
      }
    },
  }),
  dockerfileRule({
    id: 'add-checksum',
    topic: 'safety',
    severity: 'warning',
    summary: 'ADD fetches an address without a checksum',
    why: 'What the server sends today goes into the image unseen, and a site without internet cannot build at all.',
    bad: 'FROM alpine:3.22\nADD https://example.com/tool /usr/bin/tool\n',
    good: `FROM alpine:3.22\nADD --checksum=sha256:${'0123456789abcdef'.repeat(4)} https://example.com/tool /usr/bin/tool\n`,
    *check(file) {
      for (const { instruction, sources } of fromContext(everywhere(file))) {
        if (
          instruction.keyword === 'ADD' &&
          sources.some(isRemote) &&
          !sources.some(isGit) &&
          !instruction.flags.some(({ name }) => name === 'checksum')
        )
          yield { span: instruction.head, message: 'add --checksum=sha256:… of what you expect' };
      }
    },
  }),
  dockerfileRule({
    id: 'copied-archive',
    topic: 'layers',
    severity: 'warning',
    summary: 'an archive is copied and then unpacked',
    why: 'The archive stays in its layer: its contents are in the image twice. ADD unpacks a local archive, a bind mount lets RUN read it without a copy.',
    bad: 'FROM alpine:3.22\nCOPY site.tar.gz /tmp/\nRUN tar -xzf /tmp/site.tar.gz -C /srv\n',
    good: 'FROM alpine:3.22\nADD site.tar.gz /srv/\n',
    covers: ['DL3010'],
    *check(file) {
      const unpacks = ranBy(shipped(file)).filter(({ command }) =>
        ['tar', 'unzip', 'gunzip', 'unxz', 'bunzip2'].includes(command.name),
      );
      for (const { instruction, sources } of fromContext(shipped(file))) {
        const archive = sources.find(source => ARCHIVE.test(source) || source.endsWith('.zip'));
        if (archive === undefined || instruction.keyword !== 'COPY') continue;
        const base = archive.replace(/^.*\//s, '');
        if (unpacks.some(({ command }) => command.words.some(({ value }) => value.endsWith(base))))
          yield {
            span: instruction.head,
            message: `${base} stays in this layer: unpack it with ADD, or from RUN --mount=type=bind`,
          };
      }
    },
  }),
  dockerfileRule({
    id: 'copy-target-slash',
    topic: 'copy',
    severity: 'error',
    fixable: true,
    summary: 'several files are copied to what looks like one file',
    why: 'With several sources the destination must be a directory that ends in a slash; the builder refuses it otherwise.',
    bad: 'FROM alpine:3.22\nCOPY a.conf b.conf /etc/app\n',
    good: 'FROM alpine:3.22\nCOPY a.conf b.conf /etc/app/\n',
    covers: ['DL3021'],
    *check(file) {
      for (const instruction of ofKind(everywhere(file), 'COPY', 'ADD')) {
        const moved = transfer(instruction);
        if (
          moved === undefined ||
          moved.sources.length < 2 ||
          /(?:\/|\$\w+|\$\{[^}]*\}|^\.)$/.test(moved.target)
        )
          continue;
        const last = instruction.words.at(-1)!;
        const plain =
          instruction.exec === undefined && last.raw === last.value && instruction.heredocs.length === 0;
        yield {
          span: last.span,
          message: `${moved.target} must end in /`,
          ...(plain ? { edits: [insertAfter(last, '/')] } : {}),
        };
      }
    },
  }),
  dockerfileRule({
    id: 'copy-relative-target',
    topic: 'copy',
    severity: 'warning',
    summary: 'files are copied to a relative path, and no WORKDIR is set',
    why: 'They land where the base image happens to work, and that changes with the base.',
    bad: 'FROM alpine:3.22\nCOPY app.conf etc/app.conf\n',
    good: 'FROM alpine:3.22\nWORKDIR /app\nCOPY app.conf etc/app.conf\n',
    covers: ['DL3045'],
    *check(file) {
      for (const stage of file.stages) {
        const before = lineageOf(stage)
          .slice(0, -1)
          .flatMap(({ instructions }) => instructions);
        let set = before.some(({ keyword }) => keyword === 'WORKDIR');
        for (const instruction of stage.instructions) {
          if (instruction.keyword === 'WORKDIR') set = true;
          const target = ['COPY', 'ADD'].includes(instruction.keyword)
            ? transfer(instruction)?.target
            : undefined;
          if (target !== undefined && !set && !/^(?:[/$]|[A-Za-z]:[\\/])/.test(target))
            yield {
              span: instruction.head,
              message: `${target} is relative: set WORKDIR before, or write the whole path`,
            };
        }
      }
    },
  }),
  dockerfileRule({
    id: 'copy-root',
    topic: 'copy',
    severity: 'warning',
    summary: 'the whole file system of a stage is copied',
    why: 'It carries everything of that stage, caches and tools too. Copy what is needed, or continue that stage with FROM.',
    bad: 'FROM debian:bookworm-slim AS build\nRUN date >/now\nFROM alpine:3.22\nCOPY --from=build / /\n',
    good: 'FROM debian:bookworm-slim AS build\nRUN date >/now\nFROM alpine:3.22\nCOPY --from=build /now /now\n',
    covers: ['DL3067'],
    *check(file) {
      const scratch = baseKind(lastStage(file))?.isScratch === true;
      for (const instruction of ofKind(shipped(file), 'COPY')) {
        const moved = transfer(instruction);
        const from = instruction.flags.some(({ name }) => name === 'from');
        // Onto nothing it makes one layer of an image: that is meant.
        if (from && !scratch && moved?.target === '/' && moved.sources.includes('/'))
          yield { span: instruction.head, message: 'copy the files that are needed' };
      }
    },
  }),
  dockerfileRule({
    id: 'copy-secret',
    topic: 'safety',
    severity: 'error',
    summary: 'a file that holds secrets is copied into the image',
    why: 'Whoever has the image, or a stolen device, has the key; removing the file in a later layer does not take it out. Use RUN --mount=type=secret in the build, and hand secrets over when the container starts.',
    bad: 'FROM alpine:3.22\nCOPY id_rsa /root/.ssh/id_rsa\n',
    good: 'FROM alpine:3.22\nRUN --mount=type=secret,id=key,target=/root/.ssh/id_rsa date\n',
    covers: ['CIS-DI-0010'],
    *check(file) {
      for (const { instruction, sources } of fromContext(everywhere(file))) {
        const secret = sources.find(
          source => SECRET_FILE.test(source) && !/\.(?:example|sample|template|dist|pub)$/.test(source),
        );
        if (secret !== undefined)
          yield { span: instruction.head, message: `${secret} holds secrets: use RUN --mount=type=secret` };
      }
    },
  }),
  dockerfileRule({
    id: 'dockerignore',
    topic: 'copy',
    severity: 'warning',
    summary: 'the whole context is copied, and there is no .dockerignore that holds anything back',
    why: '.git, node_modules, local settings and keys travel to the builder and into the image, and each edit of any file breaks the cache.',
    bad: 'FROM alpine:3.22\nWORKDIR /app\nCOPY . .\nCMD ["./start"]\n',
    good: 'FROM alpine:3.22\nWORKDIR /app\nCOPY start ./\nCMD ["./start"]\n',
    covers: ['DL4007', 'DKL-LI-0003'],
    *check(file, { dockerignore }) {
      if (dockerignore === undefined || readIgnore(dockerignore ?? '').length > 0) return;
      const whole = fromContext(everywhere(file)).find(({ sources }) => sources.some(isStart));
      if (whole === undefined) return;
      yield {
        span: whole.instruction.head,
        message: 'write a .dockerignore beside the Dockerfile (at least .git), or copy only what is needed',
      };
    },
  }),
  dockerfileRule({
    id: 'copy-ignored',
    topic: 'copy',
    severity: 'error',
    summary: 'a file is copied that .dockerignore holds back',
    why: 'The build fails: the file never reaches the builder.',
    bad: 'FROM alpine:3.22\nCOPY secret.log /etc/\n',
    good: 'FROM alpine:3.22\nCOPY app.conf /etc/\n',
    covers: ['CopyIgnoredFile'],
    check: ignoredCopies,
  }),
];

const SECRET_FILE =
  /(?:^|\/)(?:\.env(?:\.[\w-]+)?|\.npmrc|\.netrc|\.pypirc|\.git-credentials|\.aws|\.ssh|id_(?:rsa|dsa|ecdsa|ed25519)|credentials\.json|service-account[\w-]*\.json|[^/]*\.(?:key|p12|pfx|jks|kdbx))$/;

function* ignoredCopies(
  file: Dockerfile,
  { dockerignore }: { readonly dockerignore: string | null | undefined },
): Generator<Found> {
  const patterns = readIgnore(dockerignore ?? '');
  if (patterns.length === 0) return;
  for (const { instruction, sources } of fromContext(
    file.stages.flatMap(({ instructions }) => instructions.map(effective)),
  )) {
    const gone = sources.find(
      source =>
        !/[*?[$]/.test(source) &&
        !isRemote(source) &&
        !isGit(source) &&
        !isStart(source) &&
        isIgnored(patterns, source),
    );
    if (gone !== undefined) yield { span: instruction.head, message: `.dockerignore holds ${gone} back` };
  }
}

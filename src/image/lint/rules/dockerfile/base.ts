import { lastStage, parseImageName, type Stage } from '../../dockerfile/index.ts';
import { type DockerfileRule, dockerfileRule, type Found } from '../rule.ts';
import { baseKind } from './queries.ts';

/** Stages on an image from outside whose name is known. */
function outside(stages: readonly Stage[]): { readonly stage: Stage; readonly image: string }[] {
  return stages.flatMap(stage => {
    const { image, parent } = stage;
    return image === undefined || parent !== undefined || image.toLowerCase() === 'scratch'
      ? []
      : [{ stage, image }];
  });
}

/** Rules about the images that stages stand on. */
export const BASE_RULES: readonly DockerfileRule[] = [
  dockerfileRule({
    id: 'tag-base',
    topic: 'base image',
    severity: 'warning',
    summary: 'a base image has no tag',
    why: 'Without a tag the engine takes `latest`. A rebuild next month stands on another release, and the device receives a whole new base instead of a small update.',
    bad: 'FROM alpine\nCMD ["date"]\n',
    good: 'FROM alpine:3.22\nCMD ["date"]\n',
    covers: ['DL3006'],
    *check({ stages }) {
      for (const { stage, image } of outside(stages)) {
        const { tag, digest, repository } = parseImageName(image);
        // Distroless images are of a release of Debian, by their names.
        const isNamed = /(?:^|\/)distroless\/.*-debian\d+$/.test(repository);
        if (tag === undefined && digest === undefined && !isNamed)
          yield {
            span: stage.base.span,
            message: `${image} has no tag: name the release, as ${image}:VERSION`,
          };
      }
    },
  }),
  dockerfileRule({
    id: 'no-latest',
    topic: 'base image',
    severity: 'warning',
    summary: 'a base image is tagged latest',
    why: '`latest` is another image each time. Two devices that were built a week apart differ, and nobody can rebuild what runs in the field.',
    bad: 'FROM debian:latest\nCMD ["date"]\n',
    good: 'FROM debian:bookworm-slim\nCMD ["date"]\n',
    covers: ['DL3007', 'DKL-DI-0006'],
    *check({ stages }) {
      for (const { stage, image } of outside(stages)) {
        const { tag, digest } = parseImageName(image);
        if (tag === 'latest' && digest === undefined)
          yield { span: stage.base.span, message: `${image} changes without notice: name a release` };
      }
    },
  }),
  dockerfileRule({
    id: 'pin-digest',
    topic: 'base image',
    severity: 'warning',
    off: true,
    summary: 'a base image is not pinned by its digest',
    why: 'Only a digest names one image for ever. It makes builds repeatable and updates small, but somebody must raise it for security fixes; so this rule is off unless asked for.',
    bad: 'FROM alpine:3.22\nCMD ["date"]\n',
    good: `FROM alpine:3.22@sha256:${'0123456789abcdef'.repeat(4)}\nCMD ["date"]\n`,
    covers: ['CIS-DI-0002', 'CIS-DI-0005'],
    *check({ stages }) {
      for (const { stage, image } of outside(stages)) {
        if (parseImageName(image).digest === undefined)
          yield {
            span: stage.base.span,
            message: `${image} is not pinned: add @sha256:… of the image you tested`,
          };
      }
    },
  }),
  dockerfileRule({
    id: 'small-base',
    topic: 'base image',
    severity: 'info',
    summary: 'the image stands on a base that has a much smaller sibling',
    why: 'The full variants of language images carry compilers, headers and version control: 300 MB to 1 GB that every device stores and that nothing there uses.',
    bad: 'FROM node:22\nCOPY app.js /app/\nCMD ["node", "/app/app.js"]\n',
    good: 'FROM node:22-alpine\nCOPY app.js /app/\nCMD ["node", "/app/app.js"]\n',
    *check(file) {
      const stage = lastStage(file);
      const kind = baseKind(stage);
      if (stage === undefined || kind === undefined || stage.parent !== undefined) return;
      const advice = smallerSibling(kind.name, kind.tag);
      if (advice !== undefined) yield { span: stage.base.span, message: advice };
    },
  }),
  dockerfileRule({
    id: 'allowed-registries',
    topic: 'base image',
    severity: 'error',
    summary: 'a base image comes from a registry that is not on your list',
    why: 'Sites without the internet can rebuild only from registries that they mirror. Give the list as `registries` in `.sampan.yaml`; without one this rule is silent.',
    bad: 'FROM example.net/team/base:1\nCMD ["date"]\n',
    good: 'FROM registry.example.com/team/base:1\nCMD ["date"]\n',
    covers: ['DL3026'],
    *check({ stages }, { registries }): Generator<Found> {
      if (registries.length === 0) return;
      for (const { stage, image } of outside(stages)) {
        const registry = parseImageName(image).registry ?? 'docker.io';
        if (!registries.includes(registry))
          yield { span: stage.base.span, message: `${registry} is none of ${registries.join(', ')}` };
      }
    },
  }),
];

const LANGUAGES: Readonly<Record<string, string>> = {
  node: 'node:TAG-alpine or -slim, or the Node.js image of distroless',
  python: 'python:TAG-slim or -alpine',
  ruby: 'ruby:TAG-slim or -alpine',
  php: 'php:TAG-alpine',
  perl: 'perl:TAG-slim',
  openjdk: 'a JRE image such as eclipse-temurin:21-jre-alpine',
};
const DISTRIBUTIONS: Readonly<Record<string, string>> = {
  debian: 'debian:TAG-slim, or Alpine or distroless where the program allows it',
  ubuntu: 'debian:bookworm-slim, Alpine or distroless',
  fedora: 'the -minimal variant, Alpine or distroless',
  centos: 'a -minimal variant, Alpine or distroless',
  rockylinux: 'the -minimal variant',
  almalinux: 'the -minimal variant',
};

function smallerSibling(name: string, tag: string): string | undefined {
  if (/slim|alpine|minimal|micro|distroless|nanoserver/.test(tag)) return undefined;
  if (name === 'eclipse-temurin' && !/jre/.test(tag))
    return `${name} brings the whole JDK: take its -jre-alpine tag`;
  const sibling = LANGUAGES[name] ?? DISTRIBUTIONS[name];
  if (sibling === undefined) return undefined;
  const written = tag === '' ? name : `${name}:${tag}`;
  return `${written} is much larger than it needs to be: take ${sibling.replace('TAG', tag.split('-')[0] || '…')}`;
}

import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { builtLines } from './built.ts';

const DOCKERFILE = `FROM golang:1.25 AS build
RUN apt-get update && \\
    # a comment
    apt-get install -y gcc
COPY . .
FROM debian:12
WORKDIR /srv
WORKDIR app
RUN --mount=type=cache,target=/root/.cache apt-get update && \\
    apt-get install -y curl
COPY --chown=1:1 package.json package-lock.json ./
RUN ["npm", "ci"]
ADD https://example.org/x /opt/
RUN <<EOF
echo a
EOF
`;

test('the line of an instruction is found as either builder writes it', () => {
  const lineOf = builtLines('Dockerfile', DOCKERFILE);
  const told = [
    'RUN apt-get update && apt-get install -y gcc',
    'RUN apt-get update &&     apt-get install -y curl',
    'COPY --chown=1:1 package.json package-lock.json ./',
    'COPY package.json package-lock.json ./',
    'COPY multi:ed3b42b69 in /srv/app/ ',
    'RUN npm ci',
    'ADD file:1234 in /opt/',
    'WORKDIR /srv/app',
    'RUN something else',
    '',
  ];
  deepEqual(told.map(lineOf), [2, 9, 11, 11, 11, 12, 13, 8, undefined, undefined]);
});

test('a file that is no Dockerfile has no lines', () => {
  deepEqual(builtLines('x', '\u0000<html>')('RUN a'), undefined);
});

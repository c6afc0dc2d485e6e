import type { Finding } from '../finding.ts';
import type { Ground } from '../ground.ts';
import { shownInstruction } from '../history.ts';
import { causeOf, severityOf } from './collect.ts';

const LEAST_BYTES = 5e6;
const MANY_LAYERS = 12;
const SMALL_BYTES = 100_000;
const INSTALLS =
  /\b(?:apt-get|apt|apk|dnf|yum|microdnf|zypper|pacman)\b.*\b(?:install|add|-S)\b|\b(?:pip3?|uv pip|poetry|npm|yarn|pnpm|bundle|composer|cargo|go|mvn|gradle)\b.*\b(?:install|ci|fetch|download|add|sync)\b/;

/** Layers whose order or number makes updates larger than they need be. */
export function orderFindings(ground: Ground): readonly Finding[] {
  return [...copiedTooEarly(ground), ...smallLayers(ground)];
}

/** What is installed after the app was copied is made anew, and carried again, with each change of the app. */
function copiedTooEarly(ground: Ground): readonly Finding[] {
  const { instructions, stacked, baseLayers } = ground;
  const copy = instructions.findIndex(
    ({ kind, text }, i) => i >= baseLayers && (kind === 'COPY' || kind === 'ADD') && !isManifestOnly(text),
  );
  if (copy === -1) return [];
  const after = instructions
    .map(({ kind, text }, layer) => ({ kind, text, layer }))
    .filter(({ kind, text, layer }) => layer > copy && kind === 'RUN' && INSTALLS.test(text));
  const causes = after
    .map(({ layer }) =>
      causeOf(layer, { bytes: stacked.changes[layer]!.bytes, files: stacked.changes[layer]!.added }, ground),
    )
    .sort((a, b) => b.bytes - a.bytes);
  const updateBytes = causes.reduce((sum, each) => sum + each.bytes, 0);
  if (updateBytes < LEAST_BYTES) return [];
  const install = causes[0]?.instruction ?? '';
  return [
    {
      id: 'copied-too-early',
      title: 'The app is copied before its dependencies are installed: each update carries them again',
      severity: severityOf(updateBytes),
      confidence: 'possible',
      bytes: 0,
      updateBytes,
      files: 0,
      causes: [causeOf(copy, { bytes: 0, files: 0 }, ground), ...causes],
      fix: `COPY package.json … ./ # only what says the dependencies\n${install.slice(0, 160)}\n${shownInstruction(instructions[copy]!.text).slice(0, 160)}`,
      examples: [],
    },
  ];
}

/** Copying the list of dependencies alone comes before installing them, as it should. */
function isManifestOnly(text: string): boolean {
  if (/\bmulti:/.test(text)) return true;
  return /(?:package(?:-lock)?\.json|yarn\.lock|pnpm-lock|requirements[^ ]*\.txt|pyproject\.toml|poetry\.lock|go\.(?:mod|sum)|Gemfile|composer\.(?:json|lock)|Cargo\.(?:toml|lock)|pom\.xml|build\.gradle|\.(?:conf|list|gpg|asc|repo))/.test(
    text,
  );
}

/** Each layer costs a request and a mount; the small ones of one build can be one. */
function smallLayers(ground: Ground): readonly Finding[] {
  const { instructions, stacked, baseLayers } = ground;
  const small = instructions
    .map(({ kind }, layer) => ({ kind, layer, bytes: stacked.changes[layer]!.bytes }))
    .filter(({ kind, layer, bytes }) => layer >= baseLayers && kind === 'RUN' && bytes < SMALL_BYTES);
  if (instructions.length < MANY_LAYERS || small.length < 3) return [];
  return [
    {
      id: 'small-layers',
      title: `${small.length} of ${instructions.length} layers hold next to nothing`,
      severity: 'low',
      confidence: 'possible',
      bytes: 0,
      files: 0,
      causes: small.map(({ layer, bytes }) =>
        causeOf(layer, { bytes, files: stacked.changes[layer]!.added }, ground),
      ),
      fix: `RUN ${small
        .slice(0, 3)
        .map(({ layer }) => instructions[layer]!.text.slice(4, 64))
        .join(' && ')} …`,
      examples: [],
    },
  ];
}

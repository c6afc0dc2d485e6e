import { formatPlatform } from '../../core/oci/index.ts';
import type { RunRecord } from '../../image/exercise/index.ts';
import {
  type PageFile,
  type PagePackage,
  type PageProof,
  type PageRun,
  slimPage,
} from '../../image/page/index.ts';
import type { SlimResult } from '../../image/slim/index.ts';
import { type OsPackage, readPackageDatabases } from '../../image/userland/packages/os/index.ts';
import { readVersion } from '../version/index.ts';
import { warningsOf } from './run-json.ts';
import { categoryTitle, doubtOf, type SlimSummary } from './slim-table.ts';

/** The page that shows a slimming. */
export function slimPageOf({ result, ms, places }: SlimSummary, image: string): string {
  const { before, after, original, rebuilt, plan } = result;
  return slimPage({
    image,
    result: places[0] ?? '',
    platform: formatPlatform(original.config),
    level: plan.level,
    version: readVersion(),
    before: { ...before, digest: original.id },
    after: { ...after, digest: rebuilt.root.digest },
    elapsedMs: ms,
    files: pageFiles(result),
    packages: pagePackages(result),
    layers: (original.config.history ?? [])
      .filter(step => step.empty_layer !== true)
      .map(step => step.created_by ?? ''),
    proof: pageProof(result),
  });
}

function pageFiles(result: SlimResult): PageFile[] {
  const { original, plan, nodes } = result;
  const files: PageFile[] = [];
  for (const node of original.tree.nodes()) {
    if (node.kind !== 'file') continue;
    const kept = plan.kept.get(node.path);
    const dropped = result.dropped.get(node.path);
    const saved = nodes.stripped.get(node.path);
    const title = dropped === undefined ? '' : categoryTitle(dropped.category);
    files.push({
      path: node.path,
      size: node.content.size,
      outcome: kept === undefined ? 'dropped' : saved === undefined ? 'kept' : 'stripped',
      reason: kept === undefined ? title : `${kept.text}${kept.by === undefined ? '' : ` ← ${kept.by}`}`,
      category: kept?.kind ?? title,
      layer: node.layer,
      ...(saved === undefined ? {} : { sizeAfter: node.content.size - saved }),
      ...(dropped?.owner === undefined ? {} : { package: dropped.owner }),
    });
  }
  return files;
}

const TYPES: Readonly<Record<OsPackage['manager'], string>> = { dpkg: 'deb', apk: 'apk', rpm: 'rpm' };

function pagePackages(result: SlimResult): PagePackage[] {
  const { original, plan, nodes } = result;
  const sizeOf = (path: string): number => {
    const node = original.tree.get(path);
    return node?.kind === 'file' ? node.content.size : 0;
  };
  return readPackageDatabases(original.tree).flatMap(database =>
    database.packages.map(each => {
      const kept = each.files.filter(path => plan.kept.has(path));
      const sum = (paths: readonly string[]): number =>
        paths.reduce((total, path) => total + sizeOf(path), 0);
      const stripped = kept.reduce((total, path) => total + (nodes.stripped.get(path) ?? 0), 0);
      return {
        name: each.name,
        version: each.version,
        type: TYPES[each.manager],
        outcome: kept.length === 0 ? 'dropped' : kept.length < each.files.length ? 'reduced' : 'kept',
        sizeBefore: sum(each.files),
        sizeAfter: sum(kept) - stripped,
        filesBefore: each.files.length,
        filesAfter: kept.length,
      } as const;
    }),
  );
}

function pageProof(result: SlimResult): PageProof {
  const notes = result.attempts.map(each => `level ${each.level}: ${each.problems.join('; ')}`);
  const none: PageRun = { probes: [] };
  if (result.runs === undefined) {
    return {
      verdict: 'not-run',
      summary: `It is ${doubtOf(result) ?? ''}.`,
      original: none,
      slim: none,
      notes,
    };
  }
  const { original, slim } = result.runs;
  notes.push(...warningsOf([original, slim]));
  return {
    verdict: 'proven',
    summary: 'Start, readiness, every probe, the graceful stop and what it complains of were compared.',
    original: pageRun(original),
    slim: pageRun(slim),
    notes,
  };
}

function pageRun(run: RunRecord): PageRun {
  return {
    exit: `status ${run.exit.code}`,
    ready: run.outcome,
    startMs: run.readyMs,
    ...(run.usage.peakMemoryBytes === undefined ? {} : { peakMemoryBytes: run.usage.peakMemoryBytes }),
    probes: run.probes.map(probe => ({ name: probe.name, result: probe.detail, passed: probe.ok })),
  };
}

import type { CommandEntry } from '../command/index.ts';

/** Every command, in the order of the help. The modules are loaded when they are needed. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'inspect',
    summary: 'shows where the bytes of an image are, which are waste, why, and the fix',
    group: 'image',
    load: async () => (await import('./inspect.ts')).inspectCommand,
  },
  {
    name: 'diff',
    summary: 'compares two images: files, packages, layers, what an update carries',
    group: 'image',
    load: async () => (await import('./diff.ts')).diffCommand,
  },
  {
    name: 'slim',
    summary: 'makes an image small, and proves that it still works',
    group: 'image',
    load: async () => (await import('./slim.ts')).slimCommand,
  },
  {
    name: 'lint',
    summary: 'says what Dockerfiles and Compose files should do better, and mends them',
    group: 'image',
    load: async () => (await import('./lint.ts')).lintCommand,
  },
  {
    name: 'init',
    summary: 'writes a Dockerfile for a project that it recognises',
    group: 'image',
    load: async () => (await import('./init.ts')).initCommand,
  },
  {
    name: 'why',
    summary: 'tells why slimming kept or dropped a path',
    group: 'image',
    load: async () => (await import('./why.ts')).whyCommand,
  },
  {
    name: 'observe',
    summary: 'watches which files an app uses while your own tests run',
    group: 'image',
    load: async () => (await import('./observe.ts')).observeCommand,
  },
  {
    name: 'prove',
    summary: 'runs an image with probes, and compares it with another',
    group: 'trust',
    load: async () => (await import('./prove.ts')).proveCommand,
  },
  {
    name: 'keygen',
    summary: 'makes a pair of keys that sign and verify images',
    group: 'trust',
    load: async () => (await import('./keygen.ts')).keygenCommand,
  },
  {
    name: 'sign',
    summary: 'signs images, so that devices know whose they are',
    group: 'trust',
    load: async () => (await import('./sign.ts')).signCommand,
  },
  {
    name: 'verify',
    summary: 'tells whose an image is and that no byte was changed, offline',
    group: 'trust',
    load: async () => (await import('./verify.ts')).verifyCommand,
  },
  {
    name: 'images',
    summary: 'lists the images in the store',
    group: 'carry',
    load: async () => (await import('./images.ts')).imagesCommand,
  },
  {
    name: 'pull',
    summary: 'brings images from a registry into the store, and goes on where it was interrupted',
    group: 'carry',
    load: async () => (await import('./pull.ts')).pullCommand,
  },
  {
    name: 'push',
    summary: 'brings an image to a registry; only what it lacks is carried',
    group: 'carry',
    load: async () => (await import('./push.ts')).pushCommand,
  },
  {
    name: 'tags',
    summary: 'lists the tags of an image in a registry',
    group: 'carry',
    load: async () => (await import('./tags.ts')).tagsCommand,
  },
  {
    name: 'copy',
    summary: 'copies an image between registries, the store, the local engine, files and directories',
    group: 'carry',
    load: async () => (await import('./copy.ts')).copyCommand,
  },
  {
    name: 'bundle',
    summary: 'writes images to one file that every engine takes, or only what a device lacks',
    group: 'carry',
    load: async () => (await import('./bundle.ts')).bundleCommand,
  },
  {
    name: 'inventory',
    summary: 'tells what this device has, for bundles and deltas that carry only the rest',
    group: 'carry',
    load: async () => (await import('./inventory.ts')).inventoryCommand,
  },
  {
    name: 'serve',
    summary: 'serves a registry, and mirrors others so that they may be away',
    group: 'carry',
    load: async () => (await import('./serve.ts')).serveCommand,
  },
  {
    name: 'rm',
    summary: 'removes images from the store',
    group: 'carry',
    load: async () => (await import('./rm.ts')).rmCommand,
  },
  {
    name: 'prune',
    summary: 'removes what no image in the store needs any more',
    group: 'carry',
    load: async () => (await import('./prune.ts')).pruneCommand,
  },
  {
    name: 'help',
    summary: 'tells what Sampan can do, or all about one command',
    group: 'help',
    load: async () => (await import('./help.ts')).helpCommand(COMMANDS),
  },
  {
    name: 'completion',
    summary: 'prints a script that makes a shell complete commands and options',
    group: 'help',
    load: async () => (await import('./completion.ts')).completionCommand(COMMANDS),
  },
  {
    name: 'version',
    summary: 'tells which Sampan this is and what it runs on',
    group: 'help',
    load: async () => (await import('./version.ts')).versionCommand,
  },
];

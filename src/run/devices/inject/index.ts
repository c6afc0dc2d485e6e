export { type Inside, openInside, type Running } from './inside.ts';
export { type NodeDirectory, type NodeSpec, nodeDirectory, openPlace, placePath } from './nodes.ts';

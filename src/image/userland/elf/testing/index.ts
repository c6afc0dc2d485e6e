export { buildElf } from './build.ts';
export type { ElfRecipe, SectionRecipe } from './recipe.ts';

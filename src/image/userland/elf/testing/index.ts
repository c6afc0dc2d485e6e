export { buildElf, type ElfRecipe, type SectionRecipe } from './build.ts';

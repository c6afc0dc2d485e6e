export { config, debian, drops, has, IMAGE, mine, plan, program } from './debian.ts';

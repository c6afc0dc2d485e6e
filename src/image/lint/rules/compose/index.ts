export { LIMIT_RULES } from './limits.ts';
export { RIGHT_RULES } from './rights.ts';
export { COMPOSE_WRITING_RULES } from './writing.ts';

export { ASIDE, type Current, type CurrentContainer, currentOf, projectContainers } from './current.ts';

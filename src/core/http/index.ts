export { nodeHttp } from './http.ts';

export { type HttpPlace, httpModule } from './http.ts';

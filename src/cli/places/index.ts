export { type Places, placesOf } from './places.ts';

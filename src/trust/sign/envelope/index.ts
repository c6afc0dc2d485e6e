export { BUNDLE_TYPE, MAX_SIGNATURE_BYTES, signBundle, verifyBundle } from './bundle.ts';
export { type Claim, NAME_ANNOTATION, TIME_ANNOTATION } from './claim.ts';
export { isJson, parseJson } from './json.ts';
export { SIMPLE_SIGNATURE, SIMPLE_TYPE, verifySimple } from './simple.ts';
export { formatStatement, SIGN_PREDICATE } from './statement.ts';

export { type BuiltFrom, type Report, type ReportItem, reportOf } from './items.ts';
export { junitOf } from './junit.ts';
export { cell, code, markdownOf, markdownTable } from './markdown.ts';
export { sarifOf } from './sarif.ts';

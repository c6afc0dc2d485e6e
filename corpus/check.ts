import { readApp } from './app.ts';
import { checkImage } from './checks.ts';

const [name, image, ...more] = process.argv.slice(2);
if (name === undefined || image === undefined || more.length > 0) {
  console.error('usage: corpus/check NAME IMAGE');
  process.exit(2);
}
const checks = await checkImage(readApp(name), image);
for (const { name: what, passed, got } of checks)
  console.log(passed ? `ok    ${what}` : `FAIL  ${what}  (${got})`);
const failed = checks.filter(check => !check.passed).length;
console.log(`${checks.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

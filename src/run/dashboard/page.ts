import { createHash } from 'node:crypto';
import { readAssets } from './assets.ts';

/** The dashboard: one HTML document that loads nothing else, and the policy that it is sent with. */
export interface DashboardPage {
  readonly html: string;
  /** Its own script and style, by their hashes, and calls of where it came from. (CSP Level 3) */
  readonly policy: string;
}

/** Puts the page together. It holds nothing about the device: all comes through the API. */
export function dashboardPage(): DashboardPage {
  const { body, style, script } = readAssets();
  const policy = [
    "default-src 'none'",
    `style-src ${hashSource(style)}`,
    `script-src ${hashSource(script)}`,
    "connect-src 'self'",
    // The icon that is none.
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Sampan</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
${body}
<script>${script}</script>
</body>
</html>
`;
  return { html, policy };
}

function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

// Puts the licences of all packages that a web app bundles into one file beside it, which the server serves with it.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

interface Package {
  name: string;
  version: string;
  license?: string;
}

// The folder of the package that a bundled module belongs to; nothing for our own modules.
function packageFolder(moduleId: string): string | undefined {
  const path = moduleId.replace(/^\0+/, '').split('?')[0] ?? '';
  const match = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path);
  return match?.[1];
}

function licenceOf(folder: string): string {
  const { name, version, license }: Package = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `Licence: ${license}`;
  return `${name} ${version} (${license ?? 'see below'})\n\n${text}\n`;
}

export function licenses(fileName: string): Plugin {
  return {
    name: 'tenon-licenses',
    generateBundle(_options, bundle) {
      const folders = new Set<string>();
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        for (const id of Object.keys(chunk.modules)) {
          const folder = packageFolder(id);
          if (folder && existsSync(join(folder, 'package.json'))) folders.add(folder);
        }
      }
      const texts = [...folders].sort().map(licenceOf);
      const line = `\n${'-'.repeat(79)}\n\n`;
      this.emitFile({ type: 'asset', fileName, source: texts.join(line) });
    },
  };
}

// Writes a picture of every screen and state of the web apps to build/screenshots, in both themes, wide and narrow, to
// be looked at.
//
//   node tests/screenshots.mjs [part of a name]
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { overflow } from './lib/dashboard.mjs';
import { repositoryRoot } from './lib/paths.mjs';
import { allScreens } from './lib/screens/all.mjs';
import { setStage } from './lib/screens/stage.mjs';

const folder = join(repositoryRoot, 'build', 'screenshots');
const sizes = [
  { width: 1280, height: 860 },
  { width: 360, height: 780 },
];

async function takePictures(page, name) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const size of sizes) {
      await page.setViewportSize(size);
      const path = join(folder, `${name}-${colorScheme}-${size.width}.png`);
      await page.screenshot({ path, fullPage: true });
      const pixels = await overflow(page);
      if (pixels > 0) console.log(`${name} is ${pixels} px wider than ${size.width} px`);
    }
  }
}

const part = process.argv[2] ?? '';
if (part === '') rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const stage = await setStage();
try {
  for (const screen of allScreens.filter(({ name }) => name.includes(part))) {
    const page = await screen.open(stage);
    await takePictures(page, screen.name);
    await page.close();
    console.log(screen.name);
  }
} finally {
  await stage.stop();
}
console.log(`The pictures are in ${folder}.`);

// Which language the portal speaks: the one asked for, else the browser's first that there is, else
// English.
import { de } from './de';
import { en } from './en';
import { es } from './es';
import { fr } from './fr';
import { ja } from './ja';
import { pt } from './pt';
import type { Texts } from './texts';

export type { Texts } from './texts';

export const languages: Record<string, Texts> = { en, de, fr, es, ja, pt };

export function chooseLanguage(
  asked: string | undefined,
  preferred: readonly string[] = navigator.languages,
): string {
  for (const tag of [asked ?? '', ...preferred]) {
    const language = tag.toLowerCase().split(/[-_]/)[0] ?? '';
    if (Object.hasOwn(languages, language)) return language;
  }
  return 'en';
}

export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

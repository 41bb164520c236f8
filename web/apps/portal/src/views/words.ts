// What every view is given: the portal's texts in the chosen language, filled with the names at hand.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { fill, languages, type Texts } from '../texts';

export type Say = (text: keyof Texts, values?: Record<string, string | number>) => string;

export function sayer(language: string, names: Record<string, string>): Say {
  const texts = languages[language] as Texts;
  return (text, values) => fill(texts[text], { ...names, ...values });
}

export const Words = createContext<Say>(sayer('en', {}));
export const useWords = (): Say => useContext(Words);

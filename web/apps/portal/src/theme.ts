// The portal's colours out of one accent colour, with contrast that WCAG 2.2 asks for: 4.5 for text.
const textContrast = 4.5;

type Rgb = [number, number, number];

export function parseColor(text: string | undefined): Rgb {
  const hex = /^#?([0-9a-f]{6})$/i.exec(text ?? '')?.[1] ?? '2f5bd7';
  return [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)) as Rgb;
}

function luminance(color: Rgb): number {
  const [r, g, b] = color.map((byte) => {
    const part = byte / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(a: Rgb, b: Rgb): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const mix = (a: Rgb, b: Rgb, part: number): Rgb =>
  a.map((byte, i) => Math.round(byte + ((b[i] ?? 0) - byte) * part)) as Rgb;

const css = (color: Rgb): string => `rgb(${color.join(' ')})`;

// The accent, as much darker or lighter as it must be to be read on the background.
export function readable(accent: Rgb, background: Rgb): Rgb {
  const aim: Rgb = luminance(background) > 0.5 ? [0, 0, 0] : [255, 255, 255];
  for (let part = 0; part < 1; part += 0.05) {
    const color = mix(accent, aim, part);
    if (contrast(color, background) >= textContrast) return color;
  }
  return aim;
}

const surfaces: Record<'light' | 'dark', Rgb> = { light: [255, 255, 255], dark: [27, 29, 34] };

export function accentVariables(accent: string | undefined, theme: 'light' | 'dark') {
  const color = parseColor(accent);
  const white: Rgb = [255, 255, 255];
  const black: Rgb = [0, 0, 0];
  const ink = contrast(color, white) >= contrast(color, black) ? white : black;
  return {
    '--accent': css(color),
    '--on-accent': css(ink),
    '--accent-text': css(readable(color, surfaces[theme])),
  };
}

export function chooseTheme(asked: string | undefined, isDarkDevice: boolean): 'light' | 'dark' {
  if (asked === 'light' || asked === 'dark') return asked;
  return isDarkDevice ? 'dark' : 'light';
}

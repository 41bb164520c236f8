// The part of Markdown that overviews use: headings, paragraphs, lists, quotes, code, emphasis,
// links. It builds elements and never HTML, so nothing in the text can become a script.
import type { ComponentChildren, JSX } from 'preact';

const inlinePattern =
  /`([^`]+)`|\*\*([^*]+)\*\*|__([^_]+)__|\*([^*\s][^*]*)\*|_([^_\s][^_]*)_|!?\[([^\]]*)\]\(([^()\s]+)\)/g;

function linkTo(address: string, words: ComponentChildren): ComponentChildren {
  const isSafe = /^(https?:\/\/|mailto:)/i.test(address);
  if (!isSafe) return words;
  return (
    <a href={address} target="_blank" rel="noopener noreferrer">
      {words}
    </a>
  );
}

export function inline(text: string): ComponentChildren[] {
  const parts: ComponentChildren[] = [];
  let end = 0;
  for (const match of text.matchAll(inlinePattern)) {
    const [whole, code, strong, strong2, soft, soft2, words, address] = match;
    parts.push(text.slice(end, match.index));
    end = match.index + whole.length;
    if (code !== undefined) parts.push(<code>{code}</code>);
    else if (strong ?? strong2) parts.push(<strong>{inline(strong ?? strong2 ?? '')}</strong>);
    else if (soft ?? soft2) parts.push(<em>{inline(soft ?? soft2 ?? '')}</em>);
    else parts.push(linkTo(address ?? '', inline(words ?? '')));
  }
  parts.push(text.slice(end));
  return parts;
}

const lineBreaks = (lines: string[]): ComponentChildren[] =>
  lines.flatMap((line, i) => (i === 0 ? inline(line) : [' ', ...inline(line)]));

// Headings begin below those of the portal itself.
function heading(level: number, words: string): JSX.Element {
  return level === 1 ? <h3>{inline(words)}</h3> : <h4>{inline(words)}</h4>;
}

function block(lines: string[]): JSX.Element {
  const first = lines[0] ?? '';
  const title = /^(#{1,6})\s+(.*)$/.exec(first);
  if (title) return heading((title[1] ?? '').length, title[2] ?? '');
  const bullet = /^\s*[-*+]\s+/;
  const number = /^\s*\d+[.)]\s+/;
  for (const [marker, List] of [
    [bullet, 'ul'],
    [number, 'ol'],
  ] as const) {
    if (!lines.every((line) => marker.test(line))) continue;
    return (
      <List>
        {lines.map((line) => (
          <li>{inline(line.replace(marker, ''))}</li>
        ))}
      </List>
    );
  }
  if (lines.every((line) => line.startsWith('>'))) {
    return <blockquote>{lineBreaks(lines.map((line) => line.replace(/^>\s?/, '')))}</blockquote>;
  }
  return <p>{lineBreaks(lines)}</p>;
}

// Lines of one kind that stand together are one block.
function kindOf(line: string): string {
  if (/^#{1,6}\s/.test(line)) return `heading ${line}`;
  if (/^\s*[-*+]\s+/.test(line)) return 'ul';
  if (/^\s*\d+[.)]\s+/.test(line)) return 'ol';
  return line.startsWith('>') ? 'quote' : 'text';
}

export function blocksOf(text: string): string[][] {
  const blocks: string[][] = [];
  let kind = '';
  for (const line of text.replaceAll('\r', '').split('\n')) {
    const next = line.trim() === '' ? '' : kindOf(line);
    if (next === '') kind = '';
    else if (next === kind) blocks.at(-1)?.push(line);
    else blocks.push([line]);
    kind = next;
  }
  return blocks;
}

function fence(text: string): (string | { code: string })[] {
  return text
    .split(/^```[^\n]*\n([\s\S]*?)^```\s*$/m)
    .map((part, i) => (i % 2 === 1 ? { code: part } : part));
}

export function Markdown({ text }: { text: string }): JSX.Element {
  return (
    <div class="markdown">
      {fence(text).map((part) =>
        typeof part === 'string' ? (
          blocksOf(part).map(block)
        ) : (
          <pre>
            <code>{part.code}</code>
          </pre>
        ),
      )}
    </div>
  );
}

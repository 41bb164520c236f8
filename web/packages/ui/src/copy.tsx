// Text to be taken elsewhere: a button that copies, a block of code with that button, and a read-only value in a field.
import { useEffect, useState } from 'react';
import { Button, IconButton } from './button';
import './styles/copy.css';

const saidMs = 1_800;

function useCopy(text: string) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setCopied(false), saidMs);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = async () => {
    await copyText(text);
    setCopied(true);
  };
  return { isCopied, copy };
}

// Pages on plain http beside localhost have no clipboard; there a selection is copied the old way.
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'tn-hidden';
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
  return undefined;
}

export interface CopyButtonProps {
  text: string;
  // What is copied: "Copy redirect URL".
  label: string;
  isIcon?: boolean;
}

export function CopyButton({ text, label, isIcon = false }: CopyButtonProps) {
  const { isCopied, copy } = useCopy(text);
  return (
    <span className="tn-copy">
      {isIcon ? (
        <IconButton
          size="s"
          label={isCopied ? 'Copied' : label}
          icon={isCopied ? 'check' : 'copy'}
          onPress={() => void copy()}
        />
      ) : (
        <Button
          size="s"
          icon={isCopied ? 'check' : 'copy'}
          aria-label={label}
          onPress={() => void copy()}
        >
          {isCopied ? 'Copied' : 'Copy'}
        </Button>
      )}
      <span className="tn-hidden" aria-live="polite">
        {isCopied ? 'Copied' : ''}
      </span>
    </span>
  );
}

export interface CodeBlockProps {
  code: string;
  // What it is, for screen readers and the copy button: "commands".
  label: string;
  isWrapped?: boolean;
}

export function CodeBlock({ code, label, isWrapped = false }: CodeBlockProps) {
  return (
    <div className="tn-code">
      <pre
        className={isWrapped ? 'tn-code-wrapped' : undefined}
        tabIndex={0}
        role="region"
        aria-label={label}
      >
        <code>{code}</code>
      </pre>
      <CopyButton text={code} label={`Copy ${label}`} />
    </div>
  );
}

// An address or id that cannot be changed here, with its copy button.
export function CopyField({
  label,
  value,
  hint,
}: {
  label: string;
  value: string;
  hint?: string;
}) {
  return (
    <div className="tn-field">
      <span className="tn-label">{label}</span>
      <div className="tn-input-box tn-copy-field">
        <span className="tn-input tn-input-mono tn-copy-value">{value}</span>
        <CopyButton text={value} label={`Copy ${label}`} isIcon />
      </div>
      {hint ? <span className="tn-hint">{hint}</span> : null}
    </div>
  );
}

// A form of the integration's fields: what is wrong is said beside the field and before anything is
// sent; what the server finds wrong lands there too.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Problem } from '../api';
import type { Input } from '../model';
import { Field, Switch } from './field';
import { type Say, useWords } from './words';

export interface FormProps {
  inputs: Input[];
  initial: Record<string, string>;
  problems: Problem[];
  isBusy: boolean;
  submit: string;
  children?: ComponentChildren; // more buttons
  onSubmit: (values: Record<string, string>) => void;
}

const rules: Record<string, [RegExp, Parameters<Say>[0]]> = {
  EMAIL: [/^[^\s@]+@[^\s@]+$/, 'notEmail'],
  URL: [/^https?:\/\/[^\s/]+/i, 'notAddress'],
  NUMBER: [/^[-+]?\d+([.]\d+)?$/, 'notNumber'],
};

export function problemOf(input: Input, raw: string, say: Say): string {
  const value = input.type === 'PASSWORD' ? raw : raw.trim();
  const field = input.title;
  if (value === '') {
    const isMissing = input.required !== false && !input.defaultValue && input.type !== 'SWITCH';
    return isMissing ? say('required', { field }) : '';
  }
  const rule = rules[input.type];
  if (rule && !rule[0].test(value)) return say(rule[1], { field });
  // The server accepts the value without the labels that surround it, so judge only bare ones.
  if (input.pattern && !input.prefixLabel && !input.suffixLabel) {
    if (!matches(input.pattern, value)) return say('wrongForm', { field });
  }
  return '';
}

function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(value);
  } catch {
    return true; // the server judges
  }
}

export function Form(props: FormProps): JSX.Element {
  const say = useWords();
  const form = useRef<HTMLFormElement>(null);
  const [values, setValues] = useState(props.initial);
  const [problems, setProblems] = useState<Record<string, string>>({});
  const ofServer = props.problems;
  useEffect(() => {
    const found = ofServer.map(({ field, rule }) => {
      const id = field.split('.').at(-1) ?? field;
      const title = props.inputs.find((input) => input.id === id)?.title ?? id;
      return [id, `${title} ${rule}.`];
    });
    setProblems(Object.fromEntries(found));
  }, [ofServer]);
  useEffect(() => {
    if (Object.values(problems).some(Boolean)) {
      form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
    }
  }, [problems]);

  const submit = (event: Event): void => {
    event.preventDefault();
    const found = props.inputs.map((i) => [i.id, problemOf(i, values[i.id] ?? '', say)] as const);
    setProblems(Object.fromEntries(found));
    if (!props.isBusy && found.every(([, problem]) => problem === '')) props.onSubmit(values);
  };
  return (
    <form ref={form} onSubmit={submit} noValidate>
      {props.inputs.map((input) => {
        const One = input.type === 'SWITCH' ? Switch : Field;
        return (
          <One
            key={input.id}
            input={input}
            prefix="field-"
            value={values[input.id] ?? ''}
            problem={problems[input.id] ?? ''}
            onChange={(value) => {
              setValues({ ...values, [input.id]: value });
              setProblems({ ...problems, [input.id]: '' });
            }}
          />
        );
      })}
      <div class="buttons">
        <button class="primary" type="submit" aria-disabled={props.isBusy}>
          {props.isBusy ? say('working') : props.submit}
        </button>
        {props.children}
      </div>
    </form>
  );
}

// One field of a form: label, hint, control, and what is wrong with it.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Input } from '../model';
import { useWords } from './words';

const control: Record<string, { type: string; inputMode: string }> = {
  EMAIL: { type: 'email', inputMode: 'email' },
  URL: { type: 'text', inputMode: 'url' },
  NUMBER: { type: 'text', inputMode: 'decimal' },
};

export interface FieldProps {
  input: Input;
  prefix: string; // of element ids
  value: string;
  problem: string;
  onChange: (value: string) => void;
}

function Control({ input, prefix, value, problem, onChange }: FieldProps): JSX.Element {
  const say = useWords();
  const id = prefix + input.id;
  const shared = {
    id,
    value,
    placeholder: input.placeholder,
    'aria-required': input.required !== false,
    'aria-invalid': problem !== '',
    'aria-describedby': `${input.subtitle ? `${id}-hint ` : ''}${problem ? `${id}-problem` : ''}`,
    onInput: (event: Event) => onChange((event.currentTarget as HTMLInputElement).value),
  };
  if (input.type === 'ENUM') {
    return (
      <select {...shared}>
        <option value="">{say('choose')}</option>
        {(input.options ?? []).map((option) => (
          <option value={option.value}>{option.label}</option>
        ))}
      </select>
    );
  }
  if (input.type === 'TEXTAREA_NO_VARS') return <textarea rows={4} {...shared} />;
  return (
    <input
      type="text"
      autocomplete="off"
      spellcheck={false}
      {...shared}
      {...control[input.type]}
    />
  );
}

function Password(props: FieldProps): JSX.Element {
  const say = useWords();
  const [isShown, setShown] = useState(false);
  const id = props.prefix + props.input.id;
  return (
    <span class="affixed">
      <input
        id={id}
        type={isShown ? 'text' : 'password'}
        autocomplete="off"
        spellcheck={false}
        value={props.value}
        placeholder={props.input.placeholder}
        aria-required={props.input.required !== false}
        aria-invalid={props.problem !== ''}
        aria-describedby={`${id}-hint ${id}-problem`}
        onInput={(event) => props.onChange(event.currentTarget.value)}
      />
      <button
        type="button"
        class="reveal"
        aria-pressed={isShown}
        aria-controls={id}
        onClick={() => setShown(!isShown)}
      >
        {say(isShown ? 'hide' : 'show')}
      </button>
    </span>
  );
}

export function Field(props: FieldProps): JSX.Element {
  const say = useWords();
  const { input, problem } = props;
  const id = props.prefix + input.id;
  const affixes = input.prefixLabel ?? input.suffixLabel;
  return (
    <div class={problem ? 'field wrong' : 'field'}>
      <label for={id}>
        {input.title}
        {input.required === false && <span class="quiet"> ({say('optional')})</span>}
      </label>
      {input.type === 'PASSWORD' ? (
        <Password {...props} />
      ) : affixes ? (
        <span class="affixed">
          {input.prefixLabel && <span class="affix">{input.prefixLabel}</span>}
          <Control {...props} />
          {input.suffixLabel && <span class="affix">{input.suffixLabel}</span>}
        </span>
      ) : (
        <Control {...props} />
      )}
      <p class="hint" id={`${id}-hint`}>
        {input.subtitle}
      </p>
      <p class="problem" id={`${id}-problem`}>
        {problem}
      </p>
    </div>
  );
}

export function Switch({ input, prefix, value, onChange }: FieldProps): JSX.Element {
  const id = prefix + input.id;
  return (
    <div class="field">
      <label class="switch" for={id}>
        <span>
          {input.title}
          {input.subtitle && <span class="hint">{input.subtitle}</span>}
        </span>
        <input
          id={id}
          type="checkbox"
          role="switch"
          checked={value === 'true'}
          onChange={(event) => onChange(String(event.currentTarget.checked))}
        />
      </label>
    </div>
  );
}

// Single and many-line text with a label, a hint and a problem beside it.
import { useState, type ReactNode } from 'react';
import { Button } from 'react-aria-components/Button';
import { FieldError } from 'react-aria-components/FieldError';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { Text } from 'react-aria-components/Text';
import { TextArea as AriaTextArea } from 'react-aria-components/TextArea';
import {
  TextField as AriaTextField,
  type TextFieldProps as AriaProps,
} from 'react-aria-components/TextField';
import { Icon } from './icon';
import './styles/field.css';

export interface FieldWords {
  label: string;
  hint?: ReactNode;
  // What is wrong with the value; shown in place of nothing, read out with the field.
  error?: string | undefined;
  isOptional?: boolean;
}

type Common = Omit<AriaProps, 'className' | 'children' | 'style' | 'isInvalid'> & FieldWords;

export interface TextFieldProps extends Common {
  placeholder?: string;
  // Shown inside the box, before and after what is typed: https:// … .example.com
  prefix?: string;
  suffix?: string;
  isMono?: boolean;
}

export function FieldLabel({ label, isOptional }: FieldWords) {
  return (
    <Label className="tn-label">
      {label}
      {isOptional ? <span className="tn-optional"> (optional)</span> : null}
    </Label>
  );
}

export function FieldNotes({ hint, error }: Pick<FieldWords, 'hint' | 'error'>) {
  return (
    <>
      {hint ? (
        <Text slot="description" className="tn-hint">
          {hint}
        </Text>
      ) : null}
      <FieldError className="tn-field-error">{error}</FieldError>
    </>
  );
}

export function TextField(props: TextFieldProps) {
  const {
    label,
    hint,
    error,
    isOptional = false,
    placeholder,
    prefix,
    suffix,
    isMono,
    ...rest
  } = props;
  return (
    <AriaTextField
      {...rest}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      className="tn-field"
    >
      <FieldLabel label={label} isOptional={isOptional} />
      <div className="tn-input-box">
        {prefix ? <span className="tn-affix">{prefix}</span> : null}
        <Input
          className={isMono ? 'tn-input tn-input-mono' : 'tn-input'}
          {...(placeholder ? { placeholder } : {})}
        />
        {suffix ? <span className="tn-affix">{suffix}</span> : null}
      </div>
      <FieldNotes hint={hint} error={error} />
    </AriaTextField>
  );
}

// A password that its owner may look at while typing.
export function PasswordField(props: Omit<TextFieldProps, 'type' | 'prefix' | 'suffix'>) {
  const { label, hint, error, isOptional = false, placeholder, isMono, ...rest } = props;
  const [isShown, setShown] = useState(false);
  return (
    <AriaTextField
      {...rest}
      type={isShown ? 'text' : 'password'}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      className="tn-field"
    >
      <FieldLabel label={label} isOptional={isOptional} />
      <div className="tn-input-box">
        <Input
          className={isMono ? 'tn-input tn-input-mono' : 'tn-input'}
          {...(placeholder ? { placeholder } : {})}
        />
        <Button
          slot={null}
          className="tn-input-button"
          aria-label={isShown ? `Hide ${label}` : `Show ${label}`}
          onPress={() => setShown(!isShown)}
        >
          <Icon name={isShown ? 'eyeOff' : 'eye'} size={18} />
        </Button>
      </div>
      <FieldNotes hint={hint} error={error} />
    </AriaTextField>
  );
}

export interface TextAreaProps extends Common {
  placeholder?: string;
  rows?: number;
  isMono?: boolean;
}

export function TextArea(props: TextAreaProps) {
  const { label, hint, error, isOptional = false, placeholder, rows = 4, isMono, ...rest } = props;
  return (
    <AriaTextField
      {...rest}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      className="tn-field"
    >
      <FieldLabel label={label} isOptional={isOptional} />
      <div className="tn-input-box">
        <AriaTextArea
          className={isMono ? 'tn-input tn-input-area tn-input-mono' : 'tn-input tn-input-area'}
          rows={rows}
          {...(placeholder ? { placeholder } : {})}
        />
      </div>
      <FieldNotes hint={hint} error={error} />
    </AriaTextField>
  );
}

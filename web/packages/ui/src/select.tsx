// One of a few choices (Select), and one of many, found by typing (ComboBox).
import type { ReactNode } from 'react';
import { Button } from 'react-aria-components/Button';
import { ComboBox as AriaComboBox } from 'react-aria-components/ComboBox';
import { Input } from 'react-aria-components/Input';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { Popover } from 'react-aria-components/Popover';
import { Select as AriaSelect, SelectValue } from 'react-aria-components/Select';
import { Icon } from './icon';
import './styles/field.css';
import './styles/popover.css';
import { FieldLabel, FieldNotes, type FieldWords } from './text-field';

export interface Choice {
  id: string;
  name: string;
  note?: string;
}

interface ChoiceProps extends FieldWords {
  choices: readonly Choice[];
  value: string | null;
  onChange: (id: string) => void;
  placeholder?: string;
  isDisabled?: boolean;
  // For a select in a table row, whose column says what it is.
  isLabelHidden?: boolean;
}

function Choices({ choices, empty }: { choices: readonly Choice[]; empty?: ReactNode }) {
  return (
    <Popover className="tn-popover" offset={4}>
      <ListBox
        className="tn-list"
        items={choices}
        {...(empty ? { renderEmptyState: () => empty } : {})}
      >
        {(choice) => (
          <ListBoxItem id={choice.id} textValue={choice.name} className="tn-list-item">
            {({ isSelected }) => (
              <>
                <span className="tn-list-item-text">
                  {choice.name}
                  {choice.note ? <span className="tn-list-item-note">{choice.note}</span> : null}
                </span>
                {isSelected ? <Icon name="check" size={16} /> : null}
              </>
            )}
          </ListBoxItem>
        )}
      </ListBox>
    </Popover>
  );
}

export function Select(props: ChoiceProps) {
  const {
    label,
    hint,
    error,
    isOptional = false,
    choices,
    value,
    onChange,
    placeholder,
    isLabelHidden,
  } = props;
  return (
    <AriaSelect
      className="tn-field"
      value={value}
      onChange={(key) => {
        if (key !== null) onChange(String(key));
      }}
      isDisabled={props.isDisabled ?? false}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      {...(placeholder ? { placeholder } : {})}
      {...(isLabelHidden ? { 'aria-label': label } : {})}
    >
      {isLabelHidden ? null : <FieldLabel label={label} isOptional={isOptional} />}
      <Button className="tn-input-box tn-select-button">
        <SelectValue className="tn-select-value">
          {({ selectedText, defaultChildren }) => selectedText ?? defaultChildren}
        </SelectValue>
        <Icon name="chevronDown" size={16} />
      </Button>
      <FieldNotes hint={hint} error={error} />
      <Choices choices={choices} />
    </AriaSelect>
  );
}

export interface ComboBoxProps extends ChoiceProps {
  // Also takes words that are no choice; they come as they were typed.
  allowsOwnWords?: boolean;
  inputValue?: string;
  onInputChange?: (text: string) => void;
}

export function ComboBox(props: ComboBoxProps) {
  const { label, hint, error, isOptional = false, choices, value, onChange, placeholder } = props;
  return (
    <AriaComboBox
      className="tn-field"
      defaultItems={choices}
      selectedKey={value}
      onSelectionChange={(key) => {
        if (key !== null) onChange(String(key));
      }}
      allowsCustomValue={props.allowsOwnWords ?? false}
      isDisabled={props.isDisabled ?? false}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      menuTrigger="focus"
      {...(props.inputValue === undefined ? {} : { inputValue: props.inputValue })}
      {...(props.onInputChange ? { onInputChange: props.onInputChange } : {})}
    >
      <FieldLabel label={label} isOptional={isOptional} />
      <div className="tn-input-box">
        <Input className="tn-input" {...(placeholder ? { placeholder } : {})} />
        <Button className="tn-input-button">
          <Icon name="chevronDown" size={16} />
        </Button>
      </div>
      <FieldNotes hint={hint} error={error} />
      <Choices
        choices={choices}
        empty={<p className="tn-hint tn-list-item">Nothing matches.</p>}
      />
    </AriaComboBox>
  );
}

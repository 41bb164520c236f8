// On or off: Switch for what takes effect at once, Checkbox for what is sent with a form. RadioCards: one of few, each
// with a sentence about when it is right.
import type { ReactNode } from 'react';
import { Checkbox as AriaCheckbox } from 'react-aria-components/Checkbox';
import { Label } from 'react-aria-components/Label';
import { Radio, RadioGroup } from 'react-aria-components/RadioGroup';
import { Switch as AriaSwitch } from 'react-aria-components/Switch';
import { Icon, type IconName } from './icon';
import './styles/toggle.css';

interface ToggleProps {
  children: ReactNode;
  hint?: ReactNode;
  isSelected: boolean;
  onChange: (isSelected: boolean) => void;
  isDisabled?: boolean;
}

export function Switch({ children, hint, ...rest }: ToggleProps) {
  return (
    <AriaSwitch {...rest} className="tn-toggle">
      <span className="tn-switch-track">
        <span className="tn-switch-thumb" />
      </span>
      <ToggleWords hint={hint}>{children}</ToggleWords>
    </AriaSwitch>
  );
}

export function Checkbox({ children, hint, ...rest }: ToggleProps) {
  return (
    <AriaCheckbox {...rest} className="tn-toggle">
      <span className="tn-checkbox-box">
        <Icon name="check" size={14} />
      </span>
      <ToggleWords hint={hint}>{children}</ToggleWords>
    </AriaCheckbox>
  );
}

function ToggleWords({ children, hint }: { children: ReactNode; hint?: ReactNode }) {
  return (
    <span>
      {children}
      {hint ? <span className="tn-hint tn-toggle-hint">{hint}</span> : null}
    </span>
  );
}

export interface RadioCard {
  id: string;
  name: string;
  text: string;
  icon?: IconName;
}

export interface RadioCardsProps {
  label: string;
  cards: readonly RadioCard[];
  value: string | null;
  onChange: (id: string) => void;
  isDisabled?: boolean;
}

export function RadioCards({
  label,
  cards,
  value,
  onChange,
  isDisabled = false,
}: RadioCardsProps) {
  return (
    <RadioGroup className="tn-cards" value={value} onChange={onChange} isDisabled={isDisabled}>
      <Label className="tn-label">{label}</Label>
      <div className="tn-cards-grid">
        {cards.map((card) => (
          <Radio key={card.id} value={card.id} className="tn-card-choice">
            {card.icon ? (
              <span className="tn-card-choice-icon">
                <Icon name={card.icon} />
              </span>
            ) : null}
            <span className="tn-card-choice-name">{card.name}</span>
            <span className="tn-card-choice-text">{card.text}</span>
          </Radio>
        ))}
      </div>
    </RadioGroup>
  );
}

// A box to look for things, with a button that empties it.
import { Button } from 'react-aria-components/Button';
import { Input } from 'react-aria-components/Input';
import { SearchField as AriaSearchField } from 'react-aria-components/SearchField';
import { Icon } from './icon';
import './styles/field.css';

export interface SearchFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  placeholder?: string;
}

export function SearchField({ label, value, onChange, placeholder }: SearchFieldProps) {
  return (
    <AriaSearchField
      aria-label={label}
      value={value}
      onChange={onChange}
      className="tn-field tn-search"
    >
      <div className="tn-input-box">
        <span className="tn-search-icon">
          <Icon name="search" size={18} />
        </span>
        <Input className="tn-input" placeholder={placeholder ?? label} />
        <Button className="tn-input-button tn-search-clear">
          <Icon name="close" size={16} />
        </Button>
      </div>
    </AriaSearchField>
  );
}

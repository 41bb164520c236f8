// Buttons, and the class by which a link looks like one.
import type { ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps as AriaProps } from 'react-aria-components/Button';
import { Icon, type IconName } from './icon';
import { Spinner } from './spinner';
import './styles/button.css';
import { Tooltip } from './tooltip';

export type ButtonVariant = 'primary' | 'secondary' | 'quiet' | 'danger';

// For links: <Link className={buttonClass('primary')} …>.
export function buttonClass(variant: ButtonVariant = 'secondary', size: 'm' | 's' = 'm'): string {
  return `tn-button tn-button-${variant} tn-button-size-${size}`;
}

export interface ButtonProps extends Omit<AriaProps, 'className' | 'children' | 'style'> {
  variant?: ButtonVariant;
  size?: 'm' | 's';
  icon?: IconName;
  children: ReactNode;
}

// While `isPending` it keeps its width and focus, and cannot be pressed. (The library's own pending state announces itself
// by pointing at an element that is gone soon after.)
export function Button(props: ButtonProps) {
  const { variant = 'secondary', size = 'm', icon, children, isPending = false, ...rest } = props;
  const held = isPending
    ? { type: 'button' as const, onPress: undefined, 'data-pending': true }
    : {};
  return (
    <AriaButton {...rest} {...held} className={buttonClass(variant, size)}>
      {icon ? <Icon name={icon} size={18} /> : null}
      <span className="tn-button-label">{children}</span>
      {isPending ? (
        <span className="tn-button-spinner">
          <Spinner label="Working" />
        </span>
      ) : null}
    </AriaButton>
  );
}

export interface IconButtonProps extends Omit<AriaProps, 'className' | 'children' | 'style'> {
  label: string;
  icon: IconName;
  size?: 'm' | 's';
  variant?: ButtonVariant;
}

// Its label is its accessible name and its tooltip.
export function IconButton({
  label,
  icon,
  size = 'm',
  variant = 'quiet',
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip text={label}>
      <AriaButton
        {...rest}
        aria-label={label}
        className={`${buttonClass(variant, size)} tn-button-square`}
      >
        <Icon name={icon} size={18} />
      </AriaButton>
    </Tooltip>
  );
}

// The components of our web apps. The behaviour of those with any comes from react-aria-components; the look is ours.
import './tokens.css';
import './styles/base.css';

export { Avatar, Badge } from './badge';
export { Button, IconButton, buttonClass, type ButtonVariant } from './button';
export { CodeBlock, CopyButton, CopyField, copyText } from './copy';
export { AlertDialog, Dialog, DialogActions } from './dialog';
export { Icon, type IconName } from './icon';
export { Menu, type MenuEntry } from './menu';
export { Notice, type Tone } from './notice';
export { Breadcrumbs, FormActions, Page, Section, Stack } from './page';
export { SearchField } from './search-field';
export { ComboBox, Select, type Choice } from './select';
export { Spinner } from './spinner';
export { EmptyState, ErrorState, Skeleton } from './states';
export { Pager, Table, usePaging, type Column, type Paging } from './table';
export { Tabs, type TabPart } from './tabs';
export {
  FieldLabel,
  FieldNotes,
  PasswordField,
  TextArea,
  TextField,
  type FieldWords,
} from './text-field';
export { applyTheme, chooseTheme, storedTheme, type Theme } from './theme';
export { relativeTime } from './relative';
export { RelativeTime, exactTime } from './time';
export { Toasts, showToast } from './toast';
export { Checkbox, RadioCards, Switch, type RadioCard } from './toggles';
export { Tooltip } from './tooltip';

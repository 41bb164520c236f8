// Asks for one name.
import { useState } from 'react';
import { Button, Dialog, DialogActions, Notice, TextField } from '@tenon/ui';

export interface NameDialogProps {
  title: string;
  label: string;
  hint: string;
  confirmLabel: string;
  isOpen: boolean;
  isPending: boolean;
  problem: string | undefined;
  onClose: () => void;
  onConfirm: (name: string) => void;
}

export function NameDialog(props: NameDialogProps) {
  return (
    <Dialog title={props.title} isOpen={props.isOpen} onClose={props.onClose}>
      <NameForm {...props} />
    </Dialog>
  );
}

function NameForm({
  label,
  hint,
  confirmLabel,
  isPending,
  problem,
  onClose,
  onConfirm,
}: NameDialogProps) {
  const [name, setName] = useState('');
  return (
    <form
      className="tn-dialog-body"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== '') onConfirm(name.trim());
      }}
    >
      <TextField
        label={label}
        hint={hint}
        value={name}
        onChange={setName}
        maxLength={100}
        autoFocus
        autoComplete="off"
      />
      {problem ? <Notice tone="bad">{problem}</Notice> : null}
      <DialogActions>
        <Button
          type="submit"
          variant="primary"
          isPending={isPending}
          isDisabled={name.trim() === ''}
        >
          {confirmLabel}
        </Button>
        <Button onPress={onClose}>Cancel</Button>
      </DialogActions>
    </form>
  );
}

// Windows over the page. Dialog for a small task; AlertDialog for a change that cannot be taken back, with a word to
// type where much is lost.
import { useState, type ReactNode } from 'react';
import { Dialog as AriaDialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { Button, IconButton } from './button';
import { Notice } from './notice';
import './styles/dialog.css';
import { TextField } from './text-field';

export interface DialogProps {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  children: ReactNode;
  width?: 'm' | 'l';
  // A dialog that only its own buttons close.
  mustAnswer?: boolean;
  role?: 'dialog' | 'alertdialog';
}

export function Dialog(props: DialogProps) {
  const {
    title,
    isOpen,
    onClose,
    children,
    width = 'm',
    mustAnswer = false,
    role = 'dialog',
  } = props;
  return (
    <ModalOverlay
      className="tn-scrim"
      isOpen={isOpen}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      isDismissable={!mustAnswer && role === 'dialog'}
      isKeyboardDismissDisabled={mustAnswer}
    >
      <Modal className={`tn-modal tn-modal-${width}`}>
        <AriaDialog className="tn-dialog" role={role}>
          <div className="tn-dialog-head">
            <Heading slot="title" level={2}>
              {title}
            </Heading>
            {mustAnswer ? null : (
              <IconButton label="Close" icon="close" size="s" onPress={onClose} />
            )}
          </div>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

// The row of buttons at a dialog's or form's end: the main one first in the code, last to the eye.
export function DialogActions({ children }: { children: ReactNode }) {
  return <div className="tn-dialog-actions">{children}</div>;
}

export interface AlertDialogProps {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  // Resolves when it is done; what it throws is shown, and the dialog stays.
  onConfirm: () => Promise<unknown>;
  confirmLabel: string;
  children: ReactNode;
  // To be typed before the button works.
  typedConfirmation?: string;
  isDangerous?: boolean;
}

export function AlertDialog(props: AlertDialogProps) {
  const { title, isOpen, onClose } = props;
  return (
    <Dialog title={title} isOpen={isOpen} onClose={onClose} role="alertdialog">
      <AlertDialogBody {...props} />
    </Dialog>
  );
}

function AlertDialogBody(props: AlertDialogProps) {
  const {
    onClose,
    onConfirm,
    confirmLabel,
    children,
    typedConfirmation,
    isDangerous = true,
  } = props;
  const [typed, setTyped] = useState('');
  const [isPending, setPending] = useState(false);
  const [problem, setProblem] = useState<string>();
  const isReady = typedConfirmation === undefined || typed.trim() === typedConfirmation;

  async function confirm() {
    if (!isReady || isPending) return;
    setPending(true);
    setProblem(undefined);
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setPending(false);
    }
  }

  return (
    <form
      className="tn-dialog-body"
      onSubmit={(event) => {
        event.preventDefault();
        void confirm();
      }}
    >
      <div className="tn-dialog-text">{children}</div>
      {typedConfirmation === undefined ? null : (
        <TextField
          label={`Type ${typedConfirmation} to confirm`}
          value={typed}
          onChange={setTyped}
          autoComplete="off"
          spellCheck="false"
          autoFocus
        />
      )}
      {problem ? <Notice tone="bad">{problem}</Notice> : null}
      <DialogActions>
        <Button
          type="submit"
          variant={isDangerous ? 'danger' : 'primary'}
          isPending={isPending}
          isDisabled={!isReady}
        >
          {confirmLabel}
        </Button>
        <Button variant="secondary" onPress={onClose} autoFocus={typedConfirmation === undefined}>
          Cancel
        </Button>
      </DialogActions>
    </form>
  );
}

// Sets a secret's value, under a new name or the one it has.
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import {
  Button,
  Dialog,
  DialogActions,
  Notice,
  PasswordField,
  TextField,
  showToast,
} from '@tenon/ui';
import { api, queryClient } from '../../shared/api';
import { asSecretName, isSecretName } from './secret-name';

export interface SecretDialogProps {
  projectId: string;
  // Empty for a new one.
  name: string;
  onClose: () => void;
}

export function SecretDialog(props: SecretDialogProps) {
  return (
    <Dialog
      title={props.name === '' ? 'Add a secret' : `Replace ${props.name}`}
      isOpen
      onClose={props.onClose}
    >
      <SecretForm {...props} />
    </Dialog>
  );
}

function SecretForm({ projectId, name: given, onClose }: SecretDialogProps) {
  const [name, setName] = useState(given);
  const [value, setValue] = useState('');
  const put = useMutation({
    mutationFn: () =>
      api.put('/api/v1/projects/{projectId}/secrets/{secretName}', {
        path: { projectId, secretName: name },
        body: { value },
      }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['secrets', projectId] });
      showToast({ text: given === '' ? `${name} is set.` : `${name} has its new value.` });
      onClose();
    },
  });
  const isReady = isSecretName(name) && value !== '';
  return (
    <form
      className="tn-dialog-body"
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) put.mutate();
      }}
    >
      {given === '' ? (
        <TextField
          label="Name"
          hint="Capital letters, digits and underscores, beginning with a letter."
          value={name}
          onChange={(text) => setName(asSecretName(text))}
          error={name !== '' && !isSecretName(name) ? 'Begin with a letter.' : undefined}
          maxLength={64}
          isMono
          autoFocus
          autoComplete="off"
          spellCheck="false"
        />
      ) : null}
      <PasswordField
        label="Value"
        hint={given === '' ? undefined : 'Integrations that name it use the new value at once.'}
        value={value}
        onChange={setValue}
        maxLength={65_536}
        autoFocus={given !== ''}
        autoComplete="off"
        isMono
      />
      {put.error ? <Notice tone="bad">{put.error.message}</Notice> : null}
      <DialogActions>
        <Button type="submit" variant="primary" isPending={put.isPending} isDisabled={!isReady}>
          {given === '' ? 'Add secret' : 'Replace value'}
        </Button>
        <Button onPress={onClose}>Cancel</Button>
      </DialogActions>
    </form>
  );
}

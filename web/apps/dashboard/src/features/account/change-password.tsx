// Changes the account's password.
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Button, FormActions, Notice, PasswordField, showToast } from '@tenon/ui';
import { api, queryClient } from '../../shared/api';

const passwordLengthMin = 10;

export function ChangePassword() {
  const [current, setCurrent] = useState('');
  const [wanted, setWanted] = useState('');
  const [isSubmitted, setSubmitted] = useState(false);
  const isShort = [...wanted].length < passwordLengthMin;
  const change = useMutation({
    mutationFn: () =>
      api.post('/api/v1/account/password', {
        body: { currentPassword: current, newPassword: wanted },
      }),
    onSuccess: () => {
      setCurrent('');
      setWanted('');
      setSubmitted(false);
      showToast({ text: 'Your password is changed.' });
      return queryClient.invalidateQueries({ queryKey: ['sessions'] });
    },
  });
  return (
    <form
      className="tn-stack"
      onSubmit={(event) => {
        event.preventDefault();
        setSubmitted(true);
        if (current !== '' && !isShort) change.mutate();
      }}
    >
      <PasswordField
        label="Current password"
        value={current}
        onChange={setCurrent}
        error={isSubmitted && current === '' ? 'Enter your current password.' : undefined}
        autoComplete="current-password"
      />
      <PasswordField
        label="New password"
        hint="At least 10 characters. A few unrelated words are easy to remember and hard to guess."
        value={wanted}
        onChange={setWanted}
        error={isSubmitted && isShort ? 'The password needs at least 10 characters.' : undefined}
        autoComplete="new-password"
        maxLength={512}
      />
      {change.error ? <Notice tone="bad">{change.error.message}</Notice> : null}
      <FormActions>
        <Button type="submit" variant="primary" isPending={change.isPending}>
          Change password
        </Button>
      </FormActions>
    </form>
  );
}

// A connected account: who it is, whether it still works, its settings, and the way out.
import type { JSX } from 'preact';
import type { Controller, View } from '../controller';
import { type Account, fieldsOf, type HostState, type Input, labelOf, settingsOf } from '../model';
import { Form } from './form';
import { useWords } from './words';

interface Props {
  account: Account;
  accounts: Account[];
  state: HostState;
  view: View;
  controller: Controller;
}

export function labelAt(account: Account, accounts: Account[], numbered: (n: number) => string) {
  return labelOf(account) || numbered(accounts.indexOf(account) + 1);
}

function Accounts({ account, accounts, controller }: Props): JSX.Element {
  const say = useWords();
  return (
    <fieldset class="accounts">
      <legend>{say('accounts')}</legend>
      {accounts.map((one) => (
        <label key={one.id} class={one.status === 'VALID' ? '' : 'invalid'}>
          <input
            type="radio"
            name="account"
            checked={one.id === account.id}
            onChange={() => controller.pick(one)}
          />
          <span>{labelAt(one, accounts, (number) => say('account', { number }))}</span>
          {one.status !== 'VALID' && <span class="badge">{say('reconnect')}</span>}
        </label>
      ))}
    </fieldset>
  );
}

const asText = (value: unknown): string =>
  value === undefined || value === null ? '' : String(value);

function typed(inputs: Input[], values: Record<string, string>): Record<string, unknown> {
  return Object.fromEntries(
    inputs.map(({ id, type }) => {
      const value = values[id] ?? '';
      if (type === 'SWITCH') return [id, value === 'true'];
      return [id, type === 'NUMBER' && value !== '' ? Number(value) : value];
    }),
  );
}

function Settings({ account, state, view, controller }: Props): JSX.Element | null {
  const say = useWords();
  const inputs = (state.modal.config?.sharedMeta?.inputs ?? []).filter((input) => !input.hidden);
  if (inputs.length === 0) return null;
  const stored = settingsOf(account);
  const initial = inputs.map((i) => [i.id, asText(stored[i.id] ?? i.defaultValue)]);
  return (
    <section>
      <h3>{say('settings')}</h3>
      <Form
        key={account.id}
        inputs={inputs}
        initial={Object.fromEntries(initial)}
        problems={[]}
        isBusy={view.isBusy}
        submit={say('save')}
        onSubmit={(values) => void controller.saveSettings(account, typed(inputs, values))}
      />
    </section>
  );
}

export function AccountView(props: Props): JSX.Element {
  const say = useWords();
  const { account, accounts, state, controller } = props;
  const { integration, apiInstallationOptions } = state.modal;
  const needsForm = integration ? fieldsOf(integration).length > 0 : false;
  const label = labelAt(account, accounts, () => '');
  const isValid = account.status === 'VALID';
  return (
    <>
      {accounts.length > 1 && <Accounts {...props} />}
      {isValid ? (
        <p class="status">
          <span class="dot" aria-hidden="true" />
          {label ? say('connectedAs', { account: label }) : say('connected')}
        </p>
      ) : (
        <div class="box warning">
          <strong>{say('needsReconnect')}</strong>
          <p>{say('needsReconnectWords')}</p>
          {account.invalidReason && <p>{say('reason', { reason: account.invalidReason })}</p>}
          <div class="buttons">
            <button
              class="primary"
              type="button"
              onClick={() => controller.begin(account, needsForm)}
            >
              {say('reconnect')}
            </button>
          </div>
        </div>
      )}
      {isValid && <Settings {...props} />}
      <div class="buttons end">
        {apiInstallationOptions?.allowMultipleCredentials && (
          <button type="button" onClick={() => controller.begin(undefined, needsForm)}>
            {say('addAccount')}
          </button>
        )}
        <button class="danger" type="button" onClick={() => controller.show('disconnect')}>
          {say('disconnect')}
        </button>
      </div>
    </>
  );
}

export function DisconnectView({ account, accounts, view, controller }: Props): JSX.Element {
  const say = useWords();
  const label = labelAt(account, accounts, () => controller.name());
  return (
    <div class="flow" role="alertdialog" aria-labelledby="ask" aria-describedby="ask-words">
      <h3 id="ask">{say('disconnectTitle', { account: label })}</h3>
      <p id="ask-words">{say('disconnectWords')}</p>
      <div class="buttons">
        <button
          class="danger solid"
          type="button"
          aria-disabled={view.isBusy}
          onClick={() => void controller.disconnect(account)}
        >
          {view.isBusy ? say('working') : say('disconnect')}
        </button>
        <button type="button" onClick={() => controller.show('home')}>
          {say('cancel')}
        </button>
      </div>
    </div>
  );
}

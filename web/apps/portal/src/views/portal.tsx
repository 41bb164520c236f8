// The whole portal: overlay, card, header, and the screen of the moment. Keyboard focus stays inside.
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Controller } from '../controller';
import { Markdown } from '../markdown';
import { accountsOf, fieldsOf, type HostState, type Integration, nameOf } from '../model';
import { AccountView, DisconnectView } from './account';
import { FlowView } from './flow';
import { Form } from './form';
import { TroubleBox } from './trouble';
import { useWords } from './words';

interface Props {
  controller: Controller;
  state: HostState;
  integration: Integration;
}

function Header({ controller, state, integration }: Props): JSX.Element {
  const say = useWords();
  const icon = integration.customIntegration?.icon;
  return (
    <header>
      {icon && <img src={icon} alt="" width="48" height="48" />}
      <div>
        <h2 id="title">{nameOf(integration)}</h2>
        <p>{state.modal.config?.description}</p>
      </div>
      <button
        class="close"
        type="button"
        aria-label={say('close')}
        onClick={() => controller.close()}
      >
        <span aria-hidden="true">×</span>
      </button>
    </header>
  );
}

function ConnectForm({ controller, integration }: Props): JSX.Element {
  const say = useWords();
  const { view } = controller;
  const inputs = fieldsOf(integration);
  const isOauth = integration.authenticationType === 'oauth';
  return (
    <>
      <h3>{view.renewed ? say('needsReconnect') : say('connect')}</h3>
      <Form
        inputs={inputs}
        initial={Object.fromEntries(inputs.map((i) => [i.id, i.defaultValue ?? '']))}
        problems={view.trouble?.problems ?? []}
        isBusy={view.isBusy}
        submit={isOauth ? say('continue') : say(view.renewed ? 'reconnect' : 'connectButton')}
        onSubmit={(values) => controller.submit(values)}
      >
        {view.screen === 'form' && (
          <button type="button" onClick={() => controller.show('home')}>
            {say('cancel')}
          </button>
        )}
      </Form>
      <p class="hint">{say('privacy')}</p>
    </>
  );
}

// Where there is nothing to read first, the form is there at once.
function Connect(props: Props): JSX.Element {
  const say = useWords();
  const { controller, state, integration } = props;
  const needsForm = fieldsOf(integration).length > 0;
  if (needsForm && !state.modal.config?.overview) return <ConnectForm {...props} />;
  return (
    <div class="buttons">
      <button
        class="primary wide"
        type="button"
        onClick={() => controller.begin(undefined, needsForm)}
      >
        {say('connect')}
      </button>
    </div>
  );
}

function Body(props: Props): JSX.Element {
  const { controller, state } = props;
  const { view } = controller;
  const accounts = accountsOf(state);
  const { account } = view;
  const shared = { account, accounts, state, view, controller };
  if (view.screen === 'flow' && view.flow) {
    return <FlowView flow={view.flow} controller={controller} />;
  }
  if (view.screen === 'form') return <ConnectForm {...props} />;
  if (view.screen === 'disconnect' && account)
    return <DisconnectView {...shared} account={account} />;
  const overview = state.modal.config?.overview;
  if (account) {
    return (
      <>
        <AccountView {...shared} account={account} />
        {overview && (
          <section>
            <Markdown text={overview} />
          </section>
        )}
      </>
    );
  }
  return (
    <>
      {overview && <Markdown text={overview} />}
      <Connect {...props} />
    </>
  );
}

// Tab goes round inside the card, as in every modal dialog.
function keepFocus(card: HTMLElement, event: KeyboardEvent): void {
  const all = card.querySelectorAll<HTMLElement>('button, input, select, textarea, a[href]');
  const [first, last] = [all[0], all[all.length - 1]];
  const leaves = event.shiftKey ? first : last;
  if (event.key !== 'Tab' || document.activeElement !== leaves) return;
  event.preventDefault();
  (event.shiftKey ? last : first)?.focus();
}

export function Portal(props: Props): JSX.Element {
  const say = useWords();
  const { controller, state } = props;
  const { view } = controller;
  const card = useRef<HTMLDivElement>(null);
  useEffect(() => {
    card.current?.focus();
  }, [view.screen, view.flow?.name]);
  const showsTrouble = view.trouble && view.trouble.problems.length === 0;
  return (
    <div class="overlay">
      <div
        ref={card}
        class="card"
        role="dialog"
        aria-modal="true"
        aria-labelledby="title"
        tabIndex={-1}
        onKeyDown={(event) => {
          if (event.key === 'Escape') controller.close();
          if (card.current) keepFocus(card.current, event);
        }}
      >
        <Header {...props} />
        <main>
          {showsTrouble && view.trouble && <TroubleBox trouble={view.trouble} />}
          <div aria-live="polite">
            {view.notice && <p class="box notice">{say(view.notice)}</p>}
          </div>
          <Body {...props} />
        </main>
        {state.modal.config?.paragonLink !== false && <footer>{say('poweredBy')}</footer>}
      </div>
    </div>
  );
}

// While the user is at the provider's page, in another window.
import type { JSX } from 'preact';
import type { Controller } from '../controller';
import type { FlowState } from '../popup-flow';
import { useWords } from './words';

interface Props {
  flow: FlowState;
  controller: Controller;
}

function Blocked({ controller, cancel }: { controller: Controller; cancel: JSX.Element }) {
  const say = useWords();
  return (
    <>
      <h3>{say('blockedTitle')}</h3>
      <p>{say('blockedWords')}</p>
      <div class="buttons">
        <button class="primary" type="button" onClick={() => controller.reopenWindow()}>
          {say('openWindow')}
        </button>
        <button type="button" onClick={() => void controller.continueHere()}>
          {say('continueHere')}
        </button>
        {cancel}
      </div>
      <p class="hint">{say('continueHereWords')}</p>
    </>
  );
}

export function FlowView({ flow, controller }: Props): JSX.Element {
  const say = useWords();
  const cancel = (
    <button type="button" onClick={() => controller.show('home')}>
      {say('cancel')}
    </button>
  );
  if (flow.name === 'blocked') {
    return (
      <div class="flow" role="status">
        <Blocked controller={controller} cancel={cancel} />
      </div>
    );
  }
  if (flow.name === 'closed') {
    return (
      <div class="flow" role="status">
        <h3>{say('closedTitle')}</h3>
        <p>{say('closedWords')}</p>
        <div class="buttons">
          <button class="primary" type="button" onClick={() => controller.tryAgain()}>
            {say('tryAgain')}
          </button>
          {cancel}
        </div>
      </div>
    );
  }
  const isWaiting = flow.name === 'waiting';
  return (
    <div class="flow" role="status">
      <div class="spinner" aria-hidden="true" />
      <h3>{isWaiting ? say('waitingTitle') : say('finishing')}</h3>
      {isWaiting && <p>{say('waitingWords')}</p>}
      {isWaiting && (
        <div class="buttons">
          <button type="button" onClick={() => controller.reopenWindow()}>
            {say('openAgain')}
          </button>
          {cancel}
        </div>
      )}
    </div>
  );
}

// Starts the portal: draws whatever the controller holds, in the language and colours that the
// framing page, the integration or the device ask for.
import { render } from 'preact';
import { Controller } from './controller';
import { chooseLanguage } from './texts';
import { accentVariables, chooseTheme } from './theme';
import { Portal } from './views/portal';
import { sayer, Words } from './views/words';
import './styles.css';

const root = document.getElementById('portal') as HTMLElement;
const darkDevice = window.matchMedia('(prefers-color-scheme: dark)');
const controller = new Controller();

function draw(): void {
  const { state, isOpen } = controller;
  const integration = state?.modal.integration;
  if (!state || !isOpen || !integration) return render(null, root);
  const config = state.modal.config ?? {};
  const theme = chooseTheme(state.context.theme ?? config.theme, darkDevice.matches);
  const language = chooseLanguage(state.context.language);
  document.documentElement.lang = language;
  root.dataset.theme = theme;
  const accent = accentVariables(config.accentColor || integration.brandColor, theme);
  for (const [name, value] of Object.entries(accent)) root.style.setProperty(name, value);
  const say = sayer(language, {
    name: controller.name(),
    project: controller.view.projectName,
  });
  render(
    <Words.Provider value={say}>
      <Portal controller={controller} state={state} integration={integration} />
    </Words.Provider>,
    root,
  );
}

controller.onChange = draw;
darkDevice.addEventListener('change', draw);

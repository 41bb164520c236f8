// The set-up page's end: three lines for a terminal, and the way into the dashboard.
import { Link } from '@tanstack/react-router';
import { CodeBlock, Notice, buttonClass } from '@tenon/ui';
import { WelcomeFrame } from './welcome-frame';

export function SetupDone({ projectId, apiKey }: { projectId: string; apiKey: string }) {
  const lines = [
    `export TENON_SERVER=${window.location.origin}`,
    `export TENON_PROJECT=${projectId}`,
    `export TENON_API_KEY=${apiKey}`,
  ].join('\n');
  return (
    <WelcomeFrame
      title="Tenon is set up"
      lead="You are signed in on this browser, and your project has its first API key."
      width="l"
    >
      <ol className="welcome-steps">
        <li>
          <h2>Keep the API key</h2>
          <p className="tn-quiet">
            For the command line and your servers. The key is shown this once: Tenon keeps only a
            fingerprint of it.
          </p>
          <CodeBlock code={lines} label="lines for a terminal" />
        </li>
        <li>
          <h2>Build your first integration</h2>
          <p className="tn-quiet">
            In the browser, step by step. Or write it as YAML and apply it: the README walks
            through that in ten minutes, without an outside account.
          </p>
          <div>
            <Link
              to="/p/$projectId/integrations"
              params={{ projectId }}
              className={buttonClass('primary')}
            >
              Open the dashboard
            </Link>
          </div>
        </li>
      </ol>
      <Notice tone="warn">
        Leaving this page forgets the key. Make another any time under Settings.
      </Notice>
    </WelcomeFrame>
  );
}

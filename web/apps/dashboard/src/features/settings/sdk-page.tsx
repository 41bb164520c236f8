// Everything a product needs to act for its users: the project's id, signing keys, a token to try things out.
import { CodeBlock, CopyField, Page, Section } from '@tenon/ui';
import { useProjectId } from '../../shared/use-project';
import { SigningKeys } from './signing-keys';
import { TryOutToken } from './try-out-token';

export function SdkPage() {
  const projectId = useProjectId();
  return (
    <Page
      title="SDK setup"
      lead="Your server signs a user token for each of its users; with it your product connects accounts and calls providers."
    >
      <title>SDK setup · Tenon</title>
      <Section title="Project">
        <CopyField label="Project id" value={projectId} />
        <CopyField label="Server" value={window.location.origin} />
      </Section>
      <SigningKeys projectId={projectId} />
      <Section
        title="Sign a user token"
        text="On your server, with the private key and any library for RS256. This is Node with jose."
      >
        <CodeBlock label="signing example" code={signingExample} />
      </Section>
      <TryOutToken projectId={projectId} />
    </Page>
  );
}

const signingExample = `import { SignJWT, importPKCS8 } from 'jose';

const key = await importPKCS8(process.env.TENON_SIGNING_KEY, 'RS256');
const token = await new SignJWT({})
  .setProtectedHeader({ alg: 'RS256' })
  .setSubject(user.id)          // your id of the user
  .setIssuedAt()
  .setExpirationTime('1h')
  .sign(key);`;

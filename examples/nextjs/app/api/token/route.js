// Signs a token for whoever is signed in to your product.
import { signUserToken } from '@tenon/connect/server';

export const dynamic = 'force-dynamic';

export function GET() {
  const { TENON_URL, TENON_PROJECT, TENON_SIGNING_KEY } = process.env;
  const userId = 'alice'; // the user of your session
  const token = signUserToken({ projectId: TENON_PROJECT, privateKey: TENON_SIGNING_KEY, userId });
  return Response.json({ host: TENON_URL, projectId: TENON_PROJECT, token });
}

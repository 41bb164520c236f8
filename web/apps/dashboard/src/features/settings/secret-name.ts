// Names of environment secrets (projects/api.yaml: SecretName).
export function isSecretName(name: string): boolean {
  return /^[A-Z][A-Z0-9_]{0,63}$/.test(name);
}

// What somebody types, as such a name: "crm client-id" becomes CRM_CLIENT_ID.
export function asSecretName(text: string): string {
  return text
    .toUpperCase()
    .replace(/[\s.-]+/g, '_')
    .replace(/[^A-Z0-9_]/g, '')
    .slice(0, 64);
}

// What the set-up form and other forms that choose a password ask for (accounts/api.yaml: NewPassword, EmailAddress).
export interface SetupWords {
  email: string;
  password: string;
  projectName: string;
}

export type SetupProblems = Partial<Record<keyof SetupWords, string>>;

export function problemsOfSetup({ email, password, projectName }: SetupWords): SetupProblems {
  const problems: SetupProblems = {};
  if (!/^[^\s@]+@[^\s@]+$/.test(email.trim())) problems.email = 'Enter an e-mail address.';
  if ([...password].length < 10) problems.password = 'The password needs at least 10 characters.';
  if (projectName.trim() === '') problems.projectName = 'Give the project a name.';
  return problems;
}

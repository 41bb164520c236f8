// Every text of the portal. One file a language fills this in; names of providers stand in braces.
export interface Texts {
  connect: string; // Connect {name}
  connectButton: string;
  reconnect: string;
  continue: string;
  cancel: string;
  close: string;
  back: string;
  save: string;
  saved: string;
  show: string;
  hide: string;
  optional: string;
  choose: string;
  required: string; // {field} is required.
  notEmail: string;
  notAddress: string;
  notNumber: string;
  wrongForm: string; // {field} does not have the expected form.
  connected: string;
  connectedAs: string; // Connected as {account}
  connectedNow: string; // {name} is connected.
  accounts: string;
  account: string; // Account {number}
  addAccount: string;
  disconnect: string;
  disconnectTitle: string; // Disconnect {account}?
  disconnectWords: string;
  disconnected: string; // {name} is disconnected.
  overview: string;
  settings: string;
  workflows: string;
  needsReconnect: string;
  needsReconnectWords: string; // {name} no longer accepts this connection. …
  reason: string; // Reason: {reason}
  waitingTitle: string; // Continue in the window of {name}
  waitingWords: string;
  openAgain: string;
  finishing: string;
  blockedTitle: string;
  blockedWords: string;
  openWindow: string; // Open {name}
  continueHere: string;
  continueHereWords: string;
  closedTitle: string;
  closedWords: string;
  tryAgain: string;
  failedTitle: string; // {name} was not connected
  denied: string; // You did not allow access at {name}. …
  expired: string;
  refused: string; // The answer came back in another browser …
  unreachable: string;
  askSupport: string;
  signInTitle: string;
  signInWords: string;
  working: string;
  poweredBy: string;
  privacy: string; // Your access data stays encrypted with {project}.
}

// The script tag's form, <script src="https://tenon.example.com/sdk/tenon.js">: sets window.tenon and
// window.paragon, with the server that the script came from as the one to talk to.
import { RequestError, tenon, TenonConnect, TenonError } from './index.js';

const { currentScript } = document;
if (currentScript instanceof HTMLScriptElement && currentScript.src) {
  tenon.configureGlobal({ host: new URL(currentScript.src).origin });
}
Object.assign(window, { tenon, paragon: tenon, TenonConnect, TenonError, RequestError });

// @tenon/connect in the browser: `tenon`, also under the name `paragon` for products that move over.
import { TenonConnect } from './client.js';

export { TenonConnect } from './client.js';
export { InstallFlow } from './install-flow.js';
export { RequestError, TenonError } from './errors.js';
export type * from './types.js';

export const tenon = new TenonConnect();
export const paragon = tenon;

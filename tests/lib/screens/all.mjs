// Every screen and state of the web apps. A feature with many has its own list.
import { platformScreens } from './platform.mjs';

export const allScreens = [...platformScreens];

/** Functions over HTML as it is found on the web. */

export { links } from './links';
export { to_text } from './to-text';

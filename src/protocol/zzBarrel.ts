export { x } from './errors.ts';

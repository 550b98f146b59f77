import type { Handlers, Method, MethodTable } from '../protocol/contract.ts';
import { DffmpegError } from '../protocol/errors.ts';

/** Handlers of which the caller reaches those alone that its role may call. */
export function guarded<T extends MethodTable>(
  methods: T,
  handlers: Handlers<T>,
  mayCall: (method: Method) => boolean,
): Handlers<T> {
  const entries = Object.entries(methods).map(([name, method]) => [
    name,
    mayCall(method) ? handlers[name] : () => Promise.reject(forbidden(name)),
  ]);
  return Object.fromEntries(entries) as Handlers<T>;
}

function forbidden(name: string): DffmpegError {
  return new DffmpegError('forbidden', `This identity may not ask for ${name}.`, {
    hint: 'Ask whoever runs the coordinator for an identity with another role.',
  });
}

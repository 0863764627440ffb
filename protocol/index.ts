/** `tabcached/protocol`: everything that crosses a boundary. Pure; for those who write a backend, an observer or a test. */
export * from './backend.ts';
export * from './daemon-api.ts';
export * from './error-catalogue.ts';
export * from './errors.ts';
export * from './flight.ts';
export * from './inspect.ts';
export * from './limits.ts';
export * from './media-calls.ts';
export * from './media.ts';
export * from './metrics.ts';
export * from './names.ts';
export * from './outbox.ts';
export * from './records.ts';
export * from './sign-out.ts';
export * from './tabs.ts';
export * from './updates.ts';
export * from './views.ts';

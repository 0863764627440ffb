/** Whether storage refused because there is no space left. Evicting may help then, and repeating alone does not. */
export function isQuotaError(thrown: unknown): boolean {
  const { name, message, cause } = (thrown ?? {}) as { readonly name?: unknown; readonly message?: unknown; readonly cause?: unknown };
  if (name === 'QuotaExceededError') return true;
  if (typeof message === 'string' && message.startsWith('QuotaExceededError')) return true;
  return cause === undefined ? false : isQuotaError(cause);
}

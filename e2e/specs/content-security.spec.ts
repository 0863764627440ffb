import { expect, test } from '../fixtures/test.ts';

test('the strict Content-Security-Policy is never violated', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const violations: string[] = [];
  desk.context.on('console', (message) => {
    if (message.type() === 'error') violations.push(message.text());
  });
  desk.context.on('weberror', (error) => violations.push(String(error.error())));
  await desk.context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      throw new Error(`${violatedDirective} blocked ${blockedURI}`);
    });
  });
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await tab.isLive();
  await tab.send('under the policy');
  await expect(tab.articleWith('under the policy')).toHaveAttribute('data-status', 'sent');
  await tab.page.emulateMedia({ colorScheme: 'dark' });
  await tab.page.reload();
  await expect(tab.articleWith('under the policy')).toHaveCount(1);
  expect(violations).toEqual([]);

  const answer = await tab.page.request.get(`${desk.proxy.origin}/`);
  const policy = answer.headers()['content-security-policy'] ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain('unsafe');
});

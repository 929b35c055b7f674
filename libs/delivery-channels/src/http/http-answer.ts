import { DeliveryError } from '../delivery-error';
import { quoted } from '../foreign-text';
import type { HttpAnswer } from './guarded-client';
import { retryAfterSeconds } from './retry-after';

/**
 * What an answer's status means; null for success, which is 2xx only. `who` names the server, `secrets` must not be quoted.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-15
 */
export function refusalOf(
  answer: HttpAnswer,
  { who, now, secrets }: { readonly who: string; readonly now: Date; readonly secrets: readonly string[] },
): DeliveryError | null {
  const { status } = answer;
  if (status >= 200 && status < 300) return null;
  const said = quoted(answer.body, secrets);
  const permanent = (code: DeliveryError['code'], sentence: string): DeliveryError =>
    new DeliveryError(code, `${sentence} (status ${status})${said}.`, false);
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const message = `${who} could not take the delivery now (status ${status})${said}.`;
    return new DeliveryError('delivery.busy', message, true, retryAfterSeconds(answer.retryAfter, now));
  }
  // Where it leads to is not told: that address may hold a secret.
  if (status >= 300 && status < 400) {
    return new DeliveryError(
      'delivery.refused',
      `${who} answers with a redirect (status ${status}), which deliveries do not follow: give the address that it leads to.`,
      false,
    );
  }
  switch (status) {
    case 401:
    case 403:
    case 407:
      return permanent('delivery.sign_in_refused', `${who} does not accept the sign-in`);
    case 404:
    case 410:
      return permanent('delivery.destination_missing', `Nothing takes deliveries at this address of ${who}`);
    case 413:
      return permanent('delivery.too_large', `${who} takes no delivery of this size`);
    default:
      return permanent('delivery.refused', `${who} refused the delivery`);
  }
}

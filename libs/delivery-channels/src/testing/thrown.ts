import { DeliveryError } from '../delivery-error';

/** The error that an action throws; null if it throws none. */
export function thrownBy(action: () => unknown): DeliveryError | null {
  try {
    action();
    return null;
  } catch (error) {
    if (error instanceof DeliveryError) return error;
    throw error;
  }
}

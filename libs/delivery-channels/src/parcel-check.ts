import type { Parcel } from './delivery-channel';
import { DeliveryError } from './delivery-error';

const ID = /^[A-Za-z0-9_-]{1,64}$/;
const EVENT = /^[a-z][a-z0-9_.]{0,63}$/;
/** RFC 9110, 8.3.1, with parameters that are tokens. */
const TOKEN = "[A-Za-z0-9!#$%&'*+.^_`|~-]+";
const MEDIA_TYPE = new RegExp(`^${TOKEN}/${TOKEN}(; ?${TOKEN}=${TOKEN})*$`);

/**
 * What becomes part of headers and of names of temporary files must be plain, whoever made the parcel.
 * @throws DeliveryError `delivery.name_invalid`
 */
export function checkParcel({ deliveryId, jobId, event, files }: Parcel): void {
  if (!ID.test(deliveryId) || !ID.test(jobId) || !EVENT.test(event))
    throw invalid('The delivery, its job or its event has an invalid name.');
  if (files.some(({ mediaType }) => !MEDIA_TYPE.test(mediaType))) throw invalid('A file has no valid media type.');
}

const invalid = (message: string): DeliveryError => new DeliveryError('delivery.name_invalid', message, false);

/** Why a delivery cannot even be tried; the codes stand in docs/concepts/deliveries.md. */
export class Undeliverable extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'Undeliverable';
  }
}

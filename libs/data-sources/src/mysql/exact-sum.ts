/** As the server writes a number: `-12.50`, `1e300`. */
const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:e([-+]?\d+))?$/i;

/** Adds up decimal numbers without a loss, NULLs left out. */
export class ExactSum {
  /** In units of 10 to the power of minus `scale`. */
  private units = 0n;
  private scale = 0;
  private isEmpty = true;

  /** @throws RangeError for a text that is no number */
  add(number: string | null): void {
    if (number === null) return;
    const [, sign = '', whole = '', fraction = '', exponent = '0'] = NUMBER.exec(number) ?? [];
    if (whole === '') throw new RangeError('What is to be summed up is no number.');
    const scale = fraction.length - Number(exponent);
    if (scale > this.scale) {
      this.units *= 10n ** BigInt(scale - this.scale);
      this.scale = scale;
    }
    this.units += BigInt(sign + whole + fraction) * 10n ** BigInt(this.scale - scale);
    this.isEmpty = false;
  }

  /**
   * Null if there was no number.
   *
   * @param mostScale digits after the point at most; it is rounded to them, half away from zero
   */
  total(mostScale: number): string | null {
    if (this.isEmpty) return null;
    const scale = Math.min(this.scale, mostScale);
    const magnitude = this.units < 0n ? -this.units : this.units;
    const cut = 10n ** BigInt(this.scale - scale);
    const digits = String((magnitude + cut / 2n) / cut).padStart(scale + 1, '0');
    const sign = this.units < 0n ? '-' : '';
    return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  }
}

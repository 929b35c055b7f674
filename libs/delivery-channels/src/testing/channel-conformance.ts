import { inspect } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { DeliveryChannel, Parcel, Receipt } from '../delivery-channel';
import { DeliveryError } from '../delivery-error';
import { breakingFile, fileOf, haltingFile, largeFile, parcelOf } from './parcels';

export interface ArrivedFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface ChannelUnderTest {
  readonly channel: DeliveryChannel;
  /** The same towards a port where nobody listens. */
  readonly away: DeliveryChannel;
  /** The same with credentials that the other side does not accept. */
  readonly refused: DeliveryChannel;
  /** What must be in no error and no receipt. */
  readonly secrets: readonly string[];
  /** Every whole file that the other side has, or was told of. */
  arrived(): Promise<readonly ArrivedFile[]>;
  /** Every text that it was told. */
  texts(): Promise<readonly string[]>;
  /** By what it tells deliveries apart: two of the same must have the same. */
  identities(): Promise<readonly string[]>;
  /** What it holds beside whole files. */
  leftovers(): Promise<readonly string[]>;
  dispose(): Promise<void>;
}

export interface Conformance {
  /** `files` themselves, a `list` of them, or the `link` alone. */
  readonly carries: 'files' | 'list' | 'link';
  /** Whether a repeat can be told from a second delivery. Default true. */
  readonly tellsRepeats?: boolean;
}

const BLOCKS_OF_32_MIB = 512;
/** What may be held of a file of 32 MiB while it is sent, in bytes. */
const FLAT = 28 * 1024 * 1024;

/** What every channel must do, whatever it speaks. `make` gives an empty one for each test. */
export function channelConformance(
  name: string,
  { carries, tellsRepeats = true }: Conformance,
  make: () => Promise<ChannelUnderTest>,
): void {
  describe(`delivery channel conformance: ${name}`, () => {
    let under: ChannelUnderTest;
    let outcomes: unknown[];

    beforeEach(async () => {
      outcomes = [];
      under = await make();
    });
    afterEach(async () => {
      const told = outcomes.map((outcome) => inspect(outcome, { depth: 10, showHidden: true })).join('\n');
      await under.dispose();
      for (const secret of [...under.secrets, 'link-token', 'file-token']) expect(told).not.toContain(secret);
    });

    const never = new AbortController().signal;
    const send = async (parcel: Parcel, channel = under.channel, signal = never): Promise<Receipt> => {
      const receipt = await channel.send(parcel, signal);
      outcomes.push(receipt);
      return receipt;
    };
    const failureOf = async (parcel: Parcel, channel = under.channel, signal = never): Promise<DeliveryError> => {
      const failure: unknown = await channel.send(parcel, signal).then(
        () => new Error('It arrived.'),
        (error: unknown) => error,
      );
      outcomes.push(failure);
      expect(failure).toBeInstanceOf(DeliveryError);
      expect((failure as DeliveryError).message).toMatch(/^[^\n]{10,600}[.?]$/u);
      return failure as DeliveryError;
    };
    const sorted = (files: readonly ArrivedFile[]): ArrivedFile[] =>
      [...files].sort((one, other) => (one.name < other.name ? -1 : 1));

    const several = [
      fileOf('Verspätete Flüge – 東京.csv', 'a;b\r\n1;2\r\n.\r\n..\r\n'),
      fileOf('تقرير.xlsx', Buffer.from([0, 255, 13, 10, 46, 13, 10, 128]), 'application/octet-stream'),
      fileOf("it's 100% (new); \"x\" & 'y'.csv", 'x'),
      fileOf('🚀.csv', 'rocket\n'),
    ];
    const asArrived = (files: readonly ArrivedFile[]): ArrivedFile[] =>
      sorted(files.map(({ name: called, bytes, sha256 }) => ({ name: called, bytes, sha256 })));

    it('brings a whole parcel, with names in any script', async () => {
      const receipt = await send(parcelOf(several));
      if (carries !== 'link') expect(sorted(await under.arrived())).toEqual(asArrived(several));
      if (carries !== 'files') expect((await under.texts()).join('\n')).toContain('token=link-token');
      expect(receipt.bytes).toBe(carries === 'files' ? several.reduce((sum, { bytes }) => sum + bytes, 0) : 0);
      expect(receipt.files.map(({ bytes }) => bytes)).toEqual(
        carries === 'files' ? several.map(({ bytes }) => bytes) : [],
      );
      expect(receipt.answer).not.toBe('');
    });

    it('is harmless when the same parcel is sent twice', async () => {
      const parcel = parcelOf(several.slice(0, 2));
      await send(parcel);
      const before = await under.identities();
      await send({ ...parcel, attempt: 2 });
      const after = await under.identities();
      if (tellsRepeats) expect(new Set(after)).toEqual(new Set(before));
      else expect(after).toHaveLength(before.length * 2);
    });

    it('says that the other side is away, which may pass', async () => {
      expect(await failureOf(parcelOf(several), under.away)).toMatchObject({
        code: 'delivery.unreachable',
        transient: true,
      });
    });

    it('says that the credentials are refused, which will not pass', async () => {
      expect(await failureOf(parcelOf(several), under.refused)).toMatchObject({
        code: 'delivery.sign_in_refused',
        transient: false,
      });
      expect(await under.arrived()).toEqual([]);
    });

    it('sends nothing of what was cancelled before', async () => {
      expect(await failureOf(parcelOf(several), under.channel, AbortSignal.abort())).toMatchObject({
        code: 'delivery.cancelled',
      });
      expect([await under.arrived(), await under.texts(), await under.leftovers()]).toEqual([[], [], []]);
    });

    it.each([
      ['a delivery', { deliveryId: 'x\r\nBcc: a@b' }],
      ['a job', { jobId: '../../x' }],
      ['an event', { event: 'Über' }],
      ['a file', { files: [{ ...several[0]!, mediaType: 'text/csv\r\nX: y' }] }],
    ])('takes no parcel with an invalid name of %s', async (_what, more) => {
      expect(await failureOf(parcelOf(several, more))).toMatchObject({ code: 'delivery.name_invalid' });
    });

    if (carries !== 'files') {
      it('opens no file', async () => {
        const open = (): never => {
          throw new Error('opened');
        };
        await send(parcelOf([{ ...several[0]!, open }]));
      });
      return;
    }

    it('brings an empty file', async () => {
      const empty = fileOf('empty.csv', '');
      await send(parcelOf([empty]));
      expect(await under.arrived()).toEqual(asArrived([empty]));
    });

    it('brings 32 MiB in flat memory', async () => {
      const collect = garbageCollection();
      collect();
      const before = process.memoryUsage().arrayBuffers;
      let held = 0;
      const large = largeFile('large.bin', BLOCKS_OF_32_MIB, (index) => {
        if (index % 64 !== 63) return;
        collect();
        held = Math.max(held, process.memoryUsage().arrayBuffers - before);
      });
      await send(parcelOf([large]));
      expect(held).toBeLessThan(FLAT);
      expect(await under.arrived()).toEqual(asArrived([large]));
    });

    it.each([
      ['a small file', 3],
      ['a file of several parts', 400],
    ])('leaves nothing half of %s when it is cancelled', async (_size, blocks) => {
      const { file, halted } = haltingFile('halting.bin', blocks);
      const controller = new AbortController();
      const failing = failureOf(parcelOf([file]), under.channel, controller.signal);
      await halted;
      controller.abort();
      expect(await failing).toMatchObject({ code: 'delivery.cancelled', transient: true });
      expect([await under.arrived(), await under.leftovers()]).toEqual([[], []]);
    });

    it.each([
      ['a small file', 3],
      ['a file of several parts', 400],
    ])('leaves nothing half of %s whose source fails', async (_size, blocks) => {
      expect(await failureOf(parcelOf([breakingFile('broken.bin', blocks)]))).toMatchObject({
        code: 'delivery.file_unreadable',
        transient: true,
      });
      expect([await under.arrived(), await under.leftovers()]).toEqual([[], []]);
    });

    it.each([
      ['longer', { bytes: 2 }],
      ['shorter', { bytes: 4 }],
      ['another one', { sha256: '0'.repeat(64) }],
    ])('brings no file that is %s than the report said', async (_what, more) => {
      expect(await failureOf(parcelOf([{ ...fileOf('changed.csv', 'abc'), ...more }]))).toMatchObject({
        code: 'delivery.file_changed',
        transient: false,
      });
      expect([await under.arrived(), await under.leftovers()]).toEqual([[], []]);
    });

    it('says that a file cannot be opened', async () => {
      const open = (): Promise<never> => Promise.reject(new Error('gone'));
      expect(await failureOf(parcelOf([{ ...several[0]!, open }]))).toMatchObject({ code: 'delivery.file_unreadable' });
    });
  });
}

/** What is held counts, not what nobody has collected yet. V8 frees buffers on another thread, which the next collection waits for. */
function garbageCollection(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  return () => {
    collect();
    collect();
  };
}

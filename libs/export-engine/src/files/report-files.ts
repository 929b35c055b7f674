import type { OutputFile, OutputWarning } from '#domain';
import type { FileStore, FileUpload } from '#file-store';
import { cutWarning, limitFailure, tooManyFiles, tooManySheets } from '../limit-reached';
import type { CoverFacts } from '../plan/cover-lines';
import type { ExportPlan } from '../plan/export-plan';
import type { Limit, RowLimitKind } from '../plan/limits';
import { FileSink, type Digest } from '../writers/file-sink';
import { openRowWriter, type OpenedWriter } from '../writers/open-row-writer';
import type { RowLayout } from '../writers/row-cutter';
import { sheetNameOf } from '../writers/xlsx/sheet-names';
import type { CoverText } from '../writers/xlsx/xlsx';
import { firstRows, type Room } from './first-rows';

/** Rows may take so many times the bytes that COPY writes: JSON Lines has all names in each. */
const MOST_GROWTH = 8;

/** A file that stands in the store. */
export interface StoredPart extends Digest {
  readonly key: string;
  /** What its rows have in common, null for NULL; left out: nothing. */
  readonly value?: string | null;
  readonly rows: number;
  readonly sheets: OutputFile['sheets'];
  readonly warnings: readonly OutputWarning[];
}

export interface ReportFilesParts {
  readonly fileStore: FileStore;
  readonly signal: AbortSignal;
  readonly scratchRoot?: string;
  /** How the rows come. */
  readonly layout: RowLayout;
  /** The cover of a file, given what of it is known at its end; null: it has none. */
  readonly coverOf: (known: (rows: number) => CoverFacts) => CoverText | null;
  /** Key of the file with this number, from 1. */
  readonly keyOf: (number: number) => string;
  /** Told of each file that is stored. */
  readonly onStep?: (quietMs: number) => void;
}

interface OpenFile extends OpenedWriter {
  readonly key: string;
  readonly value: string | null | undefined;
  readonly upload: FileUpload;
  readonly sink: FileSink;
  rows: number;
  sheetRows: number;
  sheetCount: number;
}

/**
 * Takes the rows of a report and makes files and sheets of them, as its limits and its splitting want it. One file is open at a
 * time. Each stands in the store as soon as it is whole, though nobody is offered it before the job's end names it.
 */
export class ReportFiles {
  private readonly stored: StoredPart[] = [];
  private readonly cuts = new Map<RowLimitKind, Limit>();
  private file: OpenFile | null = null;
  private value: string | null | undefined;
  /** What of the rows to come is to be left out. */
  private cut: 'value' | 'all' | null = null;
  private truncated = false;
  private storedBytes = 0;
  private storeMs = 0;

  constructor(
    private readonly plan: Pick<ExportPlan, 'columns' | 'output' | 'totals' | 'limits' | 'splitInto'>,
    private readonly parts: ReportFilesParts,
  ) {}

  /** Bytes that have been written. */
  get bytes(): number {
    return this.storedBytes + (this.file?.sink.bytes ?? 0);
  }

  /** Whether a file stands in the store. */
  get hasStored(): boolean {
    return this.stored.length > 0;
  }

  /** Milliseconds that the store took to make files safe. */
  get millisecondsInStore(): number {
    return this.storeMs;
  }

  /** True when no further row would be written. */
  get isFull(): boolean {
    return this.cut === 'all';
  }

  /** That files were cut, once for each limit that did it. */
  get warnings(): OutputWarning[] {
    return [...this.cuts].map(([kind, limit]) => cutWarning(kind, limit));
  }

  /** Begins a file that does not wait for its value, so that a store that takes nothing is found out before the rows come. */
  async begin(): Promise<void> {
    if (this.plan.splitInto === null) this.file ??= await this.openFile();
  }

  /** The next rows have another value, of which there is a file or a sheet each. */
  async beginValue(value: string | null): Promise<void> {
    if (this.cut === 'all') return;
    const isFirst = this.value === undefined;
    this.value = value;
    this.cut = null;
    if (this.plan.splitInto === 'files') await this.endFile();
    else if (!isFirst) await this.nextSheet();
  }

  /**
   * @param rows whole ones
   * @param count how many they are
   */
  async write(rows: Buffer, count: number): Promise<void> {
    let [rest, left] = [rows, count];
    while (left > 0 && this.cut === null) {
      const file = (this.file ??= await this.openFile());
      const reached = this.reached(file);
      if (reached !== null) {
        await this.goBeyond(...reached);
        continue;
      }
      const room = this.room(file);
      const fits = left <= room.rows && rest.length <= room.bytes;
      const { end, count: taken } = fits ? { end: rest.length, count: left } : firstRows(rest, room, this.parts.layout);
      await file.writer.write(rest.subarray(0, end), taken);
      file.rows += taken;
      file.sheetRows += taken;
      rest = rest.subarray(end);
      left -= taken;
    }
  }

  /**
   * Ends the last file. A report without rows is one empty file.
   *
   * @param truncated whether there were more rows than were given
   */
  async finish(truncated: boolean): Promise<readonly StoredPart[]> {
    this.truncated ||= truncated;
    if (this.stored.length === 0) this.file ??= await this.openFile();
    await this.endFile();
    return this.stored;
  }

  /** Gives up what is open. Never throws: the reason for giving up counts, not what giving up ran into. */
  async abandon(): Promise<void> {
    const { file } = this;
    this.file = null;
    await file?.writer.abandon();
    await file?.upload.abort().catch(() => undefined);
  }

  /** The limit at which the file or its sheet stands, if there is one. */
  private reached({ rows, sheetRows, sink, writer }: OpenFile): [RowLimitKind, Limit] | null {
    const { rowsPerFile, rowsPerSheet, bytesPerFile } = this.plan.limits;
    if (rowsPerFile && rows >= rowsPerFile.most) return ['rows_per_file', rowsPerFile];
    // A header may take all of the bytes.
    if (bytesPerFile && rows > 0 && this.bytesOf(sink, writer) >= bytesPerFile.most)
      return ['bytes_per_file', bytesPerFile];
    return rowsPerSheet && sheetRows >= rowsPerSheet.most ? ['rows_per_sheet', rowsPerSheet] : null;
  }

  private room({ rows, sheetRows, sink, writer }: OpenFile): Room {
    const { rowsPerFile, rowsPerSheet, bytesPerFile } = this.plan.limits;
    const inFile = (rowsPerFile?.most ?? Infinity) - rows;
    const inSheet = (rowsPerSheet?.most ?? Infinity) - sheetRows;
    return {
      rows: Math.min(inFile, inSheet),
      bytes: bytesPerFile ? (bytesPerFile.most - this.bytesOf(sink, writer)) / MOST_GROWTH : Infinity,
    };
  }

  /** There is another row, for which a limit leaves no room. */
  private async goBeyond(kind: RowLimitKind, limit: Limit): Promise<void> {
    switch (this.plan.limits.whenReached) {
      case 'fail':
        throw limitFailure(kind, limit);
      case 'truncate':
        this.cut = this.isOfValue(kind) ? 'value' : 'all';
        this.cuts.set(kind, limit);
        this.truncated = true;
        return;
      case 'split_files':
        return this.endFile();
      case 'split_sheets':
        return kind === 'rows_per_sheet' ? this.nextSheet() : this.endFile();
    }
  }

  /** Whether another value has its own room within a limit of this kind. */
  private isOfValue(kind: RowLimitKind): boolean {
    const { splitInto } = this.plan;
    return splitInto === 'files' || (splitInto === 'sheets' && kind === 'rows_per_sheet');
  }

  private async openFile(): Promise<OpenFile> {
    const { limits } = this.plan;
    const number = this.stored.length + 1;
    if (number > limits.files) throw tooManyFiles(limits.files);
    const key = this.parts.keyOf(number);
    const upload = await this.parts.fileStore.create(key);
    try {
      const sink = new FileSink(upload.stream);
      const opened = await openRowWriter(this.plan, sink, this.parts, {
        sheetName: this.sheetName(),
        cover: this.parts.coverOf((rows) => ({ rows, truncated: this.truncated })),
      });
      return { ...opened, key, value: this.value, upload, sink, rows: 0, sheetRows: 0, sheetCount: 1 };
    } catch (error) {
      await upload.abort().catch(() => undefined);
      throw error;
    }
  }

  private async nextSheet(): Promise<void> {
    const { file, plan } = this;
    if (!file?.sheets) return;
    if (file.sheetCount === plan.limits.files) throw tooManySheets(plan.limits.files);
    await file.sheets.beginSheet(this.sheetName() ?? '');
    file.sheetCount++;
    file.sheetRows = 0;
  }

  private sheetName(): string | undefined {
    const { output, splitInto } = this.plan;
    if (output.format !== 'xlsx') return undefined;
    return splitInto === 'sheets' && this.value !== undefined ? sheetNameOf(this.value) : output.sheetName;
  }

  private async endFile(): Promise<void> {
    const { file } = this;
    if (!file) return;
    const { key, value, rows, sink } = file;
    const finished = await file.writer.finish();
    this.parts.signal.throwIfAborted();
    this.checkSize(sink);
    const before = performance.now();
    await file.upload.commit();
    this.storeMs += performance.now() - before;
    this.parts.onStep?.(0);
    this.file = null;
    this.storedBytes += sink.bytes;
    const split = this.plan.splitInto === 'files' && value !== undefined ? { value } : {};
    this.stored.push({ key, ...split, rows, ...finished, ...sink.digest() });
    // The store cannot be broken off, so a cancel waits for it: what it kept is removed like all else.
    this.parts.signal.throwIfAborted();
  }

  /** Bytes of the file as far as they are known. What a writer holds back may become less, so nothing fails for it. */
  private bytesOf(sink: FileSink, writer: OpenedWriter['writer']): number {
    const held = this.plan.limits.whenReached === 'fail' ? 0 : (writer.heldBytes ?? 0);
    return sink.bytes + held;
  }

  /** What was being compressed when the last row came is known now. */
  private checkSize(sink: FileSink): void {
    const { bytesPerFile, whenReached } = this.plan.limits;
    if (bytesPerFile && whenReached === 'fail' && sink.bytes > bytesPerFile.most) {
      throw limitFailure('bytes_per_file', bytesPerFile);
    }
  }
}

import type { DataSource } from '#data-sources';
import {
  NO_RELATION,
  validateDefinition,
  type BatchTypeId,
  type DatasetDefinition,
  type DatasetState,
  type JobInput,
} from '#domain';
import { DEFAULT_BATCH_TYPES, type BatchTypes } from './batch-types';
import { ExportFailure, invalidTemplate } from './export-failure';
import type { DataSourceCatalogue, ExportLimits } from './export-request';
import { liveDataset } from './live-dataset';
import { isReadable, liveProblems } from './live-problems';
import { planExport } from './plan/plan-export';
import type { ExportPlan } from './plan/export-plan';

export interface Preparation {
  readonly batchTypeId: BatchTypeId;
  /** Default: the product's own. */
  readonly batchTypes?: BatchTypes | undefined;
  readonly input: JobInput;
  readonly dataset: DatasetState;
  readonly dataSources: DataSourceCatalogue;
  readonly signal: AbortSignal;
  readonly limits: ExportLimits;
}

/** Validates an input against the dataset and against the data source as they are now, then plans it. */
export async function prepareExport(
  preparation: Preparation,
): Promise<{ readonly plan: ExportPlan; readonly source: DataSource }> {
  const { batchTypeId, batchTypes = DEFAULT_BATCH_TYPES, input, dataset: state, signal } = preparation;
  const dataset = state.status === 'absent' ? ABSENT : state.definition;
  const report = batchTypes.of(batchTypeId).report(input, dataset);
  const { definition } = report;
  const problems = validateDefinition(definition, state);
  if (problems.length > 0) throw invalidTemplate(problems);
  const source = await preparation.dataSources.get(dataset.dataSource);
  if (!source) {
    const message = `The data source "${dataset.dataSource}" of the dataset "${dataset.name}" does not exist, or was retired.`;
    throw new ExportFailure('data_source.unknown', message);
  }
  const { columns: live, query } = await liveDataset(source, dataset, { signal });
  const gone = liveProblems(definition, dataset, live);
  if (gone.length > 0) throw invalidTemplate(gone);
  const request = { report, input, dataset, query, limits: preparation.limits, live: isReadable(live) ? live : [] };
  return { plan: planExport(request), source };
}

/** Stands in so that an input can be examined for the rest. */
const ABSENT: DatasetDefinition = {
  name: '',
  description: null,
  dataSource: '',
  relation: NO_RELATION,
  query: null,
  columns: [],
  rowLimit: null,
};

import { Inject, Injectable } from '@nestjs/common';
import { DataSourceError } from '#data-sources';
import {
  validateDefinition,
  type DatasetState,
  type DefinitionProblem,
  type TemplateCheck,
  type TemplateDefinition,
  type TemplateState,
} from '#domain';
import { liveDataset, liveProblems } from '#export-engine';
import { PARTS, type Parts } from '#runtime';
import { Streams } from '../commands/streams';
import { invalidDefinition } from '../commands/outcomes';

const LOOK_UP_MS = 10_000;

/** Validates definitions against what the dataset declares and against the table as it is now. */
@Injectable()
export class DefinitionChecks {
  constructor(
    @Inject(PARTS) private readonly parts: Parts,
    @Inject(Streams) private readonly streams: Streams,
  ) {}

  /** Everything that is wrong; an empty list when the report could run now. */
  async problems(definition: TemplateDefinition, dataset: DatasetState): Promise<readonly DefinitionProblem[]> {
    return [...validateDefinition(definition, dataset), ...(await this.inDataSource(definition, dataset))];
  }

  /** Throws `template.invalid` with everything that is wrong. */
  async require(definition: TemplateDefinition, dataset: DatasetState): Promise<void> {
    const problems = await this.problems(definition, dataset);
    if (problems.length > 0) throw invalidDefinition(problems);
  }

  /** What a schedule must know of its template. */
  async ofTemplate(template: TemplateState): Promise<TemplateCheck> {
    if (template.status !== 'active') return { status: template.status, problems: [] };
    const { state } = await this.streams.dataset(template.definition.datasetId);
    return { status: 'active', problems: await this.problems(template.definition, state) };
  }

  private async inDataSource(definition: TemplateDefinition, dataset: DatasetState): Promise<DefinitionProblem[]> {
    if (dataset.status !== 'active') return [];
    const { dataSource } = dataset.definition;
    try {
      const source = await this.parts.dataSources.get(dataSource);
      if (!source) return [unreachable(`The data source "${dataSource}" does not exist, or was retired.`)];
      const live = await liveDataset(source, dataset.definition, { timeoutMs: LOOK_UP_MS });
      return liveProblems(definition, dataset.definition, live.columns);
    } catch (error) {
      if (error instanceof DataSourceError) return [unreachable(error.message)];
      throw error;
    }
  }
}

function unreachable(message: string): DefinitionProblem {
  return { code: 'dataset.unreachable', pointer: '/datasetId', message };
}

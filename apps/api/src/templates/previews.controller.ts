import { Controller, Inject } from '@nestjs/common';
import type { Response } from 'express';
import { templateFor } from '../commands/permissions';
import { Streams } from '../commands/streams';
import { Handles, type Call } from '../http/operation';
import { completeDefinition } from './definition.schema';
import { DefinitionChecks } from './definition-checks';
import { chosenParameters } from './parameters.schema';
import { Previews } from './previews';
import { templateOperations as operations } from './template.operations';

type CallOf<Name extends keyof typeof operations> = Call<(typeof operations)[Name]>;

@Controller()
export class PreviewsController {
  constructor(
    @Inject(Streams) private readonly streams: Streams,
    @Inject(DefinitionChecks) private readonly checks: DefinitionChecks,
    @Inject(Previews) private readonly previews: Previews,
  ) {}

  @Handles(operations.previewUnsaved)
  async previewUnsaved(call: CallOf<'previewUnsaved'>) {
    const { state: dataset } = await this.streams.dataset(call.body.definition.datasetId);
    const definition = completeDefinition(call.body.definition, dataset);
    await this.checks.require(definition, dataset);
    const { timeZone } = call.body;
    const parameters = chosenParameters(definition.parameters, call.body.parameters);
    const signal = untilClosed(call.response);
    const request = { ...call, definition, dataset, templateId: null, timeZone, parameters, signal };
    return { body: await this.previews.show(request) };
  }

  @Handles(operations.preview)
  async preview(call: CallOf<'preview'>) {
    const { templateId } = call.params;
    const { definition } = templateFor(call.caller, (await this.streams.template(templateId)).state, 'view');
    const { state: dataset } = await this.streams.dataset(definition.datasetId);
    await this.checks.require(definition, dataset);
    const { timeZone } = call.body;
    const parameters = chosenParameters(definition.parameters, call.body.parameters);
    const signal = untilClosed(call.response);
    const request = { ...call, definition, dataset, templateId, timeZone, parameters, signal };
    return { body: await this.previews.show(request) };
  }
}

/** Aborted when the caller goes away, so that nobody's query runs on. */
function untilClosed(response: Response): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  return controller.signal;
}

import { Controller, Inject } from '@nestjs/common';
import { UserStore, type Caller } from '#access';
import { type ExistingTemplate, type TemplateCommand, type TemplateEvent, streamOf } from '#domain';
import { derivedId, toDomainEvent } from '#event-sourcing';
import { TemplateQueries, type RevisionView, type TemplateView } from '#read-models';
import { PARTS, type Parts } from '#runtime';
import { Dispatcher } from '../commands/dispatcher';
import { answered, inDefinition } from '../commands/outcomes';
import { templateFor } from '../commands/permissions';
import { Streams } from '../commands/streams';
import { Handles, type AnyCall, type Call } from '../http/operation';
import { Problem } from '../http/problem';
import { readOne, viewerOf } from '../http/queries';
import { JobRequests } from '../jobs/job-requests';
import { completeDefinition } from './definition.schema';
import { DefinitionChecks } from './definition-checks';
import { differences } from './differences';
import { templateOperations as operations } from './template.operations';

type CallOf<Name extends keyof typeof operations> = Call<(typeof operations)[Name]>;
type Written = Extract<TemplateEvent, { type: 'TemplateCreated' | 'TemplateRevised' }>;
type Need = Parameters<typeof templateFor>[2];

@Controller()
export class TemplatesController {
  private readonly queries: TemplateQueries;

  constructor(
    @Inject(PARTS) private readonly parts: Parts,
    @Inject(Dispatcher) private readonly dispatcher: Dispatcher,
    @Inject(Streams) private readonly streams: Streams,
    @Inject(DefinitionChecks) private readonly checks: DefinitionChecks,
    @Inject(UserStore) private readonly users: UserStore,
    @Inject(JobRequests) private readonly jobs: JobRequests,
  ) {
    this.queries = new TemplateQueries(parts.pool);
  }

  @Handles(operations.create)
  async create(call: CallOf<'create'>) {
    const templateId = derivedId(call.context.commandId, 'template');
    const { definition: given, ...details } = call.body;
    const outcome = await this.dispatcher.template(call, templateId, async () => {
      const { state: dataset } = await this.streams.dataset(given.datasetId);
      const definition = completeDefinition(given, dataset);
      await this.checks.require(definition, dataset);
      const owner = call.caller.userId;
      return {
        type: 'CreateTemplate',
        templateId,
        owner,
        details,
        definition,
        copiedFrom: null,
        dataset,
        at: at(call),
      };
    });
    return answered(templateId, outcome, { location: `/v1/templates/${templateId}` });
  }

  @Handles(operations.list)
  async list({ caller, query }: CallOf<'list'>) {
    return { body: await this.queries.list({ viewer: viewerOf(caller), ...query }) };
  }

  @Handles(operations.get)
  async get(call: CallOf<'get'>) {
    return readOne(call, await this.view(call.caller, call.params.templateId));
  }

  @Handles(operations.revise)
  async revise(call: CallOf<'revise'>) {
    const { definition: given, ...details } = call.body;
    return this.change(call, 'edit', async (_template, templateId) => {
      const { state: dataset } = await this.streams.dataset(given.datasetId);
      const definition = completeDefinition(given, dataset);
      await this.checks.require(definition, dataset);
      const by = call.caller.userId;
      return {
        type: 'ReviseTemplate',
        templateId,
        details,
        definition,
        restoredRevision: null,
        dataset,
        by,
        at: at(call),
      };
    });
  }

  @Handles(operations.chooseRetryPolicy)
  chooseRetryPolicy(call: CallOf<'chooseRetryPolicy'>) {
    const { policy } = call.body;
    return this.change(call, 'edit', (_template, templateId) => {
      return { type: 'ChooseRetryPolicy', templateId, policy, by: call.caller.userId, at: at(call) };
    });
  }

  @Handles(operations.archive)
  archive(call: CallOf<'archive'>) {
    return this.change(call, 'manage', (_template, templateId) => {
      return { type: 'ArchiveTemplate', templateId, by: call.caller.userId, at: at(call) };
    });
  }

  @Handles(operations.restore)
  restore(call: CallOf<'restore'>) {
    return this.change(call, 'manage', (_template, templateId) => {
      return { type: 'RestoreTemplate', templateId, by: call.caller.userId, at: at(call) };
    });
  }

  @Handles(operations.share)
  async share(call: CallOf<'share'>) {
    const { userId, level } = call.body;
    return this.change(call, 'manage', async (_template, templateId) => {
      await this.requireUser(userId);
      return { type: 'ShareTemplate', templateId, with: userId, level, by: call.caller.userId, at: at(call) };
    });
  }

  @Handles(operations.unshare)
  unshare(call: CallOf<'unshare'>) {
    return this.change(call, 'manage', (_template, templateId) => {
      return { type: 'UnshareTemplate', templateId, with: call.body.userId, by: call.caller.userId, at: at(call) };
    });
  }

  @Handles(operations.transfer)
  async transfer(call: CallOf<'transfer'>) {
    return this.change(call, 'manage', async (_template, templateId) => {
      await this.requireUser(call.body.userId);
      return { type: 'TransferTemplate', templateId, to: call.body.userId, by: call.caller.userId, at: at(call) };
    });
  }

  @Handles(operations.duplicate)
  async duplicate(call: CallOf<'duplicate'>) {
    const copyId = derivedId(call.context.commandId, 'template');
    const copiedFrom = call.params.templateId;
    const outcome = await this.dispatcher.template(call, copyId, async () => {
      const original = templateFor(call.caller, (await this.streams.template(copiedFrom)).state, 'view');
      const { details, definition } = original;
      const { state: dataset } = await this.streams.dataset(definition.datasetId);
      const name = call.body.name ?? `${details.name.slice(0, 193)} (copy)`;
      return {
        type: 'CreateTemplate',
        templateId: copyId,
        owner: call.caller.userId,
        details: { ...details, name },
        definition,
        copiedFrom,
        dataset,
        at: at(call),
      };
    });
    return answered(copyId, outcome, { location: `/v1/templates/${copyId}` });
  }

  @Handles(operations.run)
  async run(call: CallOf<'run'>) {
    return this.jobs.run(call, { templateId: call.params.templateId, ...call.body });
  }

  @Handles(operations.validateUnsaved)
  async validateUnsaved({ body }: CallOf<'validateUnsaved'>) {
    const { state: dataset } = await this.streams.dataset(body.definition.datasetId);
    const definition = completeDefinition(body.definition, dataset);
    const problems = await this.checks.problems(definition, dataset);
    return { body: { valid: problems.length === 0, problems: inDefinition(problems), definition } };
  }

  @Handles(operations.revisions)
  async revisions({ caller, params, query }: CallOf<'revisions'>) {
    await this.view(caller, params.templateId);
    return { body: await this.queries.revisions(viewerOf(caller), params.templateId, query) };
  }

  @Handles(operations.revision)
  async revision({ caller, params }: CallOf<'revision'>) {
    return { body: await this.revisionView(caller, params.templateId, params.revision) };
  }

  @Handles(operations.diff)
  async diff({ caller, params: { templateId, older, newer } }: CallOf<'diff'>) {
    const [before, after] = await Promise.all([
      this.revisionView(caller, templateId, older),
      this.revisionView(caller, templateId, newer),
    ]);
    return { body: { older, newer, differences: differences(contents(before), contents(after)) } };
  }

  @Handles(operations.restoreRevision)
  async restoreRevision(call: CallOf<'restoreRevision'>) {
    const { revision } = call.params;
    return this.change(call, 'edit', async (_template, templateId) => {
      const { details, definition } = await this.written(templateId, revision);
      const { state: dataset } = await this.streams.dataset(definition.datasetId);
      await this.checks.require(definition, dataset);
      const by = call.caller.userId;
      return {
        type: 'ReviseTemplate',
        templateId,
        details,
        definition,
        restoredRevision: revision,
        dataset,
        by,
        at: at(call),
      };
    });
  }

  /** A command on an existing template, for those who have the right. */
  private async change(
    call: AnyCall & { readonly caller: Caller; readonly params: { readonly templateId: string } },
    need: Need,
    make: (template: ExistingTemplate, templateId: string) => TemplateCommand | Promise<TemplateCommand>,
  ) {
    const { templateId } = call.params;
    const outcome = await this.dispatcher.template(call, templateId, (state) =>
      make(templateFor(call.caller, state, need), templateId),
    );
    return answered(templateId, outcome);
  }

  private async revisionView(caller: Caller, templateId: string, revision: number) {
    await this.view(caller, templateId);
    const view = await this.queries.revision(viewerOf(caller), templateId, revision);
    if (!view) throw revisionMissing(revision);
    return view;
  }

  /** What the template said, from its stream: a decision does not rest on a read model. */
  private async written(templateId: string, revision: number): Promise<Written> {
    const history = await this.parts.eventStore.readStream(streamOf('template', templateId), {
      fromRevision: revision,
    });
    const event = history[0] && toDomainEvent<TemplateEvent>(history[0]);
    if (event?.type !== 'TemplateCreated' && event?.type !== 'TemplateRevised') throw revisionMissing(revision);
    return event;
  }

  private async requireUser(userId: string): Promise<void> {
    const user = await this.users.byId(userId);
    if (user && user.disabledAt === null) return;
    throw new Problem('share.user_missing', 'There is no such user, or the user is disabled.', {
      errors: [{ code: 'user.missing', in: 'body', pointer: '/userId', message: 'There is no such user.' }],
    });
  }

  /** The same answer for what is not there and for what is not theirs; only the audit trail knows the difference. */
  private async view(caller: Caller, templateId: string): Promise<TemplateView> {
    const read = () => this.queries.get(viewerOf(caller), templateId);
    const known = await read();
    if (known) return known;
    const loaded = await this.streams.template(templateId);
    templateFor(caller, loaded.state, 'view');
    return this.streams.whenProjected(loaded, read);
  }
}

function at({ now }: { readonly now: Date }): string {
  return now.toISOString();
}

/** What a revision says, without when and by whom. */
function contents({ name, description, tags, definition }: RevisionView) {
  return { name, description, tags, definition };
}

function revisionMissing(revision: number): Problem {
  return new Problem('template.revision_missing', `Nothing was written at revision ${revision} of this template.`);
}

import { Inject, Module, type BeforeApplicationShutdown } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { AccessLog, ReceiptStore, Sessions, SignInLimits, Tokens, UserStore } from '#access';
import { PARTS, type Parts } from '#runtime';
import { AuditController } from './audit/audit.controller';
import { BackfillsController } from './backfills/backfills.controller';
import { AggregateCommandHandler } from './commands/aggregate-command';
import { CalendarChecks } from './calendars/calendar-checks';
import { CalendarsController } from './calendars/calendars.controller';
import { Dispatcher } from './commands/dispatcher';
import { Permissions } from './commands/permissions';
import { Streams } from './commands/streams';
import { DataSourceCommandsOverHttp } from './data-sources/data-source-commands';
import { DataSourcesController } from './data-sources/data-sources.controller';
import { DatasetsController } from './datasets/datasets.controller';
import { BulkRedrives } from './dead-letters/bulk-redrives';
import { DeadLettersController } from './dead-letters/dead-letters.controller';
import { Redrives } from './dead-letters/redrives';
import { BurstsController } from './bursts/bursts.controller';
import { DeliveriesController } from './deliveries/deliveries.controller';
import { DeliveryAllowance } from './deliveries/delivery-allowance';
import { DeliveryTargets } from './deliveries/delivery-targets';
import { DestinationsController } from './destinations/destinations.controller';
import { HealthController } from './health/health.controller';
import { BearerGuard } from './http/bearer.guard';
import { Idempotency } from './http/idempotency';
import { OperationInterceptor } from './http/operation.interceptor';
import { ProblemFilter } from './http/problem.filter';
import { ReadYourWrites } from './http/read-your-writes';
import { JobQueueController } from './job-queue/job-queue.controller';
import { JobEvents } from './jobs/job-events';
import { JobRequests } from './jobs/job-requests';
import { JobViews } from './jobs/job-views';
import { JobsController } from './jobs/jobs.controller';
import { OutputController } from './jobs/output.controller';
import { InboxController } from './notifications/inbox.controller';
import { PreferencesController } from './notifications/preferences.controller';
import { TestMessages } from './notifications/test-messages';
import { SchedulePolicy } from './schedules/schedule-policy';
import { ScheduleQuota } from './schedules/schedule-quota';
import { SchedulesController } from './schedules/schedules.controller';
import { TriggerChecks } from './schedules/trigger-checks';
import { SessionsController } from './sessions/sessions.controller';
import { DefinitionChecks } from './templates/definition-checks';
import { PreviewsController } from './templates/previews.controller';
import { Previews } from './templates/previews';
import { TemplatesController } from './templates/templates.controller';
import { UsersController } from './users/users.controller';

const ACCESS = [
  { provide: UserStore, inject: [PARTS], useFactory: ({ pool }: Parts) => new UserStore(pool) },
  { provide: Tokens, inject: [PARTS], useFactory: ({ settings }: Parts) => new Tokens(settings.AUTH_SECRET) },
  { provide: SignInLimits, useFactory: () => new SignInLimits() },
  {
    provide: Sessions,
    inject: [UserStore, Tokens, SignInLimits],
    useFactory: (users: UserStore, tokens: Tokens, limits: SignInLimits) => new Sessions(users, tokens, limits),
  },
  {
    provide: ReceiptStore,
    inject: [PARTS],
    useFactory: ({ pool, settings }: Parts) => new ReceiptStore(pool, settings.AUTH_SECRET),
  },
  {
    provide: AccessLog,
    inject: [PARTS],
    useFactory: ({ eventStore, logger }: Parts) =>
      new AccessLog(eventStore, (err) => {
        logger.error({ err, app: 'api' }, 'a refused access could not be recorded');
      }),
  },
];

/** The HTTP edge. Needs the parts, and `configureApi` on the application that holds it. */
@Module({
  imports: [CqrsModule.forRoot()],
  controllers: [
    SessionsController,
    UsersController,
    DataSourcesController,
    DatasetsController,
    PreviewsController,
    TemplatesController,
    CalendarsController,
    SchedulesController,
    BackfillsController,
    BurstsController,
    JobsController,
    OutputController,
    DeadLettersController,
    JobQueueController,
    DestinationsController,
    DeliveriesController,
    AuditController,
    PreferencesController,
    InboxController,
    HealthController,
  ],
  providers: [
    ...ACCESS,
    AggregateCommandHandler,
    ReadYourWrites,
    Streams,
    Dispatcher,
    Permissions,
    DataSourceCommandsOverHttp,
    DefinitionChecks,
    CalendarChecks,
    TestMessages,
    SchedulePolicy,
    ScheduleQuota,
    TriggerChecks,
    Previews,
    JobRequests,
    Redrives,
    BulkRedrives,
    JobViews,
    JobEvents,
    DeliveryAllowance,
    DeliveryTargets,
    Idempotency,
    { provide: APP_GUARD, useClass: BearerGuard },
    { provide: APP_INTERCEPTOR, useClass: OperationInterceptor },
    { provide: APP_FILTER, useClass: ProblemFilter },
  ],
})
export class ApiModule implements BeforeApplicationShutdown {
  constructor(
    @Inject(AccessLog) private readonly accessLog: AccessLog,
    @Inject(JobEvents) private readonly jobEvents: JobEvents,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    // Open event streams would keep the server from closing.
    await this.jobEvents.close();
    await this.accessLog.flush();
  }
}

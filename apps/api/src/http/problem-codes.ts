import type { DataSourceErrorCode } from '#data-sources';
import type {
  CalendarRefusal,
  BackfillRefusal,
  BurstPlanRefusal,
  CircuitRefusal,
  DataSourceRefusal,
  DatasetRefusal,
  DeliveryRefusal,
  DestinationRefusal,
  JobRefusal,
  PreferencesRefusal,
  ScheduleRefusal,
  TemplateRefusal,
} from '#domain';
import type { FileStoreErrorCode } from '#file-store';

export type RefusalCode =
  | TemplateRefusal['code']
  | ScheduleRefusal['code']
  | JobRefusal['code']
  | DatasetRefusal['code']
  | DataSourceRefusal['code']
  | CalendarRefusal['code']
  | BackfillRefusal['code']
  | BurstPlanRefusal['code']
  | CircuitRefusal['code']
  | PreferencesRefusal['code']
  | DestinationRefusal['code']
  | DeliveryRefusal['code'];

export type ProblemCode = RefusalCode | DataSourceErrorCode | FileStoreErrorCode | EdgeCode;

type EdgeCode =
  | 'request.malformed'
  | 'request.invalid'
  | 'request.too_large'
  | 'request.unsupported_media_type'
  | 'request.header_invalid'
  | 'request.text_invalid'
  | 'cursor.invalid'
  | 'route.unknown'
  | 'route.method_not_allowed'
  | 'access.unauthenticated'
  | 'access.forbidden'
  | 'access.not_recorded'
  | 'session.refused'
  | 'session.too_many_tries'
  | 'user.missing'
  | 'user.username_taken'
  | 'user.password_wrong'
  | 'user.last_admin'
  | 'share.user_missing'
  | 'template.revision_missing'
  | 'data_source.of_settings'
  | 'data_source.own_database'
  | 'data_source.files_disabled'
  | 'data_source.encryption_key_missing'
  | 'destination.invalid'
  | 'delivery.recipient_invalid'
  | 'delivery.recipient_forbidden'
  | 'delivery.mail_unavailable'
  | 'delivery.pattern_invalid'
  | 'delivery.too_many'
  | 'schedule.too_many'
  | 'priority.not_allowed'
  | 'calendar.place_unknown'
  | 'calendar.not_imported'
  | 'parameters.invalid'
  | 'job.not_ended'
  | 'job.did_not_fail'
  | 'job.redriven'
  | 'job.dropped'
  | 'job.owner_absent'
  | 'export.failed'
  | 'export.cancelled'
  | 'output.not_ready'
  | 'output.expired'
  | 'output.file_missing'
  | 'output.range_unsatisfiable'
  | 'notification.missing'
  | 'notification.no_address'
  | 'notification.destination_unsuitable'
  | 'notification.no_mail_server'
  | 'notification.too_many'
  | 'notification.not_sent'
  | 'precondition.required'
  | 'precondition.failed'
  | 'idempotency.key_reused'
  | 'aggregate.contended'
  | 'read_model.behind'
  | 'internal';

interface ProblemType {
  readonly status: number;
  readonly title: string;
}

/**
 * What each code means over HTTP, once for all. The type makes it complete: a refusal that the domain gains does not
 * compile until it has a status here.
 */
export const PROBLEMS: Readonly<Record<ProblemCode, ProblemType>> = {
  'request.malformed': { status: 400, title: 'The request cannot be read' },
  'request.invalid': { status: 400, title: 'The request has mistakes' },
  'request.too_large': { status: 413, title: 'The request is larger than 1 MB' },
  'request.unsupported_media_type': { status: 415, title: 'The body must be application/json in UTF-8' },
  'request.header_invalid': { status: 400, title: 'A header cannot be understood' },
  'request.text_invalid': { status: 400, title: 'A text holds characters that cannot be stored' },
  'cursor.invalid': { status: 400, title: 'The cursor was not made by this list' },
  'route.unknown': { status: 404, title: 'There is nothing at this address' },
  'route.method_not_allowed': { status: 405, title: 'This address does not take the method' },
  'access.unauthenticated': { status: 401, title: 'Sign in first' },
  'access.forbidden': { status: 403, title: 'You may not do this' },
  'access.not_recorded': { status: 503, title: 'The access could not be recorded, so it was not given' },
  'session.refused': { status: 401, title: 'Username or password is wrong' },
  'session.too_many_tries': { status: 429, title: 'Too many failed tries' },
  'user.missing': { status: 404, title: 'There is no such user' },
  'user.username_taken': { status: 409, title: 'The username is taken' },
  'user.password_wrong': { status: 422, title: 'The current password is wrong' },
  'user.last_admin': { status: 409, title: 'Somebody must be left who can manage users' },
  'share.user_missing': { status: 422, title: 'There is no such user to share with' },
  'template.exists': { status: 409, title: 'The template exists already' },
  'template.missing': { status: 404, title: 'There is no such template' },
  'template.archived': { status: 409, title: 'The template is archived' },
  'template.owner_needs_no_share': { status: 422, title: 'The owner needs no share' },
  'template.invalid': { status: 422, title: 'The definition has problems' },
  'template.revision_missing': { status: 404, title: 'The template has no such revision' },
  'parameters.invalid': { status: 422, title: 'The parameters have problems' },
  'schedule.exists': { status: 409, title: 'The schedule exists already' },
  'schedule.missing': { status: 404, title: 'There is no such schedule' },
  'schedule.removed': { status: 409, title: 'The schedule was removed' },
  'pause.until_passed': { status: 422, title: 'The end of a pause must lie in the future' },
  'schedule.invalid': { status: 422, title: 'The schedule has problems' },
  'schedule.too_many': { status: 409, title: 'You have as many schedules as one may have' },
  'priority.not_allowed': { status: 403, title: 'You may not use this priority' },
  'calendar.exists': { status: 409, title: 'The calendar exists already' },
  'calendar.missing': { status: 404, title: 'There is no such calendar' },
  'calendar.removed': { status: 409, title: 'The calendar was removed' },
  'calendar.invalid': { status: 422, title: 'The calendar has problems' },
  'calendar.in_use': { status: 409, title: 'Schedules use the calendar' },
  'calendar.place_unknown': { status: 422, title: 'No holidays are known of this country or region' },
  'calendar.not_imported': { status: 409, title: 'The calendar was not imported' },
  'backfill.exists': { status: 409, title: 'The backfill exists already' },
  'backfill.missing': { status: 404, title: 'There is no such backfill' },
  'backfill.under_way': {
    status: 409,
    title: 'The schedule has a backfill that has not ended: wait for it, or cancel it',
  },
  'backfill.ended': { status: 409, title: 'The backfill has ended' },
  'backfill.range_invalid': { status: 422, title: 'The range has problems' },
  'backfill.too_many': { status: 422, title: 'The range has too many occurrences' },
  'backfill.nothing_due': { status: 422, title: 'No occurrence of the schedule lies in the range' },
  'backfill.no_clock': {
    status: 422,
    title: 'The schedule goes by what happens, not by the clock: it has no past times',
  },
  'burst.missing': { status: 404, title: 'The schedule has no burst' },
  'burst.invalid': { status: 422, title: 'The burst has problems' },
  'destination.exists': { status: 409, title: 'A destination of this name exists already' },
  'destination.missing': { status: 404, title: 'There is no such destination' },
  'destination.retired': { status: 409, title: 'The destination is retired' },
  'destination.kind_fixed': { status: 422, title: 'The kind of a destination cannot change: register another one' },
  'destination.secret_needed': { status: 422, title: 'A secret that goes to another server must be sent again' },
  'destination.invalid': { status: 422, title: 'The destination cannot work' },
  'delivery.exists': { status: 409, title: 'The delivery exists already' },
  'delivery.missing': { status: 404, title: 'There is no such delivery' },
  'delivery.ended': { status: 409, title: 'The delivery has ended' },
  'delivery.not_ended': { status: 409, title: 'The delivery has not ended' },
  'delivery.arrived': { status: 409, title: 'The delivery has arrived' },
  'delivery.attempt_superseded': { status: 409, title: 'Another attempt has taken over' },
  'delivery.recipient_invalid': { status: 422, title: 'That is no e-mail address' },
  'delivery.recipient_forbidden': { status: 422, title: 'A recipient is outside the allowed domains' },
  'delivery.mail_unavailable': { status: 409, title: 'There is no mail server' },
  'delivery.pattern_invalid': { status: 422, title: 'The name pattern has problems' },
  'delivery.too_many': { status: 429, title: 'There were as many deliveries by hand as one may ask for in an hour' },
  'job.exists': { status: 409, title: 'The job request exists already' },
  'job.missing': { status: 404, title: 'There is no such job request' },
  'job.ended': { status: 409, title: 'The job has ended' },
  'job.already_running': { status: 409, title: 'The job is running' },
  'job.not_running': { status: 409, title: 'The job is not running' },
  'job.attempt_superseded': { status: 409, title: 'Another attempt has taken over' },
  'job.attempt_out_of_order': { status: 409, title: 'The attempt is out of order' },
  'job.not_due': { status: 409, title: 'The job may not start yet' },
  'job.past_deadline': { status: 409, title: 'The time to try the job again is over' },
  'job.no_dead_letter': { status: 409, title: 'The job is no dead letter: it has not run out of attempts or time' },
  'job.no_output': { status: 409, title: 'The job has no output' },
  'job.not_ended': { status: 409, title: 'The job has not ended' },
  'job.did_not_fail': { status: 409, title: 'Only a job that failed, expired or was cancelled can be retried' },
  'job.redriven': { status: 409, title: 'The job was run again already' },
  'job.dropped': { status: 409, title: 'The job was dropped' },
  'job.owner_absent': { status: 409, title: 'The owner of the job may not sign in any more' },
  'dataset.exists': { status: 409, title: 'The dataset exists already' },
  'dataset.missing': { status: 404, title: 'There is no such dataset' },
  'dataset.retired': { status: 409, title: 'The dataset is retired' },
  'dataset.columns_empty': { status: 422, title: 'A dataset needs a column' },
  'dataset.duplicate_column': { status: 422, title: 'A column stands there twice' },
  'dataset.relation_or_query': { status: 422, title: 'A dataset is either a relation or a query' },
  'data_source.missing': { status: 404, title: 'There is no such data source' },
  'data_source.exists': { status: 409, title: 'A data source of this name exists already' },
  'data_source.retired': { status: 409, title: 'The data source is retired' },
  'data_source.kind_fixed': { status: 422, title: 'The kind of a data source cannot change: register another one' },
  'data_source.password_needed': {
    status: 422,
    title: 'A password that goes to another server, or another way, must be sent again',
  },
  'data_source.of_settings': { status: 409, title: 'The data source is defined in the settings' },
  'data_source.own_database': { status: 422, title: "The product's own database is no data source" },
  'data_source.files_disabled': { status: 409, title: 'Files are no data source without FILE_SOURCES_DIR' },
  'data_source.encryption_key_missing': { status: 409, title: 'No password can be stored without ENCRYPTION_KEY' },
  'circuit.never_open': { status: 409, title: 'The circuit of the data source has never been open' },
  'data_source.secret_unreadable': { status: 409, title: 'The stored password of the data source cannot be read' },
  'data_source.secret_missing': { status: 503, title: 'The password of the data source was just changed' },
  'data_source.conflict': { status: 503, title: 'The data source gave up the query for another one' },
  'data_source.exhausted': { status: 503, title: 'The data source ran out of memory or disk' },
  'data_source.unreachable': { status: 503, title: 'The data source does not answer' },
  'data_source.relation_missing': { status: 422, title: 'The table or view does not exist' },
  'data_source.column_missing': { status: 422, title: 'A column does not exist in the data source' },
  'data_source.query_refused': { status: 422, title: 'The query is not one that a dataset may be' },
  'data_source.query_unsupported': { status: 422, title: 'The data source takes no queries' },
  'data_source.permission_denied': { status: 422, title: 'The data source refuses to be read' },
  'data_source.timeout': { status: 504, title: 'The data source took too long' },
  'data_source.cancelled': { status: 503, title: 'The query was cancelled' },
  'data_source.value_invalid': { status: 422, title: 'The data source cannot convert a value' },
  'data_source.unsupported': { status: 422, title: 'The data source cannot do what the report asks for' },
  'data_source.failed': { status: 502, title: 'The data source could not answer' },
  'file_store.full': { status: 507, title: 'The file store is full' },
  'file_store.missing': { status: 404, title: 'The file is gone' },
  'file_store.invalid_key': { status: 404, title: 'There is no such file' },
  'file_store.unavailable': { status: 503, title: 'The file store does not answer' },
  'export.failed': { status: 502, title: 'The report could not be made' },
  'export.cancelled': { status: 503, title: 'The report was broken off' },
  'output.not_ready': { status: 409, title: 'The job has no files yet' },
  'output.expired': { status: 410, title: 'The files were removed' },
  'output.file_missing': { status: 404, title: 'The job has no such file' },
  'output.range_unsatisfiable': { status: 416, title: 'The range lies outside of the file' },
  'preferences.invalid': { status: 422, title: 'The preferences have problems' },
  'notification.missing': { status: 404, title: 'There is no such notification' },
  'notification.no_address': { status: 409, title: 'There is no address to send to' },
  'notification.destination_unsuitable': { status: 422, title: 'Notices cannot go to a destination of this kind' },
  'notification.no_mail_server': { status: 409, title: 'No mail can be sent without a mail server' },
  'notification.too_many': { status: 429, title: 'There were as many messages this hour as one may get' },
  'notification.not_sent': { status: 502, title: 'The other side did not take the message' },
  'precondition.required': { status: 428, title: 'If-Match is needed' },
  'precondition.failed': { status: 412, title: 'It has changed meanwhile' },
  'idempotency.key_reused': { status: 422, title: 'The Idempotency-Key came with another request before' },
  'aggregate.contended': { status: 409, title: 'Others change it at the same moment' },
  'read_model.behind': { status: 503, title: 'The change is stored but cannot be read yet' },
  internal: { status: 500, title: 'Something went wrong on this side' },
};

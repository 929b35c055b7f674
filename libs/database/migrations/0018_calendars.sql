-- Up Migration

CREATE TABLE read_model.calendar (
  calendar_id uuid        NOT NULL PRIMARY KEY,
  name        text        NOT NULL,
  description text,
  weekend     jsonb       NOT NULL,
  holidays    jsonb       NOT NULL,
  source      jsonb,
  status      text        NOT NULL,
  revision    integer     NOT NULL,
  defined_by  text        NOT NULL,
  created_at  timestamptz NOT NULL,
  updated_at  timestamptz NOT NULL
);
COMMENT ON TABLE read_model.calendar IS 'Business calendars as they stand now, removed ones included.';
COMMENT ON COLUMN read_model.calendar.weekend IS 'Weekdays that are no business days: 1 is Monday, 7 is Sunday.';
COMMENT ON COLUMN read_model.calendar.holidays IS 'By date: [{ date, name }].';
COMMENT ON COLUMN read_model.calendar.source IS 'What they were imported from: { country, region, fromYear, toYear }; NULL when nothing was.';

-- Which schedules use a calendar.
CREATE INDEX schedule_calendar_idx ON read_model.schedule ((definition #>> '{calendar,calendarId}'))
  WHERE status <> 'removed' AND definition #>> '{calendar,calendarId}' IS NOT NULL;

-- The calendars by which due times are found; the last version of one that was removed stays.
CREATE TABLE scheduler.calendar (
  calendar_id uuid    NOT NULL PRIMARY KEY,
  revision    integer NOT NULL,
  weekend     jsonb   NOT NULL,
  holidays    text[]  NOT NULL
);
COMMENT ON COLUMN scheduler.calendar.revision IS 'Revision of the calendar''s stream up to which this row knows it.';
COMMENT ON COLUMN scheduler.calendar.holidays IS 'YYYY-MM-DD each.';

-- What a revised calendar concerns.
CREATE INDEX due_calendar_idx ON scheduler.due ((definition #>> '{calendar,calendarId}'), schedule_id)
  WHERE definition #>> '{calendar,calendarId}' IS NOT NULL;

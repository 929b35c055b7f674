/** Zones with every kind of clock change that has been in use. */
export const FUZZED_ZONES = [
  ...['Europe/Berlin', 'Europe/London', 'Europe/Dublin', 'Europe/Lisbon', 'Europe/Istanbul', 'Europe/Moscow'],
  ...['Europe/Volgograd', 'Europe/Chisinau', 'Atlantic/Azores', 'America/New_York', 'America/St_Johns'],
  ...['America/Halifax', 'America/Chicago', 'America/Denver', 'America/Phoenix', 'America/Los_Angeles'],
  ...['America/Anchorage', 'America/Adak', 'America/Havana', 'America/Nuuk', 'America/Scoresbysund'],
  ...['America/Santiago', 'America/Asuncion', 'America/Sao_Paulo', 'America/Caracas', 'America/Mexico_City'],
  ...['America/Port-au-Prince', 'Pacific/Easter', 'Antarctica/Troll', 'Antarctica/Casey', 'Africa/Casablanca'],
  ...['Africa/El_Aaiun', 'Africa/Cairo', 'Africa/Khartoum', 'Africa/Juba', 'Africa/Windhoek', 'Africa/Sao_Tome'],
  ...['Africa/Lagos', 'Asia/Beirut', 'Asia/Jerusalem', 'Asia/Gaza', 'Asia/Amman', 'Asia/Damascus', 'Asia/Tehran'],
  ...['Asia/Kathmandu', 'Asia/Kolkata', 'Asia/Pyongyang', 'Asia/Tokyo', 'Asia/Almaty', 'Asia/Ulaanbaatar'],
  ...['Australia/Lord_Howe', 'Australia/Sydney', 'Australia/Adelaide', 'Pacific/Norfolk', 'Pacific/Fiji'],
  ...['Pacific/Tongatapu', 'Pacific/Apia', 'Pacific/Auckland', 'Pacific/Chatham', 'Pacific/Kiritimati'],
  ...['Pacific/Bougainville', 'UTC'],
] as const;

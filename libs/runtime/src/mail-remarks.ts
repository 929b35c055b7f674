import type { HealthChecks, Logger, Settings } from '#platform';

/** Tells whoever runs the system what its settings of mail mean and is easily overlooked. */
export function remarkOnMail(
  { SMTP_URL, ALLOWED_RECIPIENT_DOMAINS }: Pick<Settings, 'SMTP_URL' | 'ALLOWED_RECIPIENT_DOMAINS'>,
  health: Pick<HealthChecks, 'remark'>,
  logger: Pick<Logger, 'warn'>,
): void {
  if (SMTP_URL === undefined) {
    health.remark('SMTP_URL is unset: no mail is sent. Notices go to destinations, or stand in the inbox alone.');
  } else if (ALLOWED_RECIPIENT_DOMAINS === undefined) {
    const remark =
      'ALLOWED_RECIPIENT_DOMAINS is unset: whoever may sign in may have reports mailed to any address in the world.';
    health.remark(remark);
    logger.warn({ code: 'runtime.any_recipient' }, remark);
  }
}

import { hostKafkaFeed, runApp } from '#runtime';
import { ApiModule } from './api.module';
import { createApiApplication } from './configure-api';

void runApp('api', ApiModule, async (_root, parts) => {
  const app = await createApiApplication(parts);
  await hostKafkaFeed(app, parts);
  await app.listen(parts.settings.PORT, parts.settings.HOST);
  return app;
});

import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { Parts } from './parts';

/** Injection token of the parts: `constructor(@Inject(PARTS) private readonly parts: Parts)`. */
export const PARTS = Symbol('parts');

/** Makes the parts available to every provider of the application. */
@Global()
@Module({})
export class PartsModule {
  static forRoot(parts: Parts): DynamicModule {
    return { module: PartsModule, providers: [{ provide: PARTS, useValue: parts }], exports: [PARTS] };
  }
}
